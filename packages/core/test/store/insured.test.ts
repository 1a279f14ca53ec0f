import { assert, describe, it } from "vitest"

import type { Command } from "../../src/machine/command.ts"
import { ada, extend, finalize, insuredWorld, ip, release, reserve } from "./insured-world.ts"

const unnamed = (account: object) => ({ ...account, unit: "microusd" })

describe("a store that answers", () => {
  it("decides as ever, and nothing is marked", async () => {
    const world = insuredWorld()
    const granted = await world.send(reserve("r", 600))
    assert.deepInclude(granted, { _tag: "Granted", granted: true })
    assert.notProperty(granted, "insured")
    assert.deepInclude(await world.send(reserve("s", 9_500)), { _tag: "Denied", reason: "limit" })
    assert.deepInclude(await world.send(finalize("r", 500)), { _tag: "Finalized" })
    assert.deepEqual(await world.numbers(), [500, 0])
  })

  it("that cannot keep its promises is not insured", async () => {
    const world = insuredWorld()
    world.wire.next("die")
    // A bug of the store, as it was before.
    await world.send(reserve("r", 1)).then(
      () => assert.fail("it should have died"),
      () => undefined
    )
    assert.deepInclude(await world.send({ ...reserve("r", 1), ttlMs: 1.5 } as Command), { _tag: "InvalidInput" })
  })
})

describe("deny", () => {
  it("fails with what is true, and admits nothing", async () => {
    const world = insuredWorld({ whenDown: "deny", upTo: undefined } as never)
    world.wire.next("refuse", "lose")
    assert.deepInclude(await world.send(reserve("r", 1)), { _tag: "NotApplied" })
    assert.deepInclude(await world.send(reserve("r", 1)), { _tag: "OutcomeUnknown" })
    assert.deepInclude(await world.send(reserve("r", 1)), { _tag: "Granted" })
  })
})

describe("admit", () => {
  for (const fault of ["refuse", "lose"] as const)
    it(`up to the bound and not one more (${fault})`, async () => {
      const world = insuredWorld()
      world.all(fault)
      const first = await world.send(reserve("r1", 600))
      assert.deepInclude(first, { _tag: "Granted", granted: true, insured: true, replayed: false })
      const none = await world.send(reserve("r2", 401))
      // Never a denial: nobody has looked at the limit.
      assert.deepInclude(none, { _tag: fault === "refuse" ? "NotApplied" : "OutcomeUnknown" })
      assert.match((none as Error).message, /does not fit into what this process may admit/)
      assert.deepInclude(await world.send(reserve("r3", 400)), { _tag: "Granted", insured: true })
      assert.deepInclude(await world.send(reserve("r4", 1)), { _tag: none._tag })
    })

  it("says how much it may, and what it holds itself", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r1", 600))
    const second = await world.send(reserve("r2", 100))
    if (!("accounts" in second)) throw second
    assert.deepInclude(second.accounts[0], { used: 0, reserved: 700, limit: 1_000, spendable: 300, revision: 0 })
    assert.deepInclude(second.legs[0], { state: "held", held: 100, debited: 0 })
  })

  it("several limits of one unit are of one usage; each account has its own bound, and its limit in code", async () => {
    const world = insuredWorld({ perAccount: { tokens: 800 } })
    world.all("refuse")
    const both = (id: string, amount: number) => reserve(id, amount, ada, ip)
    assert.deepInclude(await world.send(both("r1", 500)), { insured: true })
    assert.deepInclude(await world.send(reserve("r2", 301)), { _tag: "NotApplied" })
    assert.deepInclude(await world.send(reserve("r3", 300)), { insured: true })
    assert.deepInclude(await world.send(reserve("r4", 200, ip)), { insured: true })
    const eve = { ...ada, account: "user:eve", limit: 3 }
    const other = insuredWorld()
    other.all("refuse")
    assert.deepInclude(await other.send(reserve("r5", 4, eve)), { _tag: "NotApplied" })
    assert.deepInclude(await other.send(reserve("r6", 3, eve)), { insured: true })
  })

  it("not what has a unit without a bound, and then nothing of the call", async () => {
    const world = insuredWorld()
    world.all("refuse")
    assert.deepInclude(await world.send(reserve("r1", 5, ada, unnamed(ip))), { _tag: "NotApplied" })
    assert.deepInclude(await world.send(reserve("r2", 1_000)), { insured: true })
  })

  it("all reserves of one call or none, and none beside what only the store can answer", async () => {
    const world = insuredWorld()
    world.all("refuse")
    assert.deepInclude(await world.sendAll([reserve("r1", 700), reserve("r2", 400)]), { _tag: "NotApplied" })
    assert.deepInclude(await world.sendAll([reserve("r1", 1), release("x")]), { _tag: "NotApplied" })
    const both = await world.sendAll([reserve("r3", 700), reserve("r4", 300)])
    assert.isTrue(Array.isArray(both) && both.every((outcome) => outcome.granted))
  })

  it("the same again is the same answer, once; anything else under its id is a conflict", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r", 1_000))
    assert.deepInclude(await world.send(reserve("r", 1_000)), { _tag: "Granted", insured: true, replayed: true })
    assert.deepInclude(await world.send(reserve("r", 999)), { _tag: "Conflict", reason: "content" })
    assert.deepInclude(await world.send(reserve("r", 1_000, ip, ada)), { _tag: "Conflict", reason: "legs" })
    assert.deepInclude(await world.send(finalize("r", 1, ip, ada)), { _tag: "Conflict", reason: "legs" })
    // Also when the store is back, which knows nothing of it.
    world.all("pass")
    assert.deepInclude(await world.send(reserve("r", 1_000)), { insured: true, replayed: true })
    assert.deepEqual(await world.numbers(), [0, 0])
  })

  it("a reservation of other accounts under its id is unrelated, as in a store: each is debited", async () => {
    const world = insuredWorld()
    await world.send(reserve("r", 100, ip))
    world.all("refuse")
    assert.deepInclude(await world.send(reserve("r", 600)), { _tag: "Granted", insured: true })
    const bob = { ...ada, account: "user:bob" }
    assert.deepInclude(await world.send(reserve("r", 400, bob)), { _tag: "Granted", replayed: false, insured: true })
    world.all("pass")
    for (const [account, actual] of [
      [ip, 70],
      [ada, 500],
      [bob, 300]
    ] as const) {
      assert.deepInclude(await world.send(finalize("r", actual, account)), { _tag: "Finalized", replayed: false })
      assert.deepEqual(await world.numbers(account), [actual, 0])
    }
    // The bound is free again, all of it.
    world.all("refuse")
    assert.deepInclude(await world.send(reserve("s", 1_000)), { insured: true })
  })

  it("two copies under way, one denied by the store and one admitted here, say the same", async () => {
    const world = insuredWorld()
    await world.send(reserve("full", 10_000))
    world.wire.next({ answerAfterMs: 20 }, "lose")
    const [late, first] = await Promise.all([world.send(reserve("r", 5)), world.send(reserve("r", 5))])
    assert.deepInclude(first, { _tag: "Granted", insured: true })
    assert.deepInclude(late, { _tag: "Granted", insured: true, replayed: true })
  })
})

describe("the ending of what is insured", () => {
  for (const fault of ["refuse", "lose", "loseAnswer"] as const)
    it(`fails while the store is down and is debited once when it is back (${fault})`, async () => {
      const world = insuredWorld()
      world.all(fault)
      await world.send(reserve("r", 600))
      assert.deepInclude(await world.send(finalize("r", 450)), {
        _tag: fault === "refuse" ? "NotApplied" : "OutcomeUnknown"
      })
      // What it cost counts until the store knows.
      assert.notProperty(await world.send(reserve("s", 551)), "insured")
      assert.deepInclude(await world.send(reserve("t", 550)), { insured: true })
      world.all("pass")
      assert.deepInclude(await world.send(finalize("r", 450)), { _tag: "Finalized" })
      assert.deepInclude(await world.send(finalize("r", 450)), { _tag: "Finalized", replayed: true })
      assert.deepEqual((await world.numbers())[0], 450)
      // Its share of the bound is free again.
      world.all("refuse")
      assert.deepInclude(await world.send(reserve("u", 450)), { insured: true })
      assert.notProperty(await world.send(reserve("v", 1)), "insured")
    })

  it("is debited though the limit is used up, and above its hold", async () => {
    const world = insuredWorld()
    await world.send(reserve("full", 10_000))
    world.wire.next("refuse")
    await world.send(reserve("r", 600))
    const ended = await world.send(finalize("r", 700))
    assert.deepInclude("legs" in ended && ended.legs[0], { debited: 700, unreserved: true })
    assert.deepEqual(await world.numbers(), [700, 10_000])
  })

  it("above the limit it counts on, until the account is within its limit again", async () => {
    const world = insuredWorld()
    await world.send(reserve("full", 9_800))
    world.wire.next("refuse")
    await world.send(reserve("r", 900))
    await world.send(finalize("r", 900))
    assert.deepEqual(await world.numbers(), [900, 9_800])
    // 700 too many: 300 are left of the bound, whatever the store says of the same account meanwhile.
    world.wire.next("refuse")
    assert.notProperty(await world.send(reserve("s", 301)), "insured")
    await world.send(extend("full", { measured: 1 }))
    world.wire.next("refuse")
    assert.deepInclude(await world.send(reserve("t", 300)), { insured: true })
    await world.send(release("t"))
    await world.send(finalize("full", 9_100))
    world.wire.next("refuse")
    assert.deepInclude(await world.send(reserve("u", 1_000)), { insured: true })
  })

  it("counts on also where the store had a smaller hold, or one that had expired", async () => {
    const grown = insuredWorld()
    grown.wire.next("refuse")
    await grown.send(reserve("r", 100))
    // The store takes it over, and goes before it grows.
    grown.wire.next("pass", "refuse")
    assert.deepInclude(await grown.send(extend("r", { total: 900 })), { insured: true, grown: true })
    await grown.send(reserve("full", 9_900))
    await grown.send(finalize("r", 900))
    assert.deepEqual(await grown.numbers(), [900, 9_900])
    grown.all("refuse")
    assert.notProperty(await grown.send(reserve("s", 201)), "insured")

    const late = insuredWorld()
    late.wire.next("loseAnswer")
    await late.send(reserve("r", 900))
    late.pass(120_000)
    await late.send(reserve("full", 9_900))
    await late.send(finalize("r", 900))
    assert.deepEqual(await late.numbers(), [900, 9_900])
    late.all("refuse")
    assert.notProperty(await late.send(reserve("s", 201)), "insured")
  })

  it("releases for what was measured, or for nothing", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r", 600))
    await world.send(reserve("s", 400))
    await world.send(extend("r", { measured: 120 }))
    world.all("pass")
    world.wire.next("lose")
    assert.deepInclude(await world.send(release("r")), { _tag: "OutcomeUnknown" })
    assert.deepInclude(await world.send(release("r")), { _tag: "Finalized" })
    // Nothing measured: a mark, so that a reserve that arrives late holds nothing.
    assert.deepInclude(await world.send(release("s")), { _tag: "Unknown" })
    assert.deepInclude(await world.send(reserve("s", 400)), { _tag: "Conflict", reason: "ended" })
    assert.deepEqual(await world.numbers(), [120, 0])
  })

  it("after hours of refusals is debited; after hours of silence it may have been, and the store says so", async () => {
    for (const [fault, tag, used] of [
      ["refuse", "Finalized", 450],
      ["lose", "Undecidable", 0]
    ] as const) {
      const world = insuredWorld()
      world.all(fault)
      await world.send(reserve("r", 600))
      await world.send(finalize("r", 450))
      world.pass(3 * 3_600_000)
      world.all("pass")
      assert.deepInclude(await world.send(finalize("r", 450)), { _tag: tag })
      assert.deepEqual(await world.numbers(), [used, 0])
    }
  })

  it("that names other amounts than it holds is a conflict, as in a store", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r", 5))
    assert.deepInclude(await world.send(finalize("r", 5, { actual: undefined })), { _tag: "Conflict", reason: "legs" })
  })
})

describe("the renewal of what is insured", () => {
  it("hands it over to a store that is back, with all that it holds and has measured", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r", 600))
    const grown = await world.send(extend("r", { total: 700, measured: 50 }))
    assert.deepInclude(grown, { _tag: "Extended", insured: true, grown: true })
    world.all("pass")
    const taken = await world.send(extend("r"))
    assert.deepInclude(taken, { _tag: "Extended", grown: true })
    assert.notProperty(taken, "insured")
    assert.deepEqual(await world.numbers(), [0, 700])
    // It is the store's now, and so is its share of the bound.
    world.all("refuse")
    assert.deepInclude(await world.send(extend("r")), { _tag: "NotApplied" })
    assert.deepInclude(await world.send(reserve("s", 1_000)), { insured: true })
    world.all("pass")
    assert.deepInclude(await world.send(release("r")), { _tag: "Released" })
    assert.deepEqual(await world.numbers(), [50, 0])
  })

  it("of a reserve that had arrived holds nothing twice", async () => {
    const world = insuredWorld()
    world.wire.next("loseAnswer")
    await world.send(reserve("r", 600))
    assert.deepEqual(await world.numbers(), [0, 600])
    assert.notProperty(await world.send(extend("r")), "insured")
    assert.deepEqual(await world.numbers(), [0, 600])
  })

  it("stays here where the store has no room, and grows no more", async () => {
    const world = insuredWorld()
    await world.send(reserve("full", 9_500))
    world.wire.next("refuse")
    await world.send(reserve("r", 600))
    assert.deepInclude(await world.send(extend("r", { measured: 10 })), {
      _tag: "Extended",
      insured: true,
      grown: true
    })
    const grown = await world.send(extend("r", { total: 700 }))
    assert.deepInclude(grown, { _tag: "Extended", insured: true, grown: false, granted: false })
    assert.deepInclude(grown._tag === "Extended" && grown.denial, { reason: "limit" })
    await world.send(finalize("r", 610))
    assert.deepEqual(await world.numbers(), [610, 9_500])
  })

  it("grows within the bound while the store is down, and beyond it fails as the store does", async () => {
    const world = insuredWorld()
    world.all("refuse")
    await world.send(reserve("r", 600))
    assert.deepInclude(await world.send(extend("r", { total: 1_001 })), { _tag: "NotApplied" })
    assert.deepInclude(await world.send(extend("r", { total: 1_000 })), { grown: true, insured: true })
    assert.deepInclude(await world.send(extend("r", { total: 200, measured: 5 })), { grown: true, insured: true })
  })

  it("hears that an operator has ended it, and that it has ended here", async () => {
    const world = insuredWorld()
    world.wire.next("loseAnswer")
    await world.send(reserve("r", 600))
    await world.elsewhere(release("r"))
    assert.deepInclude(await world.send(extend("r")), { _tag: "Ended" })
    world.all("refuse")
    await world.send(reserve("s", 5))
    await world.send(finalize("s", 5))
    assert.deepInclude(await world.send(extend("s")), { _tag: "Ended" })
    assert.deepInclude(await world.send(reserve("s", 5)), { _tag: "Conflict", reason: "ended" })
  })

  it("after its hold in the store has expired goes on here, and its end is counted late, once", async () => {
    const world = insuredWorld()
    world.wire.next("loseAnswer")
    await world.send(reserve("r", 600))
    world.pass(120_000)
    assert.deepInclude(await world.send(extend("r")), { _tag: "Extended", insured: true })
    const ended = await world.send(finalize("r", 300))
    assert.deepInclude("legs" in ended && ended.legs[0], { debited: 300, late: true })
    assert.deepEqual(await world.numbers(), [300, 0])
  })
})
