import { pino, type DestinationStream, type Logger } from 'pino'

export type LogOptions = {
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Default: standard output. */
  readonly to?: DestinationStream
}

/** Keys whose values never reach a log, at the first two levels of an entry. */
const secret = ['password', 'old', 'new', 'token', 'ticket', 'csrf', 'cookie', 'authorization', 'key', 'query', 'body']

/** The controller's log: one JSON object a line, times in RFC 3339, secrets replaced. */
export function createLog(options: LogOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secret.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
      serializers: { err: pino.stdSerializers.err },
    },
    options.to ?? pino.destination(1),
  )
}
