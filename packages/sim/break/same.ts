/**
 * Whether two answers are one.
 */
import { isDeepStrictEqual } from "node:util"

/** Fields that are undefined count as absent. */
export const isSame = (left: unknown, right: unknown): boolean => isDeepStrictEqual(plain(left), plain(right))

/** Also -0, which JSON has not. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, one: unknown) => (Object.is(one, -0) ? "-0" : one)))

export const brief = (value: unknown): string => JSON.stringify(value).slice(0, 160)
