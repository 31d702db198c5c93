/** Tells whether the database will refuse the same statement again: bad data or a constraint (SQLSTATE classes 22 and
 *  23). Everything else (connection, disk, deadlock, shutdown) may pass. */
export function isRefusedForGood(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && /^(?:22|23)...$/.test(code)
}
