/**
 * Collects what time has made unknown, a few rows per call, oldest first. Correctness never depends on it: forgetting is a rule of time.
 */
import { accountTime, COLLECT_AFTER_MS, isForgottenAccount, isForgottenEntry } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"

import type { Remembered } from "./entry.ts"
import type { Queue } from "./queue.ts"
import type { Slot } from "./slot.ts"
import type { Tables } from "./tables.ts"

export interface Collected {
  entries: number
  accounts: number
  /** Settled entries that were dropped before their time, to keep the bound. */
  early: number
}

/** One turn: what it has found, and how many looks it has left. */
interface Turn extends Collected {
  looks: number
}

export const collect = (tables: Tables, nowMs: number, settings: Settings, bound: number, limit: number): Collected => {
  const turn: Turn = { looks: limit, entries: 0, accounts: 0, early: 0 }
  collectEntries(tables, tables.settled, bound, nowMs, settings, turn)
  collectEntries(tables, tables.open, Infinity, nowMs, settings, turn)
  collectAccounts(tables, nowMs, settings, turn)
  return turn
}

const collectEntries = (
  tables: Tables,
  queue: Queue<Remembered>,
  most: number,
  nowMs: number,
  settings: Settings,
  turn: Turn
): void => {
  let passed: Remembered | undefined
  for (; turn.looks > 0; turn.looks--) {
    const oldest = queue.first
    if (oldest === undefined || oldest === passed) break
    const isOver = isCollectable(oldest, nowMs, settings)
    if (isOver || queue.size > most) {
      tables.forgetEntry(oldest)
      turn.entries++
      if (!isOver) turn.early++
    } else if (standsStill(oldest, nowMs)) {
      passed ??= oldest
      queue.remove(oldest)
      queue.push(oldest)
    } else break
  }
}

const collectAccounts = (tables: Tables, nowMs: number, settings: Settings, turn: Turn): void => {
  for (; turn.looks > 0; turn.looks--) {
    const slot = tables.accounts.first
    if (slot === undefined || nowMs < slot.lookAtMs) break
    if (isForgotten(tables, slot, nowMs, settings)) {
      tables.forgetAccount(slot)
      turn.accounts++
    } else {
      // An account that lives is looked at once per retention, so that the cost of looking does not grow with their number.
      tables.accounts.remove(slot)
      slot.lookAtMs = nowMs + settings.unsettledRetentionMs + COLLECT_AFTER_MS
      tables.accounts.push(slot)
    }
  }
}

/** An hour later than it became unknown, so that a clock may step back by as much. */
const isCollectable = (entry: Remembered, nowMs: number, settings: Settings): boolean =>
  isForgottenEntry(entry, 0, accountTime(entry.slot, nowMs) - COLLECT_AFTER_MS, settings)

/**
 * Its account was last touched while the clock was far ahead, and its time stands until the clock is there again or the account is touched. It stays, but
 * those behind it must not wait for years.
 */
const standsStill = ({ slot }: Remembered, nowMs: number): boolean =>
  accountTime(slot, nowMs) > nowMs + slot.leadMs + COLLECT_AFTER_MS

/** Not before the plain clock has passed its last time: it would begin again with an earlier time and a lower revision. */
const isForgotten = (tables: Tables, slot: Slot, nowMs: number, settings: Settings): boolean => {
  const atMs = nowMs - COLLECT_AFTER_MS
  const timeMs = accountTime(slot, nowMs) - COLLECT_AFTER_MS
  return atMs >= slot.lastMs && isForgottenAccount(tables.rowsOf(slot, atMs), slot.window, atMs, timeMs, settings)
}
