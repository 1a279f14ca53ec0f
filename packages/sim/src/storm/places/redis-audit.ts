/**
 * Reads the rows of a prefix with HGETALL, GET and ZRANGE, as `lua/execute.lua` writes them.
 */
import type { Audit, Problem } from "./place.ts"
import type { RedisClient, RedisReply } from "./redis-client.ts"
import { auditRows, joined } from "./rows.ts"
import type { AuditedAccount, AuditedEntry } from "./rows.ts"

/** The fields of an entry's text, in their order; `-` is none. */
const ENTRY =
  "command state accounts digest settle amount held measured whenUnknown deadlineMs expiryCost period createdMs changedMs debited actual overage unbilled late".split(
    " "
  )

export const auditRedis = async (client: RedisClient, prefix: string): Promise<Audit> => {
  const keys = await keysOf(client, prefix)
  const start = `${prefix}{`
  const named = keys.map((key) => ({ key, rest: key.slice(key.indexOf("}", start.length) + 1) }))
  const accounts = named.filter(({ rest }) => rest.startsWith("a:"))
  const entries = named.filter(({ rest }) => rest.startsWith("e:"))
  const hashes = await inPages(
    client,
    accounts.map(({ key }) => ["HGETALL", key])
  )
  const texts = await inPages(
    client,
    entries.map(({ key }) => ["GET", key])
  )
  const indexes = await inPages(
    client,
    accounts.map(({ key, rest }) => indexOf(key, rest))
  )
  const byAccount = new Map<string, Array<AuditedEntry>>()
  for (const [index, { rest }] of entries.entries()) {
    const [account = "", id = ""] = rest.slice(2).split("\r")
    const text = texts[index]
    if (typeof text !== "string") continue
    const list = byAccount.get(account) ?? []
    list.push(entryOf(id, text))
    byAccount.set(account, list)
  }
  return joined(
    accounts.map(({ rest }, index) => {
      const name = rest.slice(2)
      const account = accountOf(name, hashes[index] as ReadonlyArray<string>)
      const found = byAccount.get(name) ?? []
      return joined([auditRows({ account, entries: found }), auditIndex(account, found, indexes[index]!)])
    })
  )
}

/** The sorted set of holds names those that live, each with its deadline: whoever lists them reads it. */
const auditIndex = (account: AuditedAccount, entries: ReadonlyArray<AuditedEntry>, reply: RedisReply): Audit => {
  const flat = reply as ReadonlyArray<string>
  const found: Array<string> = []
  for (let at = 0; at < flat.length; at += 2)
    if (Number(flat[at + 1]) > account.lastMs) found.push(`${flat[at]} ${flat[at + 1]}`)
  const live = entries.filter(({ state, deadlineMs }) => state === "held" && deadlineMs > account.lastMs)
  const expected = live.map(({ id, deadlineMs }) => `${id} ${deadlineMs}`)
  const isSame = found.toSorted().join() === expected.toSorted().join()
  const problem: Problem = {
    invariant: "I2",
    because: `the index of ${account.name} names the holds ${found.join(", ") || "none"}, but those that live are ${expected.join(", ") || "none"}`
  }
  return { checks: 1, problems: isSame ? [] : [problem] }
}

const indexOf = (key: string, rest: string): ReadonlyArray<string> => {
  const tag = key.slice(0, key.length - rest.length)
  return ["ZRANGE", `${tag}h:${rest.slice(2)}`, "0", "-1", "WITHSCORES"]
}

const accountOf = (name: string, flat: ReadonlyArray<string>): AuditedAccount => {
  const fields = new Map<string, string>()
  for (let at = 0; at < flat.length; at += 2) fields.set(flat[at]!, flat[at + 1]!)
  const optional = (field: string): number | null => (fields.has(field) ? Number(fields.get(field)) : null)
  const number = (field: string): number => optional(field) ?? Number.NaN
  return {
    name: name.replace("\n", " per "),
    used: number("used"),
    reserved: number("reserved"),
    period: number("period"),
    lastMs: number("lastMs"),
    revision: number("revision"),
    startMs: optional("startMs"),
    resetMs: optional("resetMs")
  }
}

const entryOf = (id: string, text: string): AuditedEntry => {
  const values = text.split(" ")
  const field = (name: string): string => values[ENTRY.indexOf(name)] ?? "-"
  const number = (name: string): number => (field(name) === "-" ? 0 : Number(field(name)))
  return {
    id,
    state: field("state"),
    held: number("held"),
    debited: number("debited"),
    expiryCost: number("expiryCost"),
    deadlineMs: number("deadlineMs"),
    changedMs: number("changedMs"),
    period: number("period")
  }
}

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
