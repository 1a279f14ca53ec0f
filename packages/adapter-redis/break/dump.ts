/**
 * Everything that a server holds, as an outside auditor reads it.
 */

/** Of each key: its name, type, when it expires and what it holds. */
export const dumpScript = `
local keys = redis.call('KEYS', '*')
table.sort(keys)
local reads = { zset = { 'ZRANGE', 0, -1, 'WITHSCORES' }, string = { 'GET' } }
local all = {}
for _, key in ipairs(keys) do
  local kind = redis.call('TYPE', key)['ok']
  local read = reads[kind] or { 'TYPE' }
  local value = redis.call(read[1], key, unpack(read, 2))
  if kind == 'hash' then
    -- By name: the order of a hash that is being laid out anew changes while it is read.
    local names = redis.call('HKEYS', key)
    table.sort(names)
    value = {}
    for at, name in ipairs(names) do
      value[2 * at - 1], value[2 * at] = name, redis.call('HGET', key, name)
    end
  end
  all[#all + 1] = { key, kind, redis.call('PEXPIRETIME', key), value }
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
  /** The numbers of its row; -1: absent. */
  readonly row: Readonly<Record<(typeof ROW)[number], number>>
  /** As they lie in the server. */
  readonly fields: ReadonlyMap<string, string>
  /** Wherever they lie. */
  readonly due: ReadonlyArray<Due>
  /** How many of them lie in the row. */
  readonly dueInRow: number
  /** The ticks that have a field. */
  readonly dueFields: ReadonlyArray<number>
  /** The ticks of the index, with their scores. */
  readonly ticks: ReadonlyArray<readonly [name: string, score: number]>
  /** That are held, also when they have expired. */
  readonly holds: ReadonlyArray<Entry>
  readonly shelves: ReadonlyArray<Shelf>
  /** -1: never. */
  readonly expiresMs: number
  readonly indexExpiresMs: number | undefined
}

/** One of two. */
export interface Shelf {
  readonly parity: 0 | 1
  readonly entries: ReadonlyArray<Entry>
  readonly expiresMs: number
}

export interface Entry {
  readonly id: string
  readonly text: string
  readonly values: Readonly<Record<string, string | number>>
}

const ROW = [
  ..."used reserved period revision lastMs leadMs bornMs changedMs startMs endMs resetMs".split(" "),
  ..."liveHolds staleHolds atStake ticks nextMs expiresMs shelf collectMs cursor storedLimit open".split(" ")
] as const
/** Behind these stands the unit. */
const FIRST_DUE = ROW.length + 1

const ENTRY = (
  "state command accounts digest settle amount held measured whenUnknown deadlineMs expiryCost period createdMs " +
  "changedMs debited actual overage unbilled late"
).split(" ")

type Key = readonly [name: string, type: string, expiresMs: number, value: ReadonlyArray<string>]

/** By the account's key. What has shelves only (its row is gone) is not among them. */
export const stateOf = (reply: unknown): ReadonlyMap<string, Account> => {
  const keys = new Map((reply as ReadonlyArray<Key>).map((key) => [key[0], key]))
  const accounts = new Map<string, Account>()
  for (const [name, , expiresMs, value] of keys.values()) {
    const [, tag, key] = /^([^}]*\}a:)([^\r]*)$/.exec(name) ?? []
    if (tag === undefined || key === undefined) continue
    const index = keys.get(`${tag.slice(0, -2)}t:${key}`)
    const fields = new Map(pairs(value))
    const numbers = JSON.parse(fields.get("row") ?? "[]") as ReadonlyArray<number>
    const inRow = rowDue(numbers.slice(FIRST_DUE))
    const ofFields = [...fields].filter(([field]) => field.startsWith("due:"))
    accounts.set(key, {
      key,
      row: Object.fromEntries(ROW.map((field, at) => [field, numbers[at]!])),
      fields,
      due: [...inRow, ...ofFields.flatMap(([field, text]) => dueOf(Number(field.slice(4)), text))],
      dueInRow: inRow.length,
      dueFields: ofFields.map(([field]) => Number(field.slice(4))).toSorted((left, right) => left - right),
      ticks: pairs(index?.[3] ?? []).map(([tick, score]) => [tick, Number(score)] as const),
      holds: [...fields].flatMap(([field, text]) => (field.startsWith("hold:") ? [entryOf(field.slice(5), text)] : [])),
      shelves: ([0, 1] as const).flatMap((parity) => {
        const shelf = keys.get(`${tag.slice(0, -2)}${parity}:${key}`)
        if (shelf === undefined) return []
        return [{ parity, entries: pairs(shelf[3]).map(([id, text]) => entryOf(id, text)), expiresMs: shelf[2] }]
      }),
      expiresMs,
      indexExpiresMs: index?.[2]
    })
  }
  return accounts
}

const pairs = (list: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at]!, list[2 * at + 1]!] as const)

const dueOf = (tickMs: number, text: string): ReadonlyArray<Due> => {
  const numbers = JSON.parse(text) as ReadonlyArray<number>
  return Array.from({ length: numbers.length / 4 }, (_, at) => {
    const [period, count, amount, cost] = numbers.slice(4 * at) as [number, number, number, number]
    return { tickMs, period, count, amount, cost }
  })
}

/** Five numbers for each, the first of them its tick. */
const rowDue = (numbers: ReadonlyArray<number>): ReadonlyArray<Due> =>
  Array.from({ length: numbers.length / 5 }, (_, at) => {
    const [tickMs, ...rest] = numbers.slice(5 * at, 5 * at + 5)
    return dueOf(tickMs!, JSON.stringify(rest))[0]!
  })

const entryOf = (id: string, text: string): Entry => {
  const values = JSON.parse(text) as ReadonlyArray<string | number>
  return { id, text, values: Object.fromEntries(ENTRY.map((field, at) => [field, values[at]!])) }
}
