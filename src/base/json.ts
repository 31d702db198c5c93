export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/** Tells whether `value` is a plain object, as JSON has them. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
