import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

import { readCommand } from "../../src/machine/read-command.ts"
import {
  type CallError,
  CorruptError,
  InvalidInput,
  MisconfiguredError,
  NotAppliedError,
  OutcomeUnknownError
} from "../../src/index.ts"
import { route } from "../../src/store/index.ts"
import { type Spy, spy } from "./spy.ts"

const leg = (account: string) => ({ account, window: { kind: "none" } as const, unit: "tokens", limit: 100 })
const charge = (id: string, ...accounts: ReadonlyArray<string>) =>
  readCommand({ kind: "charge", id, legs: accounts.map((account) => ({ ...leg(account), amount: 1 })) })

/** `anon*` and the one id `kiosk` to `anonymous`, what ends in `@eu` to `europe`, the rest to `registered`. */
const world = () => {
  const anonymous = spy()
  const europe = spy()
  const registered = spy()
  const store = route({
    routes: [
      { accounts: "anon*", store: anonymous },
      { accounts: (account) => account.endsWith("@eu"), store: europe },
      { accounts: "kiosk", store: anonymous }
    ],
    otherwise: registered
  })
  return { store, anonymous, europe, registered }
}

const idsOf = ({ executed }: Spy) => executed.map((commands) => commands.map(({ id }) => id))
const namesOf = ({ read }: Spy) => read.map((accounts) => accounts.map(({ account }) => account))

describe("route sends an account", () => {
  const cases = {
    anonymous: ["anon", "anon:1", "anon_quota:ip:1", "kiosk", "anon@eu"],
    europe: ["@eu", "user@eu", "kiosk@eu"],
    registered: ["ano", "kiosk1", "kios", "Anon", " anon", "user:ada", "xanon", "user@eu "]
  } as const
  for (const [name, accounts] of Object.entries(cases)) {
    for (const account of accounts) {
      it.effect(`${JSON.stringify(account)} to ${name}: commands, reads and holds`, () =>
        Effect.gen(function* () {
          const { store, ...stores } = world()
          yield* store.execute([charge("c", account)])
          const [usage] = yield* store.usage([leg(account)])
          const page = { limit: 10 }
          yield* store.holds({ account, window: { kind: "none" } }, page)
          assert.deepInclude(usage, { account, used: 1 })
          for (const [other, spy] of Object.entries(stores)) {
            assert.deepStrictEqual(idsOf(spy), other === name ? [["c"]] : [])
            assert.deepStrictEqual(namesOf(spy), other === name ? [[account]] : [])
            assert.deepStrictEqual(spy.held, other === name ? [{ account, window: { kind: "none" } }] : [])
          }
        })
      )
    }
  }

  it.effect("to the first route that matches; `*` matches all", () =>
    Effect.gen(function* () {
      const stores = [spy(), spy(), spy()] as const
      const routes = [
        { accounts: "a*", store: stores[0] },
        { accounts: "*", store: stores[1] }
      ]
      yield* route({ routes, otherwise: stores[2] }).execute([charge("1", "b"), charge("2", "a")])
      assert.deepStrictEqual(stores.map(idsOf), [[["2"]], [["1"]], []])
    })
  )
})

describe("route refuses a command over two stores, and sends nothing", () => {
  const cases = [
    [
      "alone",
      [["anon:1", "user:ada"]],
      "legs[1].account",
      "user:ada",
      `"anon:1" (route: "anon*" and "kiosk")`,
      "otherwise"
    ],
    ["the third leg", [["a", "b", "x@eu"]], "legs[2].account", "x@eu", `"a" (route: otherwise)`, "routes[1]"],
    [
      "among others that are fine",
      [["user:bo"], ["user:bo", "user:ada", "kiosk"], ["anon:1"]],
      "commands[1].legs[2].account",
      "kiosk",
      `"user:bo" (route: otherwise)`,
      `"anon*" and "kiosk"`
    ]
  ] as const
  for (const [name, calls, field, account, first, other] of cases) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const { store, ...stores } = world()
        const commands = calls.map((accounts, index) => charge(`${index}`, ...accounts))
        const error = yield* Effect.flip(store.execute(commands))
        assert.instanceOf(error, InvalidInput)
        assert.strictEqual(
          error.message,
          `${field} must be in the store of ${first}, not in another (route: ${other}), was "${account}"`
        )
        for (const spy of Object.values(stores)) assert.deepStrictEqual(spy.executed, [])
      })
    )
  }

  it.effect("but not one over two routes to one store", () =>
    Effect.gen(function* () {
      const { anonymous, store } = world()
      const [outcome] = yield* store.execute([charge("c", "anon:1", "kiosk")])
      assert.strictEqual(outcome?._tag, "Charged")
      assert.deepStrictEqual(idsOf(anonymous), [["c"]])
    })
  )

  it.effect("nor looks twice at what may change meanwhile", () =>
    Effect.gen(function* () {
      const { anonymous, registered, store } = world()
      const changing = () => {
        let looks = 0
        const account = () => (looks++ === 0 ? "anon:1" : "user:ada")
        return Object.defineProperty({ ...leg(""), amount: 1 }, "account", { enumerable: true, get: account })
      }
      yield* store.execute([{ kind: "charge", id: "c", legs: [changing()] }])
      yield* store.usage([changing()])
      yield* store.holds(changing(), { limit: 1 })
      assert.deepStrictEqual([namesOf(anonymous), namesOf(registered)], [[["anon:1"]], []])
      assert.deepStrictEqual([idsOf(anonymous), idsOf(registered)], [[["c"]], []])
      assert.deepStrictEqual([anonymous.held, registered.held], [[{ account: "anon:1", window: { kind: "none" } }], []])
      assert.strictEqual(anonymous.executed[0]?.[0]?.legs[0]?.account, "anon:1")
    })
  )

  it.effect("nor sends anything of a call with other bad input", () =>
    Effect.gen(function* () {
      const { store, ...stores } = world()
      const bad = { ...charge("2", "user:ada"), id: "" }
      const refused = [
        store.execute([charge("1", "anon:1"), bad]),
        store.usage([leg("anon:1"), leg("")]),
        store.holds({ account: "" }, { limit: 1 }),
        store.sweep(0)
      ]
      const errors = yield* Effect.forEach(refused, (call: Effect.Effect<unknown, CallError>) => Effect.flip(call))
      assert.deepStrictEqual(
        errors.map((error) => error instanceof InvalidInput && error.field),
        ["commands[1].id", "accounts[1].account", "account", "limit"]
      )
      for (const { executed, held, read, swept } of Object.values(stores))
        assert.deepStrictEqual([executed, read, held, swept], [[], [], [], []])
    })
  )
})

describe("route splits a call", () => {
  it.effect("by store, in order, and puts the answers back in order", () =>
    Effect.gen(function* () {
      const { anonymous, europe, registered, store } = world()
      const accounts = ["user:ada", "anon:1", "x@eu", "anon:2", "user:ada", "kiosk"]
      const outcomes = yield* store.execute(accounts.map((account, index) => charge(`${index}`, account)))
      assert.deepStrictEqual(
        outcomes.map(({ accounts, id }) => [id, accounts[0]?.account, accounts[0]?.used]),
        [
          ["0", "user:ada", 1],
          ["1", "anon:1", 1],
          ["2", "x@eu", 1],
          ["3", "anon:2", 1],
          ["4", "user:ada", 2],
          ["5", "kiosk", 1]
        ]
      )
      assert.deepStrictEqual([registered, anonymous, europe].map(idsOf), [[["0", "4"]], [["1", "3", "5"]], [["2"]]])
      const answers = yield* store.usage(["x@eu", "user:ada", "anon:2", "user:bo", "anon:1"].map(leg))
      assert.deepStrictEqual(
        answers.map(({ account, used }) => [account, used]),
        [
          ["x@eu", 1],
          ["user:ada", 2],
          ["anon:2", 1],
          ["user:bo", 0],
          ["anon:1", 1]
        ]
      )
      assert.deepStrictEqual([registered, anonymous, europe].map(namesOf), [
        [["user:ada", "user:bo"]],
        [["anon:2", "anon:1"]],
        [["x@eu"]]
      ])
    })
  )

  it.effect("and sends nothing for a call without commands", () =>
    Effect.gen(function* () {
      const { store, ...stores } = world()
      assert.deepStrictEqual(yield* store.execute([]), [])
      for (const spy of Object.values(stores)) assert.deepStrictEqual(spy.executed, [])
    })
  )

  it.effect("and waits for all stores at once, not for one after the other", () =>
    Effect.gen(function* () {
      const { anonymous, registered, store } = world()
      anonymous.instead = Effect.never
      yield* Effect.forkChild(store.execute([charge("1", "anon:1"), charge("2", "user:ada")]), {
        startImmediately: true
      })
      yield* Effect.forkChild(store.usage([leg("anon:1"), leg("user:ada")]), { startImmediately: true })
      yield* Effect.yieldNow
      assert.deepStrictEqual([idsOf(registered), namesOf(registered)], [[["2"]], [["user:ada"]]])
    })
  )

  it.effect("and is interrupted in every store", () =>
    Effect.gen(function* () {
      const { anonymous, registered, store } = world()
      const interrupted: Array<string> = []
      const waiting = (name: string) =>
        Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted.push(name)))
      anonymous.instead = waiting("anonymous")
      registered.instead = waiting("registered")
      const calls = [
        store.execute([charge("1", "anon:1"), charge("2", "user:ada")]),
        store.usage([leg("anon:1"), leg("user:ada")])
      ]
      for (const call of calls as ReadonlyArray<Effect.Effect<unknown, CallError>>) {
        const fiber = yield* Effect.forkChild(call, { startImmediately: true })
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(interrupted.splice(0).toSorted(), ["anonymous", "registered"])
      }
    })
  )

  it.effect("and takes no hole for an answer", () =>
    Effect.gen(function* () {
      const registered = { ...spy(), execute: () => Effect.succeed([]) }
      const store = route({ routes: [{ accounts: "anon*", store: spy() }], otherwise: registered })
      const exit = yield* Effect.exit(store.execute([charge("1", "user:ada"), charge("2", "anon:1")]))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    })
  )
})

describe("when stores fail", () => {
  const refused = (reason: string) => new NotAppliedError(reason)
  const both = [charge("1", "anon:1"), charge("2", "user:ada")]

  it.effect("the only store of a call fails it with its own error", () =>
    Effect.gen(function* () {
      const { anonymous, store } = world()
      const error = new CorruptError("torn")
      anonymous.instead = Effect.fail(error)
      assert.strictEqual(yield* Effect.flip(store.execute([charge("1", "anon:1"), charge("3", "kiosk")])), error)
    })
  )

  it.effect("nothing happened if all say so", () =>
    Effect.gen(function* () {
      const { anonymous, registered, store } = world()
      anonymous.instead = Effect.fail(refused("full"))
      registered.instead = Effect.fail(refused("no pool"))
      const error = yield* Effect.flip(store.execute(both))
      assert.instanceOf(error, NotAppliedError)
      assert.strictEqual(error.reason, `"anon*" and "kiosk": full; otherwise: no pool`)
    })
  )

  const cases: ReadonlyArray<readonly [string, CallError | undefined, CallError, string]> = [
    ["one did it, one refused", undefined, refused("no pool"), "1 of 2 stores failed: otherwise: NotApplied, no pool"],
    [
      "one refused, one does not know",
      refused("full"),
      new OutcomeUnknownError("reset"),
      `2 of 2 stores failed: "anon*" and "kiosk": NotApplied, full; otherwise: OutcomeUnknown, reset`
    ],
    [
      "one is set up wrong, one does not take it",
      new MisconfiguredError("evicts"),
      new InvalidInput("legs", "in one slot", 1),
      `2 of 2 stores failed: "anon*" and "kiosk": Misconfigured, evicts; otherwise: InvalidInput, legs must be in one slot, was 1`
    ]
  ]
  for (const [name, first, second, reason] of cases) {
    it.effect(`it may have happened if ${name}`, () =>
      Effect.gen(function* () {
        const { anonymous, registered, store } = world()
        anonymous.instead = first && Effect.fail(first)
        registered.instead = Effect.fail(second)
        const error = yield* Effect.flip(store.execute(both))
        assert.instanceOf(error, OutcomeUnknownError)
        assert.strictEqual(error.reason, reason)
        if (first === undefined) assert.strictEqual(error.cause, second)
        else assert.deepStrictEqual((error.cause as AggregateError).errors, [first, second])
        // The same call again settles it.
        anonymous.instead = registered.instead = undefined
        const outcomes = yield* store.execute(both)
        assert.deepStrictEqual(
          outcomes.map(({ accounts }) => accounts[0]?.used),
          [1, 1]
        )
        assert.deepStrictEqual(
          outcomes.map(({ replayed }) => replayed),
          [first === undefined, false]
        )
      })
    )
  }

  it.effect("the call waits for the others before it fails", () =>
    Effect.gen(function* () {
      const { anonymous, registered, store } = world()
      anonymous.instead = Effect.fail(refused("full"))
      registered.instead = Effect.andThen(Effect.yieldNow, Effect.fail(refused("no pool")))
      assert.strictEqual((yield* Effect.flip(store.execute(both)))._tag, "NotApplied")
    })
  )

  const bug = new Error("a bug of the store")
  const bugs = {
    dies: () => Effect.die(bug),
    throws: () => {
      throw bug
    }
  }
  for (const [name, execute] of Object.entries(bugs)) {
    it.effect(`a store that ${name} does so after the others have ended`, () =>
      Effect.gen(function* () {
        const registered = spy()
        const broken = { ...spy(), execute }
        const store = route({ routes: [{ accounts: "anon*", store: broken }], otherwise: registered })
        let done = false
        registered.instead = Effect.andThen(
          Effect.yieldNow,
          Effect.suspend(() => {
            done = true
            return Effect.fail(refused("no pool"))
          })
        )
        const exit = yield* Effect.exit(store.execute(both))
        assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === bug)
        assert.isTrue(done)
      })
    )
  }

  it.effect("a read fails with the error of the first that does", () =>
    Effect.gen(function* () {
      const { registered, store } = world()
      const error = refused("no pool")
      registered.instead = Effect.fail(error)
      assert.strictEqual(yield* Effect.flip(store.usage([leg("anon:1"), leg("user:ada")])), error)
    })
  )
})
