type Load<T> = () => Promise<T>

const loads: Load<unknown>[] = []

/** Pause between two attempts while nobody answers. */
const pauseMs = 2000

const answers = (): Promise<boolean> =>
  fetch('/healthz', { cache: 'no-store' }).then(
    () => true,
    () => false,
  )

/** A page's code, which comes when it is first opened. While Floe does not answer it is waited for: the router would reload
 *  the whole page, and a browser's own error page would stand there instead of what was seen last. */
export const pageCode = <T>(load: Load<T>): Load<T> => {
  loads.push(load)
  return async () => {
    for (;;) {
      try {
        return await load()
      } catch (error) {
        // Floe answers, but has no such file: it is another version by now, and the router's reload is right.
        if (await answers()) throw error
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }
}

/** Loads every page's code when there is nothing else to do, so that pages open at once, and also while Floe is away. */
export const loadAllPages = (): void => {
  const later = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, pauseMs))
  later(() => void Promise.allSettled(loads.map((load) => load())))
}
