import { createClient, isApiProblem } from '@floe/client'

const floe = createClient({ baseUrl: 'https://floe.example:7070', token: process.env['FLOE_TOKEN']! })

try {
  const { task } = await floe.createVm({ body: { name: 'web1', from: 'sample', start: true } })
  for await (const { state, step } of floe.follow(task.number)) console.log(state, step)
} catch (error) {
  if (!isApiProblem(error)) throw error
  console.error(error.code, error.title) // name_taken There is a VM web1 already. web1-2 is free.
}

const { items, revision } = await floe.listVms({ query: { state: 'running' } })
console.log(items.map((vm) => vm.name))

for await (const message of floe.changes({ since: revision, signal: AbortSignal.timeout(60_000) })) {
  if (message.type === 'change') console.log(message.change.title, message.vm?.state)
  if (message.type === 'resync') console.log('load anew:', message.why)
}
