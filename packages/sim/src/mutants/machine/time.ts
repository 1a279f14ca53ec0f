/**
 * Bugs in what time does: expiry, windows, the account's own clock.
 */
import type { Patch } from "../patch.ts"

export const timeBugs: ReadonlyArray<Patch> = [
  {
    name: "expiry-one-tick-late",
    what: "a hold lives for one tick of the grid too long",
    edits: [
      {
        file: "core/src/machine/time.ts",
        find: "timeMs >= deadlineMs",
        replace: "timeMs >= deadlineMs + GRID_MS"
      }
    ]
  },
  {
    name: "deadline-rounded-down",
    what: "a deadline is rounded down to the grid",
    edits: [
      { file: "core/src/machine/time.ts", find: "Math.ceil((timeMs + ttlMs)", replace: "Math.floor((timeMs + ttlMs)" }
    ]
  },
  {
    name: "expiry-is-free",
    what: "an expired hold costs nothing, whatever was measured",
    edits: [{ file: "core/src/machine/due.ts", find: "    usedDelta += row.cost\n", replace: "" }]
  },
  {
    name: "roll-keeps-period",
    what: "a roll forgets to move the period",
    edits: [{ file: "core/src/machine/due.ts", find: "period: account.period + 1", replace: "period: account.period" }]
  },
  {
    name: "roll-keeps-reserved",
    what: "a roll keeps what the window before had reserved",
    edits: [
      { file: "core/src/machine/due.ts", find: "reservedDelta: 0 - account.reserved", replace: "reservedDelta: 0" }
    ]
  },
  {
    name: "roll-one-ms-late",
    what: "a window that ends is left a millisecond too late",
    edits: [{ file: "core/src/machine/windows.ts", find: "nowMs >= account.endMs", replace: "nowMs > account.endMs" }]
  },
  {
    name: "hold-does-not-stop-silence",
    what: "an idle window ends while a hold lives",
    edits: [{ file: "core/src/machine/windows.ts", find: "return !holdsLive && timeMs", replace: "return timeMs" }]
  },
  {
    name: "time-goes-back",
    what: "an account's time follows the store's clock backwards",
    edits: [
      {
        file: "core/src/machine/time.ts",
        find: "Math.max(nowMs + account.leadMs, account.lastMs)",
        replace: "nowMs + account.leadMs"
      }
    ]
  }
]
