/** Shared by all tabs: a browser has six HTTP/1.1 connections to one server, so the stream takes one, not one a tab. */
import { type HubTab } from './hub.ts'
import { lockPrefix, type StreamWish } from './messages.ts'
import { browserHub } from './open-stream.ts'

const hub = browserHub()

const serve = (port: MessagePort): void => {
  const tab: HubTab = { tell: (news) => port.postMessage(news) }
  port.addEventListener('message', (event: MessageEvent<StreamWish>) => {
    switch (event.data.type) {
      case 'join': {
        hub.join(tab)
        // A port does not tell that its tab is gone; the lock its tab holds does.
        const gone = (): void => hub.leave(tab)
        void navigator.locks.request(lockPrefix + event.data.lock, gone)
        break
      }
      case 'again':
        hub.again()
        break
      case 'leave':
        hub.leave(tab)
        break
    }
  })
  port.start()
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port !== undefined) serve(port)
})
