import { Type, type Static } from 'typebox'

import { text, Time } from './common.ts'

export const ConsoleKind = Type.Enum(['vnc', 'serial'])
export const Ticket = Type.Object({
  ticket: text(
    'One use, bound to this session and VM. Sent as the first message of the WebSocket, never in its address.',
  ),
  socket: text('Path of the WebSocket.'),
  expiresAt: Time,
})
/** First message on the socket, as text. The answer is {"ready":true} or {"error":{code,title}}; every later message is bytes. */
export const ConsoleOpen = Type.Object(
  { ticket: Type.String({ maxLength: 128 }), vm: Type.String({ maxLength: 64 }), kind: ConsoleKind },
  { additionalProperties: false },
)
export type Ticket = Static<typeof Ticket>
