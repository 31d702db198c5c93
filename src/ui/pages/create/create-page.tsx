import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type KeyboardEvent, type ReactElement } from 'react'

import { client, fieldProblem, sentenceOf, statusOf } from '../../data/client.ts'
import { useWhyNot } from '../../data/may.ts'
import { planQuery } from '../../data/queries.ts'
import { shellWord } from '../../data/shell-word.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button } from '../../parts/button.tsx'
import { CommandStrip } from '../../parts/command-strip.tsx'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Refusal, useTitle } from '../../parts/page.tsx'
import { ChosenPanel } from './chosen-panel.tsx'
import { DetailsSection } from './details-section.tsx'
import { bodyOf, emptyDraft, lacks, type Draft } from './draft.ts'
import { faultsOf } from './faults.ts'
import { NetworkSection } from './network-section.tsx'
import { DiskSection, SizeSection } from './size-section.tsx'
import { SourceSection } from './source-section.tsx'
import { Steps } from './steps.tsx'

const route = getRouteApi('/inside/shell/vms/new')

/** Pause after the last letter before the plan is asked for. */
const planPauseMs = 250

const useSettled = <T,>(value: T): T => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), planPauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** What must I decide? Everything else is chosen, with its reason. */
export const CreatePage = (): ReactElement => {
  useTitle('Create a virtual machine')
  const { from } = route.useSearch()
  const navigate = useNavigate()
  const whyNot = useWhyNot()
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(from))
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const settled = useSettled(draft)
  const faults = faultsOf(draft)
  const [fault] = Object.values(faults)
  const planned = settled.name !== '' && Object.keys(faultsOf(settled)).length === 0
  const plan = useQuery({ ...planQuery(bodyOf(settled, true)), enabled: planned })
  const shown = planned ? plan.data : undefined
  const onChange = (change: Partial<Draft>): void => {
    setError(null)
    setDraft((before) => ({ ...before, ...change }))
  }
  const wrong = (field: string): string | undefined =>
    faults[field as keyof typeof faults] ??
    fieldProblem(error, field) ??
    (planned ? fieldProblem(plan.error, field) : undefined) ??
    shown?.obstacles.find((obstacle) => obstacle.field?.split(/[.[]/)[0] === field)?.title
  const nameWrong = wrong('name')
  // Of a plan for what was filled in before nobody knows whether it still holds.
  const current = settled === draft && !plan.isPlaceholderData
  const blocked =
    lacks(draft) ??
    fault ??
    (current ? nameWrong : undefined) ??
    (current ? shown?.obstacles[0]?.title : undefined) ??
    whyNot('create')

  const create = async (start: boolean): Promise<void> => {
    if (blocked !== undefined) return
    setBusy(true)
    try {
      const { task } = await client.createVm({ body: bodyOf(draft, start) })
      await navigate({ to: '/tasks/$task', params: { task: String(task.number) } })
    } catch (refusal) {
      // The login that is asked for over the page says enough.
      if (statusOf(refusal) !== 401) setError(refusal)
      setBusy(false)
    }
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && event.ctrlKey) void create(true)
  }
  const free = planned && draft.name === settled.name && shown !== undefined && nameWrong === undefined
  return (
    <form
      className="create"
      noValidate // the page's own words are better than the browser's
      onKeyDown={onKey}
      onSubmit={(event) => {
        event.preventDefault()
        void create(true)
      }}
    >
      <header className="create__head">
        <nav className="crumbs" aria-label="Breadcrumb">
          <Link to="/vms">Virtual machines</Link>
          <span>/</span>
          <span aria-current="page">Create</span>
        </nav>
        <h1>Create a virtual machine</h1>
      </header>
      <Steps draft={draft} wrong={wrong} />
      <div className="create__form">
        {error === null || fieldProblem(error, 'name') !== undefined ? null : (
          <Refusal error={error} what={`${visibleText(draft.name)} was not created.`} />
        )}
        <section id="name">
          <Field
            label="Name"
            wrong={nameWrong}
            end={
              free ? (
                <span className="state is-good">
                  <Icon name="check" size={14} /> <small>free</small>
                </span>
              ) : null
            }
          >
            {(id) => (
              <input
                id={id}
                autoFocus
                autoComplete="off"
                spellCheck={false}
                maxLength={200}
                aria-invalid={nameWrong !== undefined}
                value={draft.name}
                onChange={(event) => onChange({ name: event.target.value.trim() })}
              />
            )}
          </Field>
        </section>
        <SourceSection draft={draft} onChange={onChange} wrong={wrong('iso')} />
        <SizeSection draft={draft} onChange={onChange} wrong={wrong} />
        {draft.from === 'sample' ? null : <DiskSection draft={draft} onChange={onChange} wrong={wrong} />}
        <NetworkSection draft={draft} onChange={onChange} wrong={wrong('networks')} />
        <DetailsSection draft={draft} onChange={onChange} wrong={wrong} />
      </div>
      <ChosenPanel plan={shown} />
      <footer className="create__foot">
        {fault === undefined ? (
          <CommandStrip
            text={
              shown?.command ??
              `floe vm create ${draft.name === '' ? 'NAME' : shellWord(draft.name)} --from ${draft.from} --start`
            }
          />
        ) : (
          <p className="quiet">The command stands here once what is marked is put right.</p>
        )}
        <div className="buttons">
          <span className="quiet grow" role="status">
            {blocked ??
              (plan.error === null || !planned || statusOf(plan.error) === 401
                ? 'The rest has good defaults.'
                : sentenceOf(plan.error))}
          </span>
          <Button look="link" onPress={() => void navigate({ to: '/vms' })}>
            Cancel
          </Button>
          <Button disabled={busy} whyNot={blocked} onPress={() => void create(false)}>
            Create only
          </Button>
          <Button look="primary" icon="play" submit disabled={busy} whyNot={blocked}>
            Create and start
          </Button>
        </div>
      </footer>
    </form>
  )
}
