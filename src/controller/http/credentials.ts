import type { IncomingHttpHeaders } from 'node:http'

import type { Presented } from '../auth/auth.ts'

/** The session's token as the headers carry it: our cookie, or a bearer token. */
export function presentedBy(headers: IncomingHttpHeaders, cookieName: string): Presented {
  const bearer = /^Bearer ([\w-]{1,200})$/i.exec(headers.authorization ?? '')?.[1]
  const cookie = headers.cookie
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1)
  return { cookie, bearer }
}
