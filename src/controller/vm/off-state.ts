import { sql, type RawBuilder } from 'kysely'

/** `isAlive` of the inventory, turned around, as SQL over a state of libvirt's. */
export const isOff = (state: RawBuilder<unknown>): RawBuilder<boolean> => sql`${state} in ('shutoff', 'undefined')`
