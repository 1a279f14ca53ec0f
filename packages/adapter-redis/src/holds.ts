/**
 * The live holds of an account in byte order of their ids, for operators. The server goes through them in no order, a thousand at a time, so that
 * 100,000 of them hold nobody up.
 */
import { compareBytes, isOver, readInteger, readText, readWindow } from "@tallystick/core/machine"
import type { AccountRef, Settle, WhenUnknown } from "@tallystick/core/machine"
import type { AccountId, Hold, Page, PageRequest } from "@tallystick/core/store"

import { orNull, outsideOfWindows } from "./decode.ts"
import type { Reply } from "./decode.ts"
import type { Question } from "./encode.ts"

const HOLDS_PER_CALL = 1_000

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

/** One page. What is held from the first to the last of its calls is seen; what begins or ends meanwhile may be. */
export const holdsPage = async (
  { account, after, limit }: HoldsRequest,
  ask: (question: Question) => Promise<Reply>
): Promise<Page<Hold>> => {
  const holds = new Map<string, Hold>()
  let cursor = "0"
  do {
    const { answers } = await ask({ kind: "holds", legs: [account], cursor, count: HOLDS_PER_CALL })
    const [tag, next, timeMs, period, ...found] = answers[0] as [string, number, number, number, ...Array<unknown>]
    if (tag === "NotApplied") throw outsideOfWindows()
    for (let at = 0; at < found.length; at += 2) {
      const id = found[at] as string
      const hold = readHold(id, found[at + 1] as ReadonlyArray<unknown>, timeMs, period)
      if (hold === undefined) holds.delete(id)
      else if (after === undefined || compareBytes(id, after) > 0) holds.set(id, hold)
    }
    if (holds.size > limit * 4 + HOLDS_PER_CALL) keepFirst(holds, limit + 1)
    cursor = String(next)
  } while (cursor !== "0")
  keepFirst(holds, limit + 1)
  const items = [...holds.values()].slice(0, limit)
  return { items, next: holds.size > limit ? items[limit - 1]!.id : null }
}

/** In order; only the first ones can stand on the page. */
const keepFirst = (holds: Map<string, Hold>, most: number): void => {
  const first = [...holds.values()].toSorted((left, right) => compareBytes(left.id, right.id)).slice(0, most)
  holds.clear()
  for (const hold of first) holds.set(hold.id, hold)
}

/** undefined for one that has expired and still waits for its ending. */
const readHold = (id: string, entry: ReadonlyArray<unknown>, timeMs: number, period: number): Hold | undefined => {
  const deadlineMs = entry[9] as number
  if (isOver(deadlineMs, timeMs)) return undefined
  return {
    id,
    amount: entry[5] as number,
    held: entry[6] as number,
    settle: entry[4] as Settle,
    measured: orNull(entry[7]),
    whenUnknown: entry[8] === "" ? null : (entry[8] as WhenUnknown),
    ageMs: timeMs - (entry[12] as number),
    expiresInMs: deadlineMs - timeMs,
    windowPassed: entry[11] !== period
  }
}
