import { errorTable } from '../base/errors.ts'

/** Every refusal of this room. */
export const dbError = errorTable({
  schema_newer: [
    503,
    'The database has schema step {found}, this Floe knows steps up to {known}. Start the Floe that wrote it, or a newer one.',
  ],
  schema_differs: [
    503,
    'Schema step {step} in the database is not the one of this Floe. Start the Floe that made this database, or restore a backup.',
  ],
  schema_step_failed: [503, 'Schema step {step} was not applied: {why}. The database is as it was before this step.'],
  no_postgres: [
    503,
    'PostgreSQL is not installed: no initdb in {places}. Install the distribution\'s package "postgresql".',
  ],
  test_leak: [500, 'Connections were left open by the test: {who}. Dispose what it opened before the database.'],
  test_cluster: [503, 'The test cluster did not start: {why}.'],
})
