import {
  createContext,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
  type ReactElement,
  type ReactNode,
} from 'react'

import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import { Said } from './name.tsx'

export type Toast = {
  readonly title: string
  readonly more?: string
  readonly look?: 'good' | 'bad'
  readonly action?: { readonly text: string; readonly onPress: () => void }
}

type Shown = Toast & { readonly id: number }

const ToastContext = createContext<(toast: Toast) => void>(() => undefined)

/** Says what was done at once and how to take it back, or what failed on a page that is gone. */
export const useToast = (): ((toast: Toast) => void) => useContext(ToastContext)

const shownMs = 10_000

export const ToastProvider = ({ children }: { readonly children: ReactNode }): ReactElement => {
  const [toasts, setToasts] = useState<readonly Shown[]>([])
  const next = useRef(1)
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const add = useCallback(
    (toast: Toast) => {
      const id = next.current++
      setToasts((all) => [...all.slice(-3), { ...toast, id }])
      setTimeout(() => drop(id), shownMs)
    },
    [drop],
  )
  const list = useMemo(
    () =>
      toasts.map((toast) => (
        <div key={toast.id} className="toast">
          <span className={toast.look === 'bad' ? 'is-bad' : 'is-good'}>
            <Icon name={toast.look === 'bad' ? 'error' : 'check'} />
          </span>
          <span className="grow">
            <span className="strong">
              <Said>{toast.title}</Said>
            </span>
            {toast.more === undefined ? null : (
              <div className="quiet">
                <Said>{toast.more}</Said>
              </div>
            )}
          </span>
          {toast.action === undefined ? null : (
            <Button
              small
              onPress={() => {
                toast.action?.onPress()
                drop(toast.id)
              }}
            >
              {toast.action.text}
            </Button>
          )}
          <Button look="plain" small icon="close" label="Close" onPress={() => drop(toast.id)} />
        </div>
      )),
    [toasts, drop],
  )
  return (
    <ToastContext value={add}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {list}
      </div>
    </ToastContext>
  )
}
