/**
 * Everything that a server holds, as an outside auditor reads it.
 */

/** Of each key: its name, type, when it expires and what it holds. */
export const dumpScript = `
local keys = redis.call('KEYS', '*')
table.sort(keys)
local reads = { hash = { 'HGETALL' }, zset = { 'ZRANGE', 0, -1, 'WITHSCORES' }, string = { 'GET' } }
local all = {}
for _, key in ipairs(keys) do
  local kind = redis.call('TYPE', key)['ok']
  local read = reads[kind] or { 'TYPE' }
  all[#all + 1] = { key, kind, redis.call('PEXPIRETIME', key), redis.call(read[1], key, unpack(read, 2)) }
end
return all`

/** What a server does by itself, at a time of the test's choice. */
export const reapScript = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local at = redis.call('PEXPIRETIME', key)
  if at >= 0 and at <= tonumber(ARGV[1]) then
    redis.call('DEL', key)
  end
end`

export interface Due {
  readonly tickMs: number
  readonly period: number
  readonly count: number
  readonly amount: number
  readonly cost: number
}

export interface Account {
  readonly key: string
  readonly fields: ReadonlyMap<string, string>
  readonly due: ReadonlyArray<Due>
  /** From ids to deadlines. */
  readonly holds: ReadonlyMap<string, number>
  readonly entries: ReadonlyArray<Entry>
  /** -1: never. */
  readonly expiresMs: number
  readonly holdsExpireMs: number | undefined
}

export interface Entry {
  readonly id: string
  readonly text: string
  readonly values: Readonly<Record<string, string>>
  readonly expiresMs: number
}

const ENTRY = (
  "command state accounts digest settle amount held measured whenUnknown deadlineMs expiryCost period createdMs " +
  "changedMs debited actual overage unbilled late"
).split(" ")

type Key = readonly [name: string, type: string, expiresMs: number, value: ReadonlyArray<string> | string]

/** By the account's key. What has entries only (its row is gone) is not among them. */
export const stateOf = (reply: unknown): ReadonlyMap<string, Account> => {
  const keys = new Map((reply as ReadonlyArray<Key>).map((key) => [key[0], key]))
  const accounts = new Map<string, Account>()
  for (const [name, , expiresMs, value] of keys.values()) {
    const [, tag, key] = /^([^}]*\}a:)([^\r]*)$/.exec(name) ?? []
    if (tag === undefined || key === undefined) continue
    const index = keys.get(`${tag.slice(0, -2)}h:${key}`)
    const fields = new Map(pairs(value as ReadonlyArray<string>))
    accounts.set(key, {
      key,
      fields,
      due: [...fields].flatMap(([field, text]) =>
        field.startsWith("due:") ? dueOf(Number(field.slice(4)), text) : []
      ),
      holds: new Map(
        pairs((index?.[3] ?? []) as ReadonlyArray<string>).map(([id, score]) => [id, Number(score)] as const)
      ),
      entries: entriesOf([...keys.values()], `${tag.slice(0, -2)}e:${key}\r`),
      expiresMs,
      holdsExpireMs: index?.[2]
    })
  }
  return accounts
}

const pairs = (list: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at]!, list[2 * at + 1]!] as const)

const dueOf = (tickMs: number, text: string): ReadonlyArray<Due> =>
  text.split(";").map((row) => {
    const [period, count, amount, cost] = row.split(" ").map(Number) as [number, number, number, number]
    return { tickMs, period, count, amount, cost }
  })

const entriesOf = (keys: ReadonlyArray<Key>, start: string): ReadonlyArray<Entry> =>
  keys
    .filter(([name]) => name.startsWith(start))
    .map(([name, , expiresMs, value]) => {
      const texts = String(value).split(" ")
      const values = Object.fromEntries(ENTRY.map((field, at) => [field, texts[at]!]))
      return { id: name.slice(start.length), text: String(value), values, expiresMs }
    })
