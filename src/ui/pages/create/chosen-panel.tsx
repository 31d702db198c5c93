import type { ReactElement } from 'react'

import type { VmPlan } from '../../data/resources.ts'
import { Icon } from '../../parts/icon.tsx'

/** Everything else, with its reason. */
export const ChosenPanel = ({ plan }: { readonly plan: VmPlan | undefined }): ReactElement => (
  <aside className="create__why" aria-label="Chosen for you">
    <h2 className="strong">Chosen for you</h2>
    {plan === undefined ? (
      <p className="quiet">With a name, what Floe would choose stands here with its reasons.</p>
    ) : (
      <ul className="reasons" aria-live="polite">
        {plan.chosen.map((choice) => (
          <li key={choice.what}>
            <span className="is-busy">
              <Icon name="check" size={14} />
            </span>
            <span>
              <span className="strong">{choice.what}</span> {choice.value}
              <small>{choice.because}</small>
            </span>
          </li>
        ))}
        {plan.obstacles
          .filter((obstacle) => obstacle.field === null)
          .map((obstacle) => (
            <li key={obstacle.code}>
              <span className="amber-text">
                <Icon name="warning" size={14} />
              </span>
              <span>{obstacle.title}</span>
            </li>
          ))}
      </ul>
    )}
  </aside>
)
