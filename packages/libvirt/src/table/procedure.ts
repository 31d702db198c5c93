import type { AnyCodec, Fields, StructIn, StructOut } from '../xdr/schema.ts'
import { struct } from '../xdr/schema.ts'

/** Which way a stream carries bytes, seen from the client. */
export type StreamWay = 'upload' | 'download' | 'both'

/** One row of the call table. Everything else (codec, static types, the fake daemon) follows from it.
 *  A `control` row may use the place that is kept free for ending, closing and listening; `slow` rows may last as long
 *  as a disk or a QEMU takes, and leave one place to the quick ones. */
export type Procedure<A extends Fields = Fields, R extends Fields = Fields> = {
  readonly number: number
  readonly args: A
  readonly ret: R
  readonly argsCodec: AnyCodec
  readonly retCodec: AnyCodec
  readonly control?: true
  readonly slow?: true
}
export type StreamProcedure<A extends Fields = Fields, R extends Fields = Fields> = Procedure<A, R> & {
  readonly stream: StreamWay
}

export function call<const A extends Fields, const R extends Fields>(number: number, args: A, ret: R): Procedure<A, R> {
  return { number, args, ret, argsCodec: struct(args), retCodec: struct(ret) }
}

export function control<const A extends Fields, const R extends Fields>(
  number: number,
  args: A,
  ret: R,
): Procedure<A, R> {
  return { ...call(number, args, ret), control: true }
}

export function slow<const A extends Fields, const R extends Fields>(number: number, args: A, ret: R): Procedure<A, R> {
  return { ...call(number, args, ret), slow: true }
}

export function streaming<const A extends Fields, const R extends Fields>(
  number: number,
  stream: StreamWay,
  args: A,
  ret: R,
): StreamProcedure<A, R> {
  return { ...call(number, args, ret), stream }
}

export type ArgsOf<P> = P extends Procedure<infer A, infer _> ? StructIn<A> : never
export type RetOf<P> = P extends Procedure<infer _, infer R> ? StructOut<R> : never
/** What a daemon has to give as an answer: fields with a default may be left out. */
export type AnswerOf<P> = P extends Procedure<infer _, infer R> ? StructIn<R> : never
