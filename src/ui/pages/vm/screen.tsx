import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState, type ReactElement } from 'react'

import { client, sentenceOf } from '../../data/client.ts'
import { ago } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import type { VmDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Said } from '../../parts/name.tsx'
import { Card } from '../../parts/page.tsx'

const periodMs = 5000

/** A picture of the screen, anew every few seconds while somebody looks. */
export const Screen = ({ vm }: { readonly vm: VmDetail }): ReactElement => {
  const now = useNow(1000)
  const on = vm.state === 'running' || vm.state === 'paused' || vm.state === 'blocked'
  const opens = vm.foreign === null && vm.state !== 'undefined'
  const shows = on && vm.graphics.length > 0
  const shot = useQuery({
    queryKey: ['screenshot', vm.id],
    queryFn: async ({ signal }) =>
      new Blob([await client.screenshotVm({ params: { vm: vm.id }, signal })], { type: 'image/png' }),
    enabled: shows,
    refetchInterval: periodMs,
    refetchIntervalInBackground: false,
    gcTime: 0,
    retry: false,
  })
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (shot.data === undefined) return
    const made = URL.createObjectURL(shot.data)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [shot.data])

  const words = !on
    ? vm.state === 'unknown'
      ? 'Its host is silent.'
      : vm.state === 'undefined'
        ? 'No host shows it.'
        : 'The VM is off.'
    : vm.graphics.length === 0
      ? 'It has no screen; its serial console may say something.'
      : shot.error === null
        ? ''
        : sentenceOf(shot.error)
  const picture = (
    <div className="screen">
      {shows && shot.error === null && address !== undefined ? (
        <img src={address} alt={`The screen of ${visibleText(vm.name)}`} />
      ) : (
        <Said>{words}</Said>
      )}
    </div>
  )
  return (
    <Card bare>
      <div className="card__body screen__card">
        {opens ? (
          <Link
            to="/vms/$vm/consoles"
            params={{ vm: vm.name }}
            aria-label={`Open the console of ${visibleText(vm.name)}`}
          >
            {picture}
          </Link>
        ) : (
          picture
        )}
        <div className="screen__foot">
          {shows && shot.dataUpdatedAt > 0 ? `Screen, ${ago(new Date(shot.dataUpdatedAt).toISOString(), now)}` : null}
          <span className="end">
            {vm.graphics.length === 0 || !opens ? null : (
              <Link to="/vms/$vm/consoles" params={{ vm: vm.name }}>
                Console
              </Link>
            )}
            {vm.serial && opens ? (
              <Link to="/vms/$vm/consoles" params={{ vm: vm.name }} search={{ kind: 'serial' }}>
                Serial
              </Link>
            ) : null}
          </span>
        </div>
      </div>
    </Card>
  )
}
