/**
 * Reads the rows of a prefix with HGETALL and ZRANGE, as `docs/redis.md` and `lua/execute/01-call.lua` say that they are written.
 */
import type { Audit, Problem } from "./place.ts"
import type { RedisClient, RedisReply } from "./redis-client.ts"
import { auditRows, joined } from "./rows.ts"
import type { AuditedAccount, AuditedEntry } from "./rows.ts"

/** Places in the list `row` of an account, and in the list of an entry, from 0. A number that is absent is -1. */
const ROW = { used: 0, reserved: 1, period: 2, revision: 3, lastMs: 4, startMs: 8, resetMs: 10 }
const ENTRY = { state: 0, held: 6, deadlineMs: 9, expiryCost: 10, period: 11, changedMs: 13, debited: 14 }
/** Of a `due:<tick>` field: four numbers for each window. In the row, from the 24th on, the tick stands before them. */
const DUE = 4
const FIRST_DUE = 23

type Fields = ReadonlyMap<string, string>

export const auditRedis = async (client: RedisClient, prefix: string): Promise<Audit> => {
  const keys = await keysOf(client, prefix)
  const accounts = keys.flatMap((key) => {
    const [, tag, name] = /^([^{]*\{[^}]*\})a:(.*)$/s.exec(key) ?? []
    return tag === undefined ? [] : [{ tag, name: name! }]
  })
  const asked = accounts.flatMap(({ tag, name }) => [
    ...["a", "0", "1"].map((kind) => ["HGETALL", `${tag}${kind}:${name}`]),
    ["ZRANGE", `${tag}t:${name}`, "0", "-1"]
  ])
  const replies = await inPages(client, asked)
  return joined(
    accounts.map(({ name }, index) => {
      const [hash, first, second, ticks] = replies.slice(4 * index, 4 * index + 4)
      const fields = fieldsOf(hash!)
      const account = accountOf(name.replace("\n", " per "), fields.get("row"))
      const holds = entriesOf(fields, "hold:")
      const entries = [...holds, ...entriesOf(fieldsOf(first!), ""), ...entriesOf(fieldsOf(second!), "")]
      return joined([auditRows({ account, entries }), auditDue(account, holds, fields, ticks as ReadonlyArray<string>)])
    })
  )
}

/** The sums by tick, which make that nothing is counted when holds expire, are those of the holds; and the index names their ticks. */
const auditDue = (
  { name, lastMs }: AuditedAccount,
  holds: ReadonlyArray<AuditedEntry>,
  fields: Fields,
  ticks: ReadonlyArray<string>
): Audit => {
  const live = holds.filter(({ deadlineMs }) => deadlineMs > lastMs)
  const expected = new Map<string, { count: number; amount: number }>()
  for (const { deadlineMs, period, held } of live) {
    const key = `${deadlineMs} ${period}`
    const { count, amount } = expected.get(key) ?? { count: 0, amount: 0 }
    expected.set(key, { count: count + 1, amount: amount + held })
  }
  const row = JSON.parse(fields.get("row") ?? "[]") as ReadonlyArray<number>
  const found = Array.from({ length: (row.length - FIRST_DUE) / (DUE + 1) }, (_, at) => {
    const [tick, period, count, amount] = row.slice(FIRST_DUE + at * (DUE + 1))
    return `${tick} ${period}: ${count} of ${amount}`
  })
  const named = [...fields.keys()].filter((field) => field.startsWith("due:")).map((field) => field.slice(4))
  for (const tick of named) {
    const numbers = JSON.parse(fields.get(`due:${tick}`)!) as ReadonlyArray<number>
    for (let at = 0; at < numbers.length; at += DUE)
      found.push(`${tick} ${numbers[at]}: ${numbers[at + 1]} of ${numbers[at + 2]}`)
  }
  const wanted = [...expected].map(([key, { count, amount }]) => `${key}: ${count} of ${amount}`)
  const problems: Array<Problem> = []
  if (textOf(found) !== textOf(wanted))
    problems.push({
      invariant: "I2",
      because: `the due rows of ${name} are ${textOf(found)}, but its holds make ${textOf(wanted)}`
    })
  if (textOf(ticks) !== textOf(named))
    problems.push({
      invariant: "I2",
      because: `the index of ${name} names the ticks ${textOf(ticks)}, but due are ${textOf(named)}`
    })
  return { checks: 2, problems }
}

const textOf = (items: ReadonlyArray<string>): string => items.toSorted().join(", ") || "none"

const fieldsOf = (reply: RedisReply): Fields => {
  const flat = reply as ReadonlyArray<string>
  const fields = new Map<string, string>()
  for (let at = 0; at < flat.length; at += 2) fields.set(flat[at]!, flat[at + 1]!)
  return fields
}

const accountOf = (name: string, text: string | undefined): AuditedAccount => {
  const row = text === undefined ? [] : (JSON.parse(text) as ReadonlyArray<number>)
  const number = (at: number): number => row[at] ?? Number.NaN
  const optional = (at: number): number | null => (number(at) === -1 ? null : number(at))
  return {
    name,
    used: number(ROW.used),
    reserved: number(ROW.reserved),
    period: number(ROW.period),
    lastMs: number(ROW.lastMs),
    revision: number(ROW.revision),
    startMs: optional(ROW.startMs),
    resetMs: optional(ROW.resetMs)
  }
}

const entriesOf = (fields: Fields, prefix: string): ReadonlyArray<AuditedEntry> =>
  [...fields]
    .filter(([field]) => field.startsWith(prefix))
    .map(([field, text]) => {
      const list = JSON.parse(text) as ReadonlyArray<string | number>
      const number = (at: number): number => Number(list[at])
      return {
        id: field.slice(prefix.length),
        state: String(list[ENTRY.state]),
        held: number(ENTRY.held),
        // What is held says nothing of its end.
        debited: list.length > ENTRY.debited ? number(ENTRY.debited) : 0,
        expiryCost: number(ENTRY.expiryCost),
        deadlineMs: number(ENTRY.deadlineMs),
        changedMs: number(ENTRY.changedMs),
        period: number(ENTRY.period)
      }
    })

/** With SCAN, so that nobody waits for it. */
export const keysOf = async (client: RedisClient, prefix: string): Promise<ReadonlyArray<string>> => {
  const keys = new Set<string>()
  let cursor = "0"
  do {
    const [reply] = await client.send([["SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", "1000"]])
    const [next, page] = reply as readonly [string, ReadonlyArray<string>]
    for (const key of page) keys.add(key)
    cursor = next
  } while (cursor !== "0")
  return [...keys]
}

/** Commands in one write: enough that an audit of 100,000 keys takes seconds, few enough that nobody waits for it. */
const PAGE = 500

const inPages = async (
  client: RedisClient,
  commands: ReadonlyArray<ReadonlyArray<string>>
): Promise<ReadonlyArray<RedisReply>> => {
  const replies: Array<RedisReply> = []
  for (let at = 0; at < commands.length; at += PAGE) replies.push(...(await client.send(commands.slice(at, at + PAGE))))
  return replies
}
