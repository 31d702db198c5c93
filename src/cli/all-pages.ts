type Page = { readonly items: readonly unknown[]; readonly next?: string | null }

/** Every row of a list, a page after the other. */
export async function allPages(
  call: (query: Readonly<Record<string, unknown>>) => Promise<unknown>,
  most = Infinity,
): Promise<unknown[]> {
  const rows: unknown[] = []
  let after: string | undefined
  do {
    const page = (await call({ limit: Math.min(500, most - rows.length), after })) as Page
    rows.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined && rows.length < most)
  return rows
}
