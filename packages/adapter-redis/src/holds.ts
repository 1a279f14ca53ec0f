/**
 * The live holds of an account in byte order of their ids, for operators. The server keeps them in order of their deadlines; it is asked for a thousand
 * at a time, so that 100,000 of them hold nobody up.
 */
import { compareBytes, isOutside, isOver, readInteger, readText, readWindow } from "@tallystick/core/machine"
import type { AccountRef, Settle, WhenUnknown } from "@tallystick/core/machine"
import type { AccountId, Hold, Page, PageRequest } from "@tallystick/core/store"

import { outsideOfWindows } from "./decode.ts"
import type { Reply } from "./decode.ts"
import type { Question } from "./encode.ts"

const IDS_PER_CALL = 1_000

export interface HoldsRequest {
  readonly account: AccountRef
  readonly after: string | undefined
  readonly limit: number
}

export const readHolds = (account: AccountId, page: PageRequest): HoldsRequest => ({
  account: { account: readText(account.account, "account"), window: readWindow(account.window, "window") },
  after: page.after === undefined ? undefined : readText(page.after, "page.after"),
  limit: readInteger(page.limit, "page.limit", 1, 1_000)
})

/** One page. Between the calls a hold may end: such a one is left out. */
export const holdsPage = async (
  { account, after, limit }: HoldsRequest,
  ask: (question: Question) => Promise<Reply>
): Promise<Page<Hold>> => {
  const ids = new Set<string>()
  for (let from = 0; ; from += IDS_PER_CALL) {
    const reply = await ask({ kind: "holds", legs: [account], from, count: IDS_PER_CALL })
    const nowMs = reply.number()
    if (isOutside(account.window, nowMs)) throw outsideOfWindows()
    const timeMs = reply.number()
    const period = reply.number()
    const before = ids.size
    let count = 0
    for (; !reply.isRead; count++) {
      const id = reply.text()
      if (after === undefined || compareBytes(id, after) > 0) ids.add(id)
    }
    if (ids.size > before + limit * 4 || count < IDS_PER_CALL) keepFirst(ids, limit + 1)
    if (count < IDS_PER_CALL) return page(account, [...ids], limit, timeMs, period, ask)
  }
}

/** Only the first ones can stand on the page. */
const keepFirst = (ids: Set<string>, most: number): void => {
  const first = [...ids].toSorted(compareBytes).slice(0, most)
  ids.clear()
  for (const id of first) ids.add(id)
}

const page = async (
  account: AccountRef,
  ids: ReadonlyArray<string>,
  limit: number,
  timeMs: number,
  period: number,
  ask: (question: Question) => Promise<Reply>
): Promise<Page<Hold>> => {
  const shown = ids.slice(0, limit)
  if (shown.length === 0) return { items: [], next: null }
  const reply = await ask({ kind: "entries", legs: [account], ids: shown })
  reply.number()
  const items: Array<Hold> = []
  for (const id of shown) {
    const hold = readHold(reply, id, timeMs, period)
    if (hold !== undefined) items.push(hold)
  }
  return { items, next: ids.length > limit ? shown[shown.length - 1]! : null }
}

const readHold = (reply: Reply, id: string, timeMs: number, period: number): Hold | undefined => {
  const state = reply.text()
  const amount = reply.number()
  const held = reply.number()
  // Of an entry that somebody deleted by hand nothing is there: it is left out, so that the others can be seen.
  const settle = reply.textOrNull() as Settle | null
  const measured = reply.numberOrNull()
  const whenUnknown = reply.textOrNull() as WhenUnknown | null
  const createdMs = reply.number()
  const deadlineMs = reply.number()
  const windowPassed = reply.number() !== period
  if (state !== "held" || settle === null || isOver(deadlineMs, timeMs)) return undefined
  const expiresInMs = deadlineMs - timeMs
  return { id, amount, held, settle, measured, whenUnknown, ageMs: timeMs - createdMs, expiresInMs, windowPassed }
}
