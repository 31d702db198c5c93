const id = 65_534

/** Who PostgreSQL runs as where this process is root, which it refuses; nothing where it is not. */
export const nobody =
  process.getuid?.() === 0
    ? { id, words: ['--reuid', `${id}`, '--regid', `${id}`, '--clear-groups'] as const }
    : undefined
