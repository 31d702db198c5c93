type Listener = () => void

const listeners = new Set<Listener>()

/** Tells whoever asks people to log in that the session is over. */
export const sessionEnded = {
  tell: (): void => {
    for (const listener of listeners) listener()
  },
  listen: (listener: Listener): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
