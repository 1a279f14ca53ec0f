/**
 * Options that more than one command has.
 */
import { flag, integer, text } from "./option.ts"

/** Seeds are the integers that every part takes as they are. */
export const MAX_SEED = 4_294_967_295

export const storeOption = text(
  "STORE",
  "memory",
  "memory, or the path of a module whose default export makes a QuotaStore: ./file.ts"
)
export const seedOption = integer(0, MAX_SEED, 1, "the same seed gives the same run and the same output")
export const jsonOption = flag("one object on standard output, without times and speeds")
export const timingOption = flag("say how long it took and how fast it was")
