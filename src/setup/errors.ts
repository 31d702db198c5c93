import { errorTable } from '../base/errors.ts'

/** Every refusal of setting Floe up on a machine. The status is what the command exits with. */
export const setupError = errorTable({
  // options and configuration
  usage: [2, '"floe {verb}" was not understood: {why}. See "floe {verb} --help".'],
  listen_wrong: [
    2,
    '"{text}" is no address to listen on. Write ADDR:PORT, for example 127.0.0.1:7070 or 0.0.0.0:7070.',
  ],
  tls_half: [2, '--cert and --key belong together: give both files, or neither.'],
  tls_loopback: [
    2,
    '{listen} is reached from this machine alone and served in plain HTTP. Leave --cert and --key out, or choose another --listen.',
  ],
  tls_unreadable: [1, '{file} cannot be read by the user "{user}", who Floe runs as: {why}. Let that user read it.'],
  tls_mismatch: [
    1,
    '{key} is not the key of the certificate {cert}. Give the two that belong together with --cert and --key.',
  ],
  tls_wrong: [
    1,
    '{cert} and {key} are no certificate with its key in PEM: {why}. Give such files with --cert and --key.',
  ],
  data_long: [2, '{data} is too long for the sockets below it (80 bytes at most). Choose a shorter --data.'],
  data_foreign: [
    1,
    'The folder {data} cannot be used: the user "{user}", who Floe runs as, must own it and be able to reach it. Choose another with --data, or remove it if nothing in it is needed.',
  ],
  data_unmakable: [1, 'The folder {data} cannot be made: {why}. Choose another with --data.'],
  config_unreadable: [
    1,
    '{file} cannot be read: {why}. Run this as the user who ran "floe up", or choose another copy with --data.',
  ],
  config_broken: [
    1,
    '{file} is no configuration of Floe: {why}. Put it right, or take it away and run "floe up" again.',
  ],
  not_set_up: [3, 'There is no Floe in {data}. Run "floe up", or choose another copy with --data.'],
  plan_wrong: [2, 'This is run by the shell entry, with the plan that it printed; "{step}" is no step. Run "floe up".'],
  copy_busy: [
    1,
    'Another "up" or "down" of the Floe in {data} is at work. Wait until it has ended, then see "floe status".',
  ],
  keep_usage: [2, 'This is run by "floe up": keep postgres|controller --data DIR.'],

  // the machine
  port_taken: [1, '{address} is taken by {holder}. End that, or choose another address: "floe up --listen {free}".'],
  port_low: [1, 'Port {port} is for root alone, and Floe does not run as root. Choose one from {lowest} up.'],
  address_not_here: [1, 'This machine has no address {host}. Choose one that it has, or 0.0.0.0 for all of them.'],
  no_product_user: [1, 'There is no user "floe" yet. Run "floe up", which makes it.'],
  needs_root: [1, 'This needs root, and there is no sudo here. As root, run: {command}.'],
  libvirt_refuses: [
    1,
    'libvirt runs but refuses the user "{user}": {why}. Members of the group "libvirt" may manage it: see "id {user}", and whether polkit runs.',
  ],
  libvirt_dead: [
    1,
    'libvirt could not be started: {why}. Its own log says more ("journalctl -u libvirtd", or run libvirtd in a terminal).',
  ],
  certificate_failed: [
    1,
    'The certificate could not be made: {why}. Is openssl installed? Or give one with --cert and --key.',
  ],

  // the sample guest
  sample_part_missing: [
    1,
    'The sample guest cannot be made: there is no {part} in {package}. Remove that file and run "floe up" again to download it anew.',
  ],
  sample_download: [
    1,
    'The sample guest cannot be made: {why}. With old package lists "apt-get update" helps; then run "floe up" again.',
  ],

  // what was started
  not_started: [1, '{what} did not start within {seconds} s. The last it said: {last} All of it is in {log}.'],
  not_ended: [
    1,
    'The Floe that runs does not end, not even killed, so no other was started: it waits for the kernel, mostly for a disk. Its log is {log}.',
  ],
  controller_silent: [1, 'The controller does not answer on {socket}: {why}. See "floe status", and its log.'],
  call_refused: [1, '{why}'],
})
