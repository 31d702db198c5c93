import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { client } from '../../data/client.ts'
import { clockTime, exactTime, took } from '../../data/format.ts'
import { useNow } from '../../data/live-context.ts'
import { useWhyNot } from '../../data/may.ts'
import { taskQuery } from '../../data/queries.ts'
import type { TaskDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CommandStrip, CopyButton } from '../../parts/command-strip.tsx'
import { Modal } from '../../parts/modal.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Answer, Card, Facts, Page, Refusal } from '../../parts/page.tsx'
import { RefLink } from '../../parts/ref-link.tsx'
import { TaskState } from '../../parts/state.tsx'
import { TaskCause } from './task-cause.tsx'
import { TaskSteps } from './task-steps.tsx'

const route = getRouteApi('/inside/shell/tasks/$task')

/** Why does it wait, for whom, what if I cancel? */
export const TaskPage = (): ReactElement => {
  const { task: number } = route.useParams()
  const task = useQuery(taskQuery(number))
  return (
    <Answer of={task} what={`Reading task ${number}`}>
      {(data) => <Known task={data} />}
    </Answer>
  )
}

const Known = ({ task }: { readonly task: TaskDetail }): ReactElement => {
  const now = useNow(1000)
  const [error, setError] = useState<unknown>(null)
  const going = task.endedAt === null
  const end = task.endedAt ?? new Date(now).toISOString()
  return (
    <Page
      title={task.title}
      crumbs={
        <>
          <Link to="/tasks">Tasks</Link>
          <span>/</span>
          <span aria-current="page">{task.number}</span>
        </>
      }
      head={
        <>
          <TaskState task={task} />
          <span className="quiet">
            {going ? 'for' : task.state === 'done' ? 'in' : 'after'} {took(task.startedAt ?? task.createdAt, end)}
          </span>
        </>
      }
      actions={going && task.state !== 'undoing' ? <Cancel task={task} onError={setError} /> : <Open task={task} />}
    >
      <p className="quiet asked">
        Asked for by <Name of={task.by} /> at <time title={exactTime(task.createdAt)}>{clockTime(task.createdAt)}</time>
        {task.cause === null ? null : <Said>{`, because ${task.cause}`}</Said>}
        {task.object === null ? null : (
          <>
            {' · '}
            <RefLink of={task.object} />
          </>
        )}
      </p>
      {error === null ? null : <Refusal error={error} what="It was not cancelled." />}
      <div className="columns is-task">
        <div className="stack">
          <TaskCause task={task} />
          <TaskSteps task={task} now={now} />
          <Card
            title="What it said"
            bare
            end={
              task.log.length === 0 ? undefined : (
                <CopyButton what="log" worded text={task.log.map(({ at, line }) => `${at} ${line}`).join('\n')} />
              )
            }
          >
            {task.log.length === 0 ? (
              <p className="card__body quiet">{going ? 'Nothing yet.' : 'It said nothing.'}</p>
            ) : (
              <pre className="log">{task.log.map(({ at, line }) => `${clockTime(at)}  ${line}`).join('\n')}</pre>
            )}
          </Card>
        </div>
        <div className="stack">
          {going ? (
            <Card title="If you cancel">
              <p>
                <Said>{task.cancel}</Said>
              </p>
            </Card>
          ) : null}
          {going ? (
            <Card title="If a controller dies">
              <p className="quiet">It goes on with the step that was begun. Nothing is done twice.</p>
            </Card>
          ) : null}
          <Card title="Facts">
            <Facts
              facts={[
                ['Task', `${task.number}, ${task.kind}`],
                ['Steps', `${task.steps.done} of ${task.steps.all} done`],
                [
                  'Locks',
                  task.locks.length === 0
                    ? null
                    : task.locks.map((lock) => (
                        <div key={lock.object.id}>
                          <RefLink of={lock.object} />{' '}
                          <span className="quiet">
                            <Said>{lock.cause}</Said>
                          </span>
                        </div>
                      )),
                ],
                ['Asked', exactTime(task.createdAt)],
                ['Ended', task.endedAt === null ? null : exactTime(task.endedAt)],
              ]}
            />
          </Card>
          <Card title={going ? 'Watch it elsewhere' : 'Read it elsewhere'}>
            <CommandStrip text={`floe task ${going ? 'follow' : 'show'} ${task.number}`} />
          </Card>
        </div>
      </div>
    </Page>
  )
}

/** What a task that is done has made or changed is where one goes next. */
const Open = ({ task }: { readonly task: TaskDetail }): ReactElement | null =>
  task.state === 'done' && task.object?.kind === 'vm' && task.kind !== 'vm.delete' ? (
    <ButtonLink look="primary" to="/vms/$vm" params={{ vm: task.object.name }}>
      Open <Name of={task.object.name} />
    </ButtonLink>
  ) : null

const Cancel = (props: { readonly task: TaskDetail; readonly onError: (error: unknown) => void }): ReactElement => {
  const { task } = props
  const whyNot = useWhyNot()
  const [asking, setAsking] = useState(false)
  const yes = (): void => {
    setAsking(false)
    client.cancelTask({ params: { task: task.id } }).catch(props.onError)
  }
  return (
    <>
      <Button whyNot={whyNot('cancel')} onPress={() => setAsking(true)}>
        Cancel task…
      </Button>
      {asking ? (
        <Modal
          title={`Cancel “${visibleText(task.title)}”?`}
          onClose={() => setAsking(false)}
          buttons={
            <>
              <Button look="danger" onPress={yes}>
                Cancel the task
              </Button>
              <Button look="link" onPress={() => setAsking(false)}>
                Let it go on
              </Button>
            </>
          }
        >
          <Said>{task.cancel}</Said>
        </Modal>
      ) : null}
    </>
  )
}
