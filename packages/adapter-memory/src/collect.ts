/**
 * Collects what time has made unknown, a few rows per call, oldest first. Correctness never depends on it: forgetting is a rule of time.
 */
import { accountTime, COLLECT_AFTER_MS, isForgottenAccount } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"

import type { Remembered, Slot, Tables } from "./tables.ts"

export interface Collected {
  entries: number
  accounts: number
  /** Settled entries that were dropped before their time, to keep the bound. */
  early: number
}

export const collect = (tables: Tables, nowMs: number, settings: Settings, bound: number, limit: number): Collected => {
  const collected: Collected = { entries: 0, accounts: 0, early: 0 }
  let looks = limit
  for (; looks > 0; looks--) {
    const oldest = tables.settled.first
    if (oldest === undefined) break
    const isOver = isCollectable(oldest, nowMs, oldest.row.changedMs + settings.settledRetentionMs)
    if (!isOver && tables.settled.size <= bound) break
    tables.forgetEntry(oldest)
    collected.entries++
    if (!isOver) collected.early++
  }
  for (; looks > 0; looks--) {
    const oldest = tables.open.first
    if (oldest === undefined || !isCollectable(oldest, nowMs, oldest.row.deadlineMs + settings.unsettledRetentionMs))
      break
    tables.forgetEntry(oldest)
    collected.entries++
  }
  for (; looks > 0; looks--) {
    const slot = tables.accounts.first
    if (slot === undefined || nowMs < slot.lookAtMs) break
    if (isForgotten(tables, slot, nowMs, settings)) {
      tables.forgetAccount(slot)
      collected.accounts++
    } else {
      // An account that lives is looked at once per retention, so that the cost of looking does not grow with their number.
      tables.accounts.remove(slot)
      slot.lookAtMs = nowMs + settings.unsettledRetentionMs + COLLECT_AFTER_MS
      tables.accounts.push(slot)
    }
  }
  return collected
}

/** An hour later than it became unknown, so that a clock may step back by as much. */
const isCollectable = ({ slot }: Remembered, nowMs: number, unknownFromMs: number): boolean =>
  accountTime(slot.account, nowMs) >= unknownFromMs + COLLECT_AFTER_MS

const isForgotten = (tables: Tables, slot: Slot, nowMs: number, settings: Settings): boolean => {
  const timeMs = accountTime(slot.account, nowMs) - COLLECT_AFTER_MS
  return isForgottenAccount(
    tables.rowsOf(slot, nowMs - COLLECT_AFTER_MS),
    slot.window,
    nowMs - COLLECT_AFTER_MS,
    timeMs,
    settings
  )
}
