import { errorTable } from '../../base/errors.ts'

/** Every refusal of Floe's own PostgreSQL cluster. */
export const clusterError = errorTable({
  cluster_root: [
    500,
    'The database in {folder} cannot belong to root: PostgreSQL refuses that. Run "floe up", which makes it as the user that Floe runs as.',
  ],
  cluster_init: [500, 'The database could not be made: {program} says "{why}". Mend that and run "floe up" again.'],
  cluster_version: [
    500,
    'The database in {folder} was made by PostgreSQL {version}, which is not installed. Install the package postgresql-{version}.',
  ],
})
