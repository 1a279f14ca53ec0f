/**
 * Commands beside each other in a call, and rows of an account alone: what one command leaves in the variables of the function is no other's.
 */
import { readCommand } from "@tallystick/core/machine"

import { runAt } from "../at.ts"
import { charge, execute, finalize, leg, release, reserve, rowsOf, same, sound, START_MS, storeOf } from "./bench.ts"
import type { Check } from "./check.ts"

const fixed = (account: string, more: object) =>
  leg(account, { window: { kind: "fixed", lengthMs: 20_000 }, limit: 100, ...more })

const tagsOf = async (...call: Parameters<typeof execute>): Promise<ReadonlyArray<string>> =>
  (await execute(...call)).map(({ _tag }) => _tag)

const contradictions: ReadonlyArray<readonly [what: string, change: string]> = [
  ["less is reserved than is held", "UPDATE {schema}.account SET reserved = 4"],
  ["the account counts no hold", "UPDATE {schema}.account SET holds = 0"],
  ["there is no due row", "DELETE FROM {schema}.due"],
  ["the due row counts less than the hold", "UPDATE {schema}.due SET holds = 2, amount = 4"],
  ["the due row costs less than the hold", "UPDATE {schema}.due SET holds = 2, cost = 2"]
]

export const besideChecks: ReadonlyArray<Check> = [
  ...contradictions.map(([what, change]): Check => ({
    name: `${what}, of one account: corrupt, by name`,
    run: async (bench) => {
      const held = leg("a", { amount: 5 })
      const measure = { whenUnknown: "charge-measured", legs: [leg("a", { total: 5, measured: 3 })] }
      await execute(bench, START_MS, reserve("r", 60_000, held))
      await execute(bench, START_MS, { kind: "extend", id: "r", ...measure })
      await rowsOf(bench, change)
      for (const ending of [finalize("r", leg("a", { actual: 1 })), release("r", leg("a"))])
        same(await tagsOf(bench, START_MS, ending), ["Corrupt"], JSON.stringify(ending))
    }
  })),
  {
    name: "a conflict is told before what refuses another leg",
    run: async (bench) => {
      const both = (actual: number, unit: string) => [leg("a", { actual }), leg("b", { actual, unit })]
      await execute(bench, START_MS, reserve("r", 60_000, leg("a", { amount: 1 }), leg("b", { amount: 1 })))
      await execute(bench, START_MS, finalize("r", ...both(1, "u")))
      await rowsOf(bench, "DELETE FROM {schema}.entry WHERE account = 'b'")
      const again = { ...finalize("r", ...both(2, "v")), ifUnknown: "charge" }
      const [answer] = await execute(bench, START_MS, again)
      same([answer!._tag, (answer as { reason?: string }).reason], ["Conflict", "content"], JSON.stringify(answer))
    }
  },
  {
    name: "legs that are others are told before content that is another, and that before one that is gone",
    run: async (bench) => {
      const amounts = (a: number, b: number) => [leg("a", { amount: a }), leg("b", { amount: b })]
      await execute(bench, START_MS, reserve("r", 60_000, ...amounts(1, 1)), reserve("s", 60_000, ...amounts(1, 1)))
      await execute(bench, START_MS, finalize("r", leg("a", { actual: 1 }), leg("b", { actual: 1 })))
      await rowsOf(bench, "DELETE FROM {schema}.entry WHERE account = 'b' AND id = 's'")
      const conflicts = [
        ["legs", finalize("r", leg("a"), leg("b", { actual: 2 }))],
        ["content", reserve("s", 60_000, ...amounts(2, 2))]
      ] as const
      for (const [reason, command] of conflicts) {
        const [answer] = await execute(bench, START_MS, command)
        same([answer!._tag, (answer as { reason?: string }).reason], ["Conflict", reason], JSON.stringify(command))
      }
    }
  },
  {
    name: "an ending names no amount of what settles without one",
    run: async (bench) => {
      for (const settle of ["held", "none"]) {
        await execute(bench, START_MS, reserve(settle, 60_000, leg("a", { amount: 5, settle })))
        const [answer] = await execute(bench, START_MS, finalize(settle, leg("a", { actual: 1 })))
        same([answer!._tag, (answer as { reason?: string }).reason], ["Conflict", "legs"], settle)
      }
    }
  },
  {
    name: "the first of two corrupt accounts is named",
    run: async (bench) => {
      const legs = [leg("a", { amount: 5 }), leg("b", { amount: 5 })]
      await execute(bench, START_MS, reserve("r", 60_000, ...legs))
      for (const change of ["UPDATE {schema}.account SET reserved = 4", "DELETE FROM {schema}.due"]) {
        await rowsOf(bench, change)
        const [answer] = await execute(bench, START_MS, release("r", ...legs))
        same([answer!._tag, (answer as { account?: string }).account], ["Corrupt", "a"], change)
      }
    }
  },
  {
    name: "a hold that is renewed and ended in a call leaves one of its new deadline as it was",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, leg("a", { amount: 5 })))
      await execute(bench, START_MS, reserve("s", 9_000, leg("a", { amount: 7 })))
      const renewal = { kind: "extend", id: "r", ttlMs: 9_000, legs: [leg("a")] }
      await execute(bench, START_MS, renewal, finalize("r", leg("a", { actual: 1 })))
      same(await rowsOf(bench, "SELECT tick_ms, holds, amount FROM {schema}.due"), [[START_MS + 9_000, 1, 7]], "due")
      await sound(bench)
    }
  },
  {
    name: "one of two holds that fall due at once ends, beside one of another window and one of an earlier period",
    run: async (bench) => {
      const both = ["r", "s"].map((id) => reserve(id, 24_000, fixed("a", { amount: 5 })))
      await execute(bench, START_MS, ...both, reserve("n", 24_000, leg("a", { amount: 3 })))
      await execute(bench, START_MS + 20_000, reserve("t", 4_000, fixed("a", { amount: 7 })))
      await execute(bench, START_MS + 20_000, reserve("u", 4_000, fixed("a", { amount: 9 })))
      const due = () => rowsOf(bench, 'SELECT "window", period, holds, amount FROM {schema}.due ORDER BY 1, 2')
      await execute(bench, START_MS + 20_000, release("r", fixed("a", {})))
      await execute(bench, START_MS + 20_000, release("t", fixed("a", {})))
      const expected = [
        [0, 1, 5],
        [1, 1, 9],
        [0, 1, 3]
      ]
      same(
        (await due()).map(([, ...row]) => row),
        expected,
        "due rows of the fixed window, and of none"
      )
      await execute(bench, START_MS + 20_000, release("s", fixed("a", {})))
      same(
        (await due()).map(([, ...row]) => row),
        expected.slice(1),
        "what is left when the last one of the earlier period has ended"
      )
      await sound(bench)
    }
  },
  {
    name: "holds of two windows that fall due at once are counted apart",
    run: async (bench) => {
      await execute(bench, START_MS + 18_000, reserve("r", 5_000, fixed("a", { amount: 5 })))
      const next = reserve("s", 2_000, fixed("a", { amount: 7 }))
      await execute(bench, START_MS + 21_000, release("r", fixed("a", {})), next)
      same(await rowsOf(bench, "SELECT period, holds, amount FROM {schema}.due"), [[1, 1, 7]], "due")
      same(await tagsOf(bench, START_MS + 21_000, release("s", fixed("a", {}))), ["Released"], "its end")
      await sound(bench)
    }
  },
  {
    name: "an ending that comes twice in a call, beside a hold of the same deadline, takes effect once",
    run: async (bench) => {
      const held = leg("a", { amount: 5 })
      const ending = finalize("r", leg("a", { actual: 3 }))
      const tags = await tagsOf(bench, START_MS, reserve("r", 1_000, held), reserve("s", 1_000, held), ending, ending)
      same(tags, ["Granted", "Granted", "Finalized", "Finalized"], "the call")
      same(await rowsOf(bench, "SELECT used, reserved, holds FROM {schema}.account"), [[3, 5, 1]], "the account")
      await sound(bench)
    }
  },
  {
    name: "an ending at what was used leaves a hold of the same deadline what is its own",
    run: async (bench) => {
      const measured = (id: string, total: number, measured: number) => ({
        kind: "extend",
        id,
        whenUnknown: "charge-measured",
        legs: [leg("a", { total, measured })]
      })
      await execute(bench, START_MS, reserve("r", 1_000, leg("a", { amount: 5 })))
      await execute(bench, START_MS, reserve("s", 1_000, leg("a", { amount: 7 })))
      await execute(bench, START_MS, measured("r", 5, 2), measured("s", 7, 3))
      same(await rowsOf(bench, "SELECT holds, amount, cost FROM {schema}.due"), [[2, 12, 5]], "due of both")
      await execute(bench, START_MS, finalize("r", leg("a", { actual: 4 })))
      same(await rowsOf(bench, "SELECT holds, amount, cost FROM {schema}.due"), [[1, 7, 3]], "due")
      same(await rowsOf(bench, "SELECT used, reserved, holds FROM {schema}.account"), [[4, 7, 1]], "the account")
      const last = "SELECT cause, id, used_delta, reserved_delta FROM {schema}.ledger ORDER BY revision DESC LIMIT 1"
      same(await rowsOf(bench, last), [["finalized", "r", 4, -5]], "the ledger")
      await sound(bench)
    }
  },
  {
    name: "a stored limit can be credited up to the largest amount, and no further",
    run: async (bench) => {
      const adjust = (id: string, adjustment: object) => ({ kind: "adjust", id, adjustment, legs: [leg("a")] })
      const credit = (id: string) => adjust(id, { kind: "credit", amount: 1 })
      const limit = adjust("x", { kind: "setLimit", limit: Number.MAX_SAFE_INTEGER - 1 })
      same(
        await tagsOf(bench, START_MS, limit, credit("y"), credit("z")),
        ["Adjusted", "Adjusted", "Denied"],
        "the adjustments"
      )
    }
  },
  {
    name: "a hold that is made beside a corrupt one is counted",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 1_000, leg("a", { amount: 5 })))
      await rowsOf(bench, "DELETE FROM {schema}.due")
      const calls = [release("r", leg("a")), reserve("s", 60_000, leg("a", { amount: 7 }))]
      same(await tagsOf(bench, START_MS, ...calls), ["Corrupt", "Granted"], "the call")
      same(await rowsOf(bench, "SELECT tick_ms, amount FROM {schema}.due"), [[START_MS + 60_000, 7]], "due")
    }
  },
  {
    name: "a renewal of an earlier window's hold is none of growth, whatever grows beside it",
    run: async (bench) => {
      await execute(bench, START_MS, reserve("r", 60_000, fixed("a", { amount: 5 })))
      await execute(bench, START_MS + 20_000, reserve("s", 60_000, fixed("b", { amount: 5 })))
      const renewal = { kind: "extend", id: "r", ttlMs: 90_000, legs: [fixed("a", {})] }
      const growth = { kind: "extend", id: "s", legs: [fixed("b", { total: 6 })] }
      const answers = await execute(bench, START_MS + 20_000, growth, renewal)
      for (const answer of answers) {
        if (answer._tag !== "Extended") throw new Error(JSON.stringify(answer))
        same(answer.denial, null, answer.id)
      }
      await sound(bench)
    }
  },
  {
    name: "a stored limit counts before the code's, whatever the command",
    run: async (bench) => {
      const limit = { kind: "adjust", id: "x", adjustment: { kind: "setLimit", limit: 10 }, legs: [leg("a")] }
      const of = (more: object) => leg("a", { limit: 100, ...more })
      const capped = (id: string, more: object = {}) => ({
        ...finalize(id, of({ actual: 50 })),
        overage: "cap",
        ...more
      })
      await execute(
        bench,
        START_MS,
        limit,
        reserve("r", 60_000, of({ amount: 4 })),
        reserve("h", 60_000, of({ amount: 2 }))
      )
      const growth = { kind: "extend", id: "r", legs: [of({ total: 11 })] }
      const answers = await execute(bench, START_MS, growth, reserve("s", 60_000, of({ amount: 7 })), capped("r"))
      const [extended, denied] = answers
      if (extended?._tag !== "Extended") throw new Error(JSON.stringify(extended))
      same([extended.denial?.reason, denied!._tag], ["limit", "Denied"], "growth and a reserve")
      await execute(bench, START_MS, capped("t", { ifUnknown: "charge" }))
      same(await rowsOf(bench, "SELECT used, reserved FROM {schema}.account"), [[8, 2]], "the account")
    }
  },
  {
    name: "an account whose stored limit is none is not forgotten",
    run: async (bench) => {
      const limit = { kind: "adjust", id: "x", adjustment: { kind: "setLimit", limit: null }, legs: [leg("a")] }
      await execute(bench, START_MS, limit)
      // More than the limit in code.
      const much = charge("c", leg("a", { amount: 8, limit: 7 }))
      await execute(bench, START_MS + 3_600_000, much)
      const usage = await runAt(
        START_MS + 3_600_000,
        storeOf(bench).usage([readCommand(charge("d", leg("a", { limit: 7, amount: 1 }))).legs[0]])
      )
      same(
        usage.map(({ limit, used }) => [limit, used]),
        [[null, 8]],
        "usage"
      )
    }
  }
]
