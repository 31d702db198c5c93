import { errorTable } from '../base/errors.ts'

/** Every refusal of the API: code, HTTP status, sentence with its remedy. `{}` names come from the error's details. */
export const apiError = errorTable({
  // the request itself
  malformed: [400, 'The request was not read: {why}. Send JSON as {method} {path} describes it.'],
  not_valid: [422, '{field} {why}.'],
  too_large: [413, 'The request is larger than {limit}. Send less at once.'],
  not_found: [404, 'There is no {kind} {name}, or you may not see it.'],
  no_route: [404, 'There is no {method} {path}. The API is described at /api/v1/openapi.json.'],
  wrong_method: [405, '{path} takes no {method}, only {allow}. /api/v1/openapi.json says for what.'],
  bad_address: [
    400,
    'The address {path} cannot be read: a "%" in it is not followed by the code of a character. Write it as %25, or follow a link.',
  ],
  foreign_origin: [
    403,
    'The request came from {origin}, and only what comes from an address of this Floe is answered. Open {address} itself; other names are those of a certificate that "floe up" is given with --cert and --key.',
  ],
  too_many: [429, 'Too many requests at once. Try again in {seconds} s.'],
  internal: [500, 'Floe made a mistake here ({request}). Nothing is known to be changed; its log says more.'],
  database_away: [503, 'The database does not answer. It is restarted by itself; try again in a few seconds.'],
  disk_full: [507, 'The disk that holds {what} is full. Free some space there; nothing was changed.'],
  key_reused: [409, 'The idempotency key was used before with another request. Use a new key.'],

  // people
  not_logged_in: [401, 'Log in first. Sessions end after 12 h without use.'],
  wrong_password: [401, 'User or password do not match.'],
  slow_down: [
    429,
    'Too many wrong passwords for {name}. Try again in {seconds} s; as root on the machine, "floe user reset-password {name}" gives a new one.',
  ],
  must_change_password: [403, 'Choose your own password first; the one-time password opens nothing else.'],
  password_weak: [422, 'The password is too easy: {why}.'],
  password_chosen: [
    409,
    '{name} has chosen a password already. "floe user reset-password {name}" as root gives a new one-time password.',
  ],
  no_csrf: [
    403,
    'The request comes with a cookie and without the token that a page of Floe sends. Send "csrf" of GET /api/v1/session as X-Floe-Csrf, or log in for a bearer token.',
  ],
  old_csrf: [403, 'The page is older than your session. Reload it; your input is kept.'],
  forbidden: [403, 'Your role ({role}) may not do this ({permission}). The role {least} may.'],
  local_only: [403, 'This is for the machine itself: run it there as the user who started Floe, or as root.'],
  account_taken: [409, 'There is a user {name} already. Choose another name.'],

  // hosts
  host_unreachable: [503, '{host} does not answer ({why}). What runs there may still run.'],
  host_silent: [
    504,
    '{host} did not answer within {seconds} s. Whether the call took effect shows as soon as it answers.',
  ],
  host_taken: [409, '{host} is here already, as {name}. "floe host refresh {name}" looks at it again.'],
  host_name_taken: [
    409,
    'A host called {name} is here already: {uri}. Give {added} another name ("floe host add {added} --name NAME").',
  ],
  uri_refused: [422, 'Floe cannot reach {uri}: {why}. A local host is qemu:///system.'],
  host_refused: [502, '{host} refused: {why}.'],

  // VMs
  name_refused: [422, '{name} cannot be a VM name: {why}.'],
  name_taken: [409, 'There is a VM {name} already. {free} is free.'],
  name_ambiguous: [409, '{count} VMs are called {name}. Use an id: {ids}.'],
  vm_running: [409, '{vm} is running on {host}. Shut it down first, or open its console.'],
  vm_not_running: [409, '{vm} is off. Start it first.'],
  vm_paused: [409, '{vm} is paused. Resume it first.'],
  vm_locked: [409, '{vm} {cause} (task {task}). Wait for the task, or cancel it.'],
  vm_twice: [
    409,
    '{vm} is seen on {hosts} at once. Decide which one is right and undefine the other; nothing is started before.',
  ],
  vm_foreign: [
    409,
    '{vm} is run by another Floe ({owner}). It is read-only here until you take it over with "floe vm take-over {vm}".',
  ],
  vm_protected: [409, '{vm} is protected from deletion. Take the protection away first.'],
  vm_unseen: [409, '{vm} is on {host}, which is silent since {since}. Nothing is done before its state is known.'],
  vm_moved: [409, '{vm} is on {host} by now; somebody moved it meanwhile. Ask again: it is done there then.'],
  vm_transient: [
    409,
    '{vm} was started outside Floe without a definition, so it is gone when it stops. Define it with "virsh" first.',
  ],
  no_host: [409, 'No host is connected. Look at "floe host list", or add one.'],
  no_memory: [409, '{host} has {free} free, {vm} needs {needed}. Give it less memory, or stop another VM.'],
  guest_ignored: [
    504,
    '{vm} ignored the shutdown for {seconds} s. Its guest may have no ACPI or agent; power it off instead.',
  ],
  domain_wrong: [502, '{vm} was not {verb}: {host} says "{why}".'],

  spec_refused: [422, '{field} {why}.'],

  // storage
  image_missing: [404, 'There is no volume {name} in the pool {pool}. "floe host refresh {host}" looks again.'],
  image_gone: [404, 'The image {path} is not on {host} any more. Put it back there, or take the disk out of the VM.'],
  image_format: [422, '{name} is {found}, not {said}. Choose another volume.'],
  image_refused: [422, '{name} is not used: {why}.'],
  image_in_use: [409, '{name} is already {use}. Clone it, or choose another.'],
  pool_full: [507, 'The pool {pool} has {free} free, {needed} are needed. Free some space there; nothing was changed.'],
  no_sample: [409, 'The sample guest is not here. "floe up" downloads it.'],
  network_missing: [404, 'There is no network {name} on {host}. Choose one of: {names}.'],
  network_off: [
    409,
    'The network {name} on {host} is off. Start it there ("virsh net-start {name}"), or create the VM without it.',
  ],

  // consoles
  ticket_refused: [403, 'The console ticket is used, too old, or for another VM. Open the console again.'],
  no_console: [409, '{vm} has no {kind}. Its configuration would need one; it takes effect at the next start.'],

  // tasks
  task_ended: [409, 'Task {task} has ended already ({state}).'],
  revision_gone: [410, 'The change stream does not go back to {revision}. Load the page anew; it goes on from now.'],
})

export type ErrorCode = keyof typeof apiError.rows
