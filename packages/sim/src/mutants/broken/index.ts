/**
 * Broken stores: the explorer must find each of them.
 */
import type { Patch } from "../patch.ts"
import { classics } from "./classics.ts"
import { own } from "./own.ts"
import { races } from "./races.ts"

export const brokenStores: ReadonlyArray<Patch> = [...classics, ...races, ...own]
