import type { HubTab } from './hub.ts'
import { lockPrefix, type StreamNews, type StreamWish } from './messages.ts'
import { browserHub } from './open-stream.ts'

export type StreamHandle = { readonly again: () => void; readonly leave: () => void }

/** Connects this tab to the browser's one change stream. */
export const joinStream = (onNews: (news: StreamNews) => void): StreamHandle =>
  'SharedWorker' in globalThis ? joinWorker(onNews) : joinLeader(onNews)

const joinWorker = (onNews: (news: StreamNews) => void): StreamHandle => {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'floe-changes' })
  const { port } = worker
  const tell = (wish: StreamWish): void => port.postMessage(wish)
  port.addEventListener('message', (event: MessageEvent<StreamNews>) => onNews(event.data))
  port.start()

  const lock = crypto.randomUUID()
  const held = Promise.withResolvers<void>()
  void navigator.locks.request(lockPrefix + lock, () => {
    tell({ type: 'join', lock })
    return held.promise
  })
  return {
    again: () => tell({ type: 'again' }),
    leave: () => {
      tell({ type: 'leave' })
      held.resolve()
    },
  }
}

/** Without SharedWorker one tab holds the lock and the connection, and tells the others over a channel. */
const joinLeader = (onNews: (news: StreamNews) => void): StreamHandle => {
  const channel = new BroadcastChannel('floe-changes')
  const ended = new AbortController()
  const tellOthers: (message: StreamNews | StreamWish) => void = channel.postMessage.bind(channel)
  let again = (): void => tellOthers({ type: 'again' })
  channel.addEventListener('message', (event: MessageEvent<StreamNews | StreamWish>) => {
    const message = event.data
    if (message.type === 'again') again()
    else if (message.type !== 'join' && message.type !== 'leave') onNews(message)
  })

  const lead = (): Promise<void> => {
    const hub = browserHub()
    const tab: HubTab = {
      tell: (news) => {
        onNews(news)
        tellOthers(news)
      },
    }
    const over = Promise.withResolvers<void>()
    again = () => hub.again()
    ended.signal.addEventListener('abort', () => {
      hub.leave(tab)
      over.resolve()
    })
    hub.join(tab)
    return over.promise
  }
  navigator.locks
    .request('floe-changes', { signal: ended.signal }, lead)
    .catch((error: unknown) => {
      if (!ended.signal.aborted) throw error
    })
    .finally(() => channel.close())
  return { again: () => again(), leave: () => ended.abort() }
}
