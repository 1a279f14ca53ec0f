/**
 * Rows that no command can have left: the account is named, and nothing is written.
 */
import { Bench, same, START_MS, TAG } from "../bench.ts"
import type { Check } from "../check.ts"

const MAX = Number.MAX_SAFE_INTEGER
const TICK = START_MS + 1_000
/** Of a row, before its due rows. */
const ROW_LENGTH = 23

/** What somebody has written by hand beside a hold of 5. */
const rows: ReadonlyArray<readonly [field: string, text: string]> = [
  ["used", "-2"],
  ["used", "abc"],
  ["used", "nan"],
  ["used", String(2 ** 53)],
  ["reserved", "-1"],
  ["reserved", "x"],
  ["revision", "x"],
  ["revision", '"x"'],
  ["revision", "null"],
  ["changedMs", "x"],
  ["reserved", "nan"]
]

/** These contradict the hold only when it goes; undefined: taken out. */
const dueRows: ReadonlyArray<string | undefined> = [undefined, "0,0,5,0", "0,1,4,0", "0,1,0,0", "1,1,5,0"]

const isCorrupt =
  (account: string) =>
  (answer: unknown): boolean => {
    const [outcome] = answer instanceof Error ? [] : (answer as ReadonlyArray<{ _tag: string; account?: string }>)
    return outcome?._tag === "Corrupt" && outcome.account === account
  }

/** Where the due row of the hold lies: in the account's row, or in a field of its own. */
type Place = "row" | "field"
const places: ReadonlyArray<Place> = ["row", "field"]

/** A hold of both accounts, with its due rows at that place. */
const held = async (bench: Bench, place: Place, command: object): Promise<void> => {
  if (place === "field") await bench.fillRows("a", "b")
  await bench.execute(command)
}

const putDue = async (bench: Bench, place: Place, name: string, text: string | undefined): Promise<void> => {
  const key = `${TAG}a:${name}`
  if (place === "row") {
    const row = (JSON.parse((await bench.client.hget(key, "row"))!) as ReadonlyArray<unknown>).slice(0, ROW_LENGTH)
    const due = text === undefined ? [] : (JSON.parse(`[${TICK},${text}]`) as ReadonlyArray<unknown>)
    await bench.client.hset(key, "row", JSON.stringify([...row, ...due]))
  } else if (text === undefined) await bench.client.hdel(key, `due:${TICK}`)
  else await bench.client.hset(key, `due:${TICK}`, `[${text}]`)
}

/** Where these stand in a row. */
const PLACES: Readonly<Record<string, number>> = { used: 0, reserved: 1, revision: 3, changedMs: 7 }

const put = async (bench: Bench, name: string, field: string, text: string): Promise<void> => {
  const key = `${TAG}a:${name}`
  const numbers = ((await bench.client.hget(key, "row")) ?? "").split(",")
  const at = PLACES[field]!
  numbers[at] = at === 0 ? `[${text}` : text
  await bench.client.hset(key, "row", numbers.join(","))
}

const lookup = (id: string, ...names: ReadonlyArray<string>): object => ({
  kind: "lookup",
  id,
  legs: names.map((account) => ({ account, window: { kind: "none" }, unit: "u", limit: 100 }))
})

export const corruptChecks: ReadonlyArray<Check> = [
  ...rows.map(([field, text]): Check => ({
    name: `a row whose ${field} is ${text}: corrupt, by name`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "a", "b"))
      await put(bench, "b", field, text)
      bench.nowMs += 500
      for (const command of [
        bench.charge("c", "a", "b"),
        bench.reserve("s", "a", "b"),
        bench.finalize("r", "a", "b"),
        bench.release("r", "a", "b"),
        lookup("r", "a", "b")
      ])
        await bench.changesNothing(() => bench.execute(command), isCorrupt("b"))
      same((await bench.execute(bench.charge("c", "a")))[0]!._tag, "Charged", "the other account works")
    }
  })),
  ...["x", '"x"', "nan"].map((text): Check => ({
    name: `a due row in the row that is ${text}: corrupt, by name`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "a", "b"))
      const key = `${TAG}a:b`
      await bench.client.hset(
        key,
        "row",
        ((await bench.client.hget(key, "row")) ?? "").replace(/,5,0\]$/, `,${text},0]`)
      )
      await bench.changesNothing(() => bench.execute(lookup("r", "a", "b")), isCorrupt("b"))
    }
  })),
  ...places.flatMap((place) =>
    dueRows.map((text): Check => ({
      name: `a due row (in a ${place}) that is ${text}: corrupt when the hold goes`,
      run: async (client, script) => {
        const bench = new Bench(client, script)
        await held(bench, place, bench.reserve("r", "a", "b"))
        await putDue(bench, place, "b", text)
        // Not even the time of the sound account is noted.
        bench.nowMs += 500
        for (const end of [bench.release("r", "a", "b"), bench.finalize("r", "a", "b")])
          await bench.changesNothing(() => bench.execute(end), isCorrupt("b"))
      }
    }))
  ),
  ...places.map((place): Check => ({
    name: `a due row (in a ${place}) that costs less than its hold: corrupt when the hold goes`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      const leg = { account: "b", window: { kind: "none" }, unit: "u", limit: 100, amount: 5, settle: "held" }
      await held(bench, place, { kind: "reserve", id: "r", ttlMs: 1_000, legs: [leg] })
      await putDue(bench, place, "b", "0,1,5,4")
      const finalize = {
        ...bench.finalize("r"),
        legs: [{ account: "b", window: { kind: "none" }, unit: "u", limit: 100 }]
      }
      for (const end of [bench.release("r", "b"), finalize])
        await bench.changesNothing(() => bench.execute(end), isCorrupt("b"))
    }
  })),
  ...["used", "reserved"].map((field): Check => ({
    name: `sums that are too large by one (${field}): corrupt`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "a", "b"))
      await put(bench, "b", "reserved", "0")
      await put(bench, "b", field, String(MAX + 1))
      const commands = [lookup("r", "a", "b"), bench.finalize("r", "a", "b")]
      for (const command of commands) await bench.changesNothing(() => bench.execute(command), isCorrupt("b"))
      await put(bench, "b", "used", "1")
      await put(bench, "b", "reserved", String(MAX))
      for (const command of commands) await bench.changesNothing(() => bench.execute(command), isCorrupt("b"))
    }
  })),
  ...["used", "reserved"].map((field): Check => ({
    name: `-1 as ${field}: corrupt`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "a", "b"))
      await put(bench, "b", field, "-1")
      await bench.changesNothing(() => bench.execute(lookup("r", "a", "b")), isCorrupt("b"))
    }
  })),
  ...places.map((place): Check => ({
    name: `a hold that grows and has no due row (in a ${place}): corrupt`,
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await held(bench, place, bench.reserve("r", "a", "b"))
      await putDue(bench, place, "b", undefined)
      bench.nowMs += 500
      const legs = ["a", "b"].map((account) => ({ account, window: { kind: "none" }, unit: "u", limit: 100, total: 6 }))
      await bench.changesNothing(() => bench.execute({ kind: "extend", id: "r", legs }), isCorrupt("b"))
    }
  })),
  {
    name: "less is reserved than one hold has: corrupt when it goes",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "b"))
      await put(bench, "b", "reserved", "4")
      for (const end of [bench.release("r", "b"), bench.finalize("r", "b")])
        await bench.changesNothing(() => bench.execute(end), isCorrupt("b"))
    }
  },
  {
    name: "what other commands of the call did stands where one names a corrupt account",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.charge("c", "a", "b"))
      await put(bench, "b", "used", "-2")
      const answers = await bench.execute(bench.charge("d", "a"), bench.charge("e", "a", "b"))
      same(
        answers.map(({ _tag }) => _tag),
        ["Charged", "Corrupt"],
        "the answers"
      )
      same((await bench.account("a")).row["used"], 2, "used")
    }
  },
  {
    name: "a sum that no due row counts: nobody is told when it ends",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.charge("c", "a"))
      await put(bench, "a", "reserved", "5")
      const leg = { account: "a", window: { kind: "none" }, unit: "u", limit: 100, amount: 96 }
      const [outcome] = await bench.execute({ kind: "reserve", id: "r", ttlMs: 1_000, legs: [leg] })
      same((outcome as { retryInMs?: unknown }).retryInMs, null, JSON.stringify(outcome))
    }
  },
  {
    name: "the largest sums are sound",
    run: async (client, script) => {
      const bench = new Bench(client, script)
      await bench.execute(bench.reserve("r", "a"))
      await put(bench, "a", "used", String(MAX - 5))
      same((await bench.execute(lookup("r", "a")))[0]!._tag, "Found", "used + reserved is the largest amount")
      await put(bench, "a", "used", String(MAX))
      await put(bench, "a", "reserved", "0")
      same((await bench.execute(lookup("r", "a")))[0]!._tag, "Found", "used is the largest amount")
    }
  }
]
