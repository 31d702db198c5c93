import { sql, type RawBuilder } from 'kysely'

/** A caller's scopes as the right side of `scopes && …`: the one predicate by which a row is reached or does not exist.
 *  Example: `.where('scopes', '&&', asScopes(by.scopes))`. */
export const asScopes = (scopes: readonly string[]): RawBuilder<string[]> => sql<string[]>`${[...scopes]}::text[]`
