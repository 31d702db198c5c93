import type { ReactElement } from 'react'

import { useNow } from '../../data/live-context.ts'
import { useWhyNot } from '../../data/may.ts'
import type { VmDetail } from '../../data/resources.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { offers } from '../../parts/state-look.ts'
import { State, VmState } from '../../parts/state.tsx'
import type { ConsoleLink } from '../../parts/use-console.ts'
import { useVmActions } from '../../parts/vm-actions.tsx'

/** In the middle of a console that shows nothing: why, and what to do. */
export const ConsoleMiddle = (props: {
  readonly vm: VmDetail
  readonly link: ConsoleLink
  readonly onAgain: () => void
}): ReactElement | null => {
  const { vm, link } = props
  const now = useNow(500)
  const { act } = useVmActions()
  const whyNot = useWhyNot()
  if (link.state === 'open') return null
  const seconds =
    link.state === 'cut' && link.retryAt !== null ? Math.max(0, Math.ceil((link.retryAt - now) / 1000)) : 0
  return (
    <div className="console__middle" role="status">
      {vm.foreign !== null ? (
        <ForeignVm vm={vm} />
      ) : link.state === 'off' ? (
        <div>
          <VmState vm={vm} now={now} />
          {offers(vm).start ? (
            <Button look="primary" icon="play" whyNot={whyNot('operate')} onPress={() => act('start', [vm])}>
              Start <Name of={vm.name} />
            </Button>
          ) : null}
        </div>
      ) : link.state === 'opening' ? (
        <div className="wait">
          <State look={{ shape: 'turning', tone: 'busy', word: 'Opening the console' }} />
        </div>
      ) : (
        <div>
          <span className="strong">The console was cut.</span>
          <Said>{link.why}</Said>
          {link.retryAt === null ? null : <span className="quiet">It is tried again in {seconds} s.</span>}
          <Button onPress={props.onAgain}>Connect now</Button>
        </div>
      )}
    </div>
  )
}

/** Another Floe has its console: who that is, and how it becomes this one's. */
const ForeignVm = ({ vm }: { readonly vm: VmDetail }): ReactElement => {
  const { takeOver } = useVmActions()
  const whyNot = useWhyNot()
  return (
    <div>
      <Icon name="lock" size={24} />
      <span className="strong">Another Floe runs this VM, so its console opens there.</span>
      <span className="quiet">
        It is the copy <code>{vm.foreign}</code>. Taken over, it is run from here, and that copy only looks on.
      </span>
      <Button whyNot={whyNot('take-over')} onPress={() => takeOver(vm)}>
        Take over
      </Button>
    </div>
  )
}
