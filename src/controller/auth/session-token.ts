import { createHash, createHmac, randomBytes } from 'node:crypto'

/** 256 bits for a cookie or a bearer token. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** What the database keeps of a token or ticket. A plain hash is enough for 256 random bits. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The session's CSRF token: derived, so that it can be told again at any time and is stored nowhere. */
export const csrfOf = (token: string): string => createHmac('sha256', token).update('floe csrf').digest('base64url')

/** `__Host-` where the browser accepts it: only over TLS. The copy's id keeps two Floes on one machine apart, whose
 *  cookies a browser does not tell by port. */
export const cookieNameOf = (copy: string, secure: boolean): string =>
  `${secure ? '__Host-' : ''}floe-${copy.slice(-8)}`

export function cookieOf(name: string, token: string, { secure, ageS }: { secure: boolean; ageS: number }): string {
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${ageS}${secure ? '; Secure' : ''}`
}
