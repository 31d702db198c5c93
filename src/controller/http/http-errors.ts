import { errorTable } from '../../base/errors.ts'

/** Refusals of this room that no route lists: they are met at start. */
export const httpError = errorTable({
  route_unanswered: [500, 'The route {route} has {count} handlers instead of one. Give it exactly one.'],
  plain_http: [
    500,
    'Plain HTTP is only served on loopback, and {host} is not. Give a certificate, or listen on 127.0.0.1.',
  ],
  address_taken: [500, '{address} is in use by another program. Choose another address, or end that program.'],
  certificate_wrong: [500, 'The certificate {cert} is not used: {why}. Look at the file and at its key {key}.'],
})
