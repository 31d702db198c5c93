/** Does `work` for each item, `most` of them at once, and answers the results in the order of the items. What has not begun
 *  has no deadline running: 200 domains × 4 calls asked at once on a busy machine gave up waiting for their turn. Rejects
 *  with the first failure, and begins no more then. */
export async function fewAtOnce<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const rest = items.entries()
  let failed = false
  const one = async (): Promise<void> => {
    for (const [index, item] of rest) {
      if (failed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one))
  return results
}
