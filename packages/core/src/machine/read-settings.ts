/**
 * Reads a store's settings from outside.
 */
import { readInteger } from "./check.ts"
import { defaultSettings } from "./constants.ts"
import type { Settings } from "./constants.ts"

/** 2^45 ms, a thousand years: far from where sums with a clock would be inexact. */
const LONGEST_MS = 2 ** 45

/** The settings with their defaults. @throws InvalidInput names the field and its range */
export const readSettings = (options: { readonly [Name in keyof Settings]?: number | undefined }): Settings => {
  const read = (field: keyof Settings): number =>
    readInteger(options[field] ?? defaultSettings[field], field, 1, LONGEST_MS)
  return {
    settledRetentionMs: read("settledRetentionMs"),
    unsettledRetentionMs: read("unsettledRetentionMs"),
    longestCallMs: read("longestCallMs")
  }
}
