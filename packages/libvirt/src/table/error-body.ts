import { i32, nullable, str, struct } from '../xdr/schema.ts'
import { dom, net } from './objects.ts'

/** The error body of a reply with status 1. */
export const errorBody = struct({
  number: i32,
  domain: i32,
  message: nullable(str),
  level: i32,
  dom: nullable(dom),
  text1: nullable(str),
  text2: nullable(str),
  text3: nullable(str),
  int1: i32,
  int2: i32,
  net: nullable(net),
})
