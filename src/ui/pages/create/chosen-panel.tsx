import type { ReactElement } from 'react'

import type { VmPlan } from '../../data/resources.ts'
import { ChosenList } from '../../parts/chosen-list.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Said } from '../../parts/name.tsx'

/** Everything else, with its reason. */
export const ChosenPanel = ({ plan }: { readonly plan: VmPlan | undefined }): ReactElement => (
  <aside className="create__why" aria-label="Chosen for you">
    <h2 className="strong">Chosen for you</h2>
    {plan === undefined ? (
      <p className="quiet">With a name, what Floe would choose stands here with its reasons.</p>
    ) : (
      <ChosenList chosen={plan.chosen}>
        {[...plan.obstacles.filter((obstacle) => obstacle.field === null), ...plan.warnings].map(({ title }) => (
          <li key={title}>
            <span className="amber-text">
              <Icon name="warning" size={14} />
            </span>
            <Said>{title}</Said>
          </li>
        ))}
      </ChosenList>
    )}
  </aside>
)
