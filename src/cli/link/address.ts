import { CliError, exitCode } from '../exit.ts'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/** The address of a Floe as it is kept: scheme, name, port. Refuses plain HTTP to another machine: the password and
 *  every token would be read on the way. */
export function parseAddress(text: string): string {
  let url: URL
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  } catch {
    throw new CliError(exitCode.usage, `${text} is no address. An address looks like https://floe.example:7070.`)
  }
  if (url.username || url.password) {
    throw new CliError(exitCode.usage, `Leave the password out of the address: "floe login ${url.origin}" asks for it.`)
  }
  if (url.protocol === 'https:') return url.origin
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return url.origin
  if (url.protocol === 'http:') {
    throw new CliError(
      exitCode.usage,
      `${url.origin} is another machine and plain HTTP: everyone on the way could read the password. Use https://${url.host}, or "ssh -L 7070:localhost:7070 ${url.hostname}" and http://localhost:7070.`,
    )
  }
  throw new CliError(exitCode.usage, `${url.protocol}// leads to no Floe. An address begins with https://.`)
}
