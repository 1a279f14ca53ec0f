/**
 * Rows that no command can have left: the account is named, nothing is written, and other commands of the call take effect.
 */
import { readCommand } from "@tallystick/core/machine"

import { runAt } from "../at.ts"
import { charge, execute, finalize, leg, release, reserve, rowsOf, same, START_MS, storeOf } from "./bench.ts"
import type { Bench, Check } from "./check.ts"

const tables = ["account", "entry", "due", "adjustment", "ledger"]

const dump = (bench: Bench) =>
  Promise.all(tables.map((table) => rowsOf(bench, `SELECT t::text FROM {schema}.${table} AS t ORDER BY 1`)))

const held = (account: string) => leg(account, { amount: 5, settle: "held" })
const growth = { kind: "extend", id: "r", legs: [leg("a", { total: 6, measured: 1 }), leg("b", { total: 6 })] }
const renewal = { kind: "extend", id: "r", ttlMs: 60_000, legs: [leg("a"), leg("b")] }

interface Case {
  readonly name: string
  readonly change: string
  readonly settle: "held" | "actual"
  readonly commands: ReadonlyArray<object>
}

const ending = release("r", leg("a"), leg("b"))
const settled = (settle: "held" | "actual") =>
  settle === "actual" ? finalize("r", leg("a", { actual: 1 }), leg("b", { actual: 1 })) : ending

/** Of `b`, which holds 5 until a second from the start. */
const cases: ReadonlyArray<Case> = [
  {
    name: "less is reserved than is held",
    change: "UPDATE {schema}.account SET reserved = 4 WHERE account = 'b'",
    settle: "held",
    commands: [ending, settled("held")]
  },
  {
    name: "there is no due row",
    change: "DELETE FROM {schema}.due WHERE account = 'b'",
    settle: "actual",
    commands: [ending, settled("actual"), growth, renewal]
  },
  {
    name: "the due row is of another period",
    change: "UPDATE {schema}.due SET period = 1 WHERE account = 'b'",
    settle: "actual",
    commands: [ending, growth, renewal]
  },
  {
    name: "the due row counts less than the hold",
    change: "UPDATE {schema}.due SET holds = 2, amount = 4 WHERE account = 'b'",
    settle: "actual",
    commands: [ending, settled("actual"), renewal]
  },
  {
    name: "the due row costs less than the hold",
    change: "UPDATE {schema}.due SET holds = 2, cost = 4 WHERE account = 'b'",
    settle: "held",
    commands: [ending, renewal]
  }
]

export const corruptChecks: ReadonlyArray<Check> = [
  ...cases.map(({ change, commands, name, settle }): Check => ({
    name: `${name}: corrupt, by name`,
    run: async (bench) => {
      const both = [held("a"), held("b")].map((leg) => ({ ...leg, settle }))
      await execute(bench, START_MS, reserve("r", 1_000, ...both))
      await rowsOf(bench, change)
      const before = await dump(bench)
      for (const command of commands) {
        const [outcome] = await execute(bench, START_MS, command)
        same([outcome!._tag, (outcome as { account?: string }).account], ["Corrupt", "b"], JSON.stringify(command))
        same(await dump(bench), before, "the tables")
      }
      const calls = [charge("c", leg("a", { amount: 1 })), commands[0]!, charge("d", leg("b", { amount: 2 }))]
      const answers = await runAt(START_MS, storeOf(bench).execute(calls.map((command) => readCommand(command))))
      same(
        answers.map(({ _tag }) => _tag),
        ["Charged", "Corrupt", "Charged"],
        "a call of several"
      )
      same(await rowsOf(bench, "SELECT used FROM {schema}.account ORDER BY account"), [[1], [2]], "used")
    }
  })),
  {
    name: "an expiry of more than is reserved: corrupt, for reads as well",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, held("a"), held("b")))
      await rowsOf(bench, "UPDATE {schema}.account SET reserved = 4 WHERE account = 'b'")
      const before = await dump(bench)
      for (const command of [
        charge("c", leg("b", { amount: 1 })),
        { kind: "lookup", id: "r", legs: [leg("a"), leg("b")] }
      ]) {
        const [outcome] = await execute(bench, START_MS + 1_000, command)
        same([outcome!._tag, (outcome as { account?: string }).account], ["Corrupt", "b"], JSON.stringify(command))
        same(await dump(bench), before, "the tables")
      }
      // An operator sees it as it is.
      const usage = await runAt(START_MS + 1_000, storeOf(bench).usage([leg("b")]))
      same(
        usage.map(({ reserved, used }) => [used, reserved]),
        [[5, -1]],
        "usage"
      )
    }
  },
  {
    name: "the last hold of a due row takes it along, whatever it says",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, held("a")))
      await rowsOf(bench, "UPDATE {schema}.due SET amount = 4, cost = 3")
      same((await execute(bench, START_MS, release("r", leg("a"))))[0]!._tag, "Released", "the release")
      same(await rowsOf(bench, "SELECT holds FROM {schema}.due"), [], "due")
    }
  },
  {
    name: "a due row of two holds, of which one goes, keeps what is the other's",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, held("a")), reserve("s", 1_000, { ...held("a"), amount: 7 }))
      await execute(bench, START_MS, release("r", leg("a")))
      same(await rowsOf(bench, "SELECT holds, amount, cost FROM {schema}.due"), [[1, 7, 7]], "due")
      await execute(bench, START_MS, release("s", leg("a")))
      same(await rowsOf(bench, "SELECT holds, amount, cost FROM {schema}.due"), [], "due")
    }
  }
]
