/**
 * What the commands for operators do. Loaded when one is called.
 */
import type { AccountUsage, Adjusted, WindowName } from "@tallystick/core"

import type { ExitStatus } from "../command.ts"
import type { Terminal } from "../terminal.ts"
import { type Hands, type OperatedOptions, withStore } from "./operated.ts"
import { accountLines, holdLines, isSound, ledgerLines, repairLines, settledLines } from "./report.ts"
import { readWindowText, windowText } from "./window-option.ts"

/** Which store and account, and how to print. */
export interface Asked {
  readonly operated: OperatedOptions
  readonly account: { readonly account: string; readonly window?: NonNullable<ReturnType<typeof readWindowText>> }
  readonly isJson: boolean
  readonly terminal: Terminal
}

/** The store refused it, or there is something to repair. */
const STATUS_REFUSED_BY_STORE = 1

const print = (terminal: Terminal, isJson: boolean, json: object, lines: ReadonlyArray<string>): void => {
  terminal.out.write(isJson ? `${JSON.stringify(json)}\n` : `${lines.join("\n")}\n`)
}

export const runInspect = async (asked: Asked, holdsShown: number, changesShown: number): Promise<ExitStatus> =>
  withStore(asked.operated, async ({ operator, quota }) => {
    // Where none is stored the numbers are told as those of an unlimited account: the limit is in the app's code.
    const [usage] = await quota.usage([{ ...asked.account, limit: null }])
    const { items, next } = await quota.holds(asked.account, { limit: holdsShown })
    const account = usage!
    const ledger = await operator.ledger(account.account, account.window, changesShown)
    const json = { command: "inspect", account, holds: items, moreHolds: next !== null, ledger }
    const lines = [
      ...accountLines(account),
      "",
      ...(account.revision === 0 ? ["this store has never seen it: is the window right?"] : []),
      ...holdLines(items, next !== null),
      "",
      ...ledgerLines(ledger)
    ]
    print(asked.terminal, asked.isJson, json, lines)
    return 0
  })

/** An operator's change through the quota. */
export const runChange = async (
  asked: Asked,
  command: string,
  change: (hands: Hands) => Promise<Adjusted>
): Promise<ExitStatus> =>
  withStore(asked.operated, async (hands) => {
    const adjusted = await orRefused(asked.terminal, () => change(hands))
    if (adjusted === undefined) return STATUS_REFUSED_BY_STORE
    const account: AccountUsage = adjusted.account
    const lines = [
      ...accountLines(account),
      adjusted.replayed ? "nothing new: it was done before with this id" : "done"
    ]
    print(asked.terminal, asked.isJson, { command, replayed: adjusted.replayed, account }, lines)
    return 0
  })

/** A denial and a conflict are the store's word; other errors go their way. */
const orRefused = async <A>(terminal: Terminal, act: () => Promise<A>): Promise<A | undefined> => {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Error) || !["QuotaDenied", "QuotaConflict"].includes(error.name)) throw error
    terminal.err.write(`tallystick: ${error.message}\n`)
    return undefined
  }
}

export const runRelease = async (asked: Omit<Asked, "account">, requestId: string): Promise<ExitStatus> =>
  withStore(asked.operated, async ({ operator, quota }) => {
    const kept = await operator.accountsOf(requestId)
    const limits = kept.flatMap(({ account, unit, window }) =>
      unit === null ? [] : [{ account, unit, window: limitWindow(window), limit: null }]
    )
    if (limits.length === 0) {
      asked.terminal.err.write(`tallystick: no account knows the request ${requestId}\n`)
      return STATUS_REFUSED_BY_STORE
    }
    const settlement = await quota.release({ requestId, limits })
    const problem = settlement.problem === null ? [] : [`not released: ${JSON.stringify(settlement.problem)}`]
    const lines = [...settledLines(settlement.settled), ...problem]
    print(asked.terminal, asked.isJson, { command: "release", ...settlement }, lines)
    return settlement.problem === null ? 0 : STATUS_REFUSED_BY_STORE
  })

const limitWindow = (window: WindowName) => readWindowText(windowText(window)) ?? undefined

export const runRepair = async (asked: Asked, apply: boolean, used: number | undefined): Promise<ExitStatus> =>
  withStore(asked.operated, async ({ operator }) => {
    const { account } = asked.account
    const window = windowNameOf(asked.account.window)
    const repair = await operator.repair(account, window, { apply, used })
    print(asked.terminal, asked.isJson, { command: "repair", account, window, ...repair }, repairLines(repair))
    return repair.applied || isSound(repair) ? 0 : STATUS_REFUSED_BY_STORE
  })

const windowNameOf = (window: Asked["account"]["window"]): WindowName => {
  if (window === undefined) return { kind: "none" }
  if (typeof window === "string") return { kind: "calendar", every: window, timeZone: "UTC" }
  if ("calendar" in window) return { kind: "calendar", every: window.calendar, timeZone: window.timeZone ?? "UTC" }
  return "fixedMs" in window ? { kind: "fixed", lengthMs: window.fixedMs } : { kind: "idle", idleMs: window.idleMs }
}
