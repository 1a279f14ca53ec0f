/**
 * Where the legs of one request are in different states, since one account's time ran ahead.
 */
import { describe, expect, test } from "vitest"

import { given, tell } from "./given.ts"
import type { World } from "./given.ts"

describe("where the legs differ", () => {
  /** The account's time ran an hour and a bit ahead: "a" has forgotten what "b" still knows. */
  const ahead = (prepare: (w: World) => void): World => {
    const w = given()
    prepare(w)
    w.at(3_700_000).charge("x", "a:0")
    return w.at(2_000)
  }
  const released = (w: World) => {
    w.at(1_000).reserve("r", "a:5 b:5")
    w.release("r", "a b")
  }
  const finalized = (w: World) => {
    w.at(1_000).reserve("r", "a:5 b:5")
    w.finalize("r", "a:7 b:7")
  }
  const charged = (w: World) => void w.at(1_000).charge("r", "a:5 b:5")
  const held = (w: World) => void w.at(1_000).reserve("r", "a:5 b:5")

  test.each<readonly [string, (w: World) => void, (w: World) => ReturnType<World["run"]>, string]>([
    [
      "reserve: none and released",
      released,
      (w) => w.reserve("r", "a:5 b:5"),
      "Conflict ended; none, 0+0; released held 5, 0+0"
    ],
    [
      "reserve: expired and held",
      held,
      (w) => w.reserve("r", "a:5 b:5"),
      "Conflict ended; expired held 5, 0+0; held held 5, 0+5"
    ],
    [
      "charge: none and charged",
      charged,
      (w) => w.charge("r", "a:5 b:5"),
      "Conflict ended; none, 5+0; charged debited 5, 5+0"
    ],
    [
      "extend: none and finalized",
      finalized,
      (w) => w.extend("r", "a b"),
      "Ended; none, 7+0; finalized held 5 debited 7 over 2, 7+0"
    ],
    [
      "extend: none and charged",
      charged,
      (w) => w.extend("r", "a b"),
      "Conflict ended; none, 5+0; charged debited 5, 5+0"
    ],
    [
      "extend: expired and held",
      held,
      (w) => w.extend("r", "a b", { ttlMs: 5_000 }),
      "Ended; expired held 5, 0+0; held held 5, 0+5"
    ],
    [
      "finalize: none and finalized",
      finalized,
      (w) => w.finalize("r", "a:7 b:7"),
      "Finalized again; marked, 7+0; finalized held 5 debited 7 over 2, 7+0"
    ],
    [
      "finalize: none and released",
      released,
      (w) => w.finalize("r", "a:7 b:7"),
      "Conflict ended; none, 0+0; released held 5, 0+0"
    ],
    [
      "finalize: expired and held",
      held,
      (w) => w.finalize("r", "a:7 b:7"),
      "Finalized; finalized held 5 debited 7 over 2 late, 7+0; finalized held 5 debited 7 over 2, 7+0"
    ],
    [
      "finalize: charged and none",
      charged,
      (w) => w.finalize("r", "a:7 b:7"),
      "Conflict ended; none, 5+0; charged debited 5, 5+0"
    ],
    [
      "release: none and released",
      released,
      (w) => w.release("r", "a b"),
      "Released again; marked, 0+0; released held 5, 0+0"
    ],
    [
      "release: expired and held",
      held,
      (w) => w.release("r", "a b"),
      "Released; released held 5 late, 0+0; released held 5, 0+0"
    ],
    [
      "release: none and finalized",
      finalized,
      (w) => w.release("r", "a b"),
      "Finalized again; marked, 7+0; finalized held 5 debited 7 over 2, 7+0"
    ],
    [
      "release: none and charged",
      charged,
      (w) => w.release("r", "a b"),
      "Conflict ended; none, 5+0; charged debited 5, 5+0"
    ],
    [
      "lookup: none and finalized",
      finalized,
      (w) => w.lookup("r", "a b"),
      "Found; none, 7+0; finalized held 5 debited 7 over 2, 7+0"
    ]
  ])("%s", (_, prepare, command, answer) => {
    expect(tell(command(ahead(prepare)))).toBe(answer)
  })

  test("an unreserved finalize charges the leg that is not there, and leaves the other as it is", () => {
    const w = ahead(finalized)
    expect(tell(w.finalize("r", "a:7 b:7", { ifUnknown: "charge" }))).toBe(
      "Finalized; finalized debited 7 over 7 unreserved, 14+0; finalized held 5 debited 7 over 2, 7+0"
    )
  })
})
