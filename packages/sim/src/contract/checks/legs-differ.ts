/**
 * Where the legs of one request are in different states, since one account's time ran ahead.
 */
import { check } from "../check.ts"
import type { Outcome } from "@tallystick/core/machine"
import { expectText, tell } from "../tell.ts"
import type { Trial } from "../trial.ts"

/** Account "a" is more than the retention ahead: it has forgotten what "b" still knows. */
const ahead = async (t: Trial, prepare: (t: Trial) => Promise<unknown>): Promise<void> => {
  t.at(1_000)
  await prepare(t)
  await t.at(1_000 + t.subject.options.settings.settledRetentionMs).charge("x", "a:0")
  t.at(2_000)
}
const released = async (t: Trial) => {
  await t.reserve("r", "a:5 b:5")
  await t.release("r", "a b")
}
const finalized = async (t: Trial) => {
  await t.reserve("r", "a:5 b:5")
  await t.finalize("r", "a:7 b:7")
}
const charged = (t: Trial) => t.charge("r", "a:5 b:5")
const held = (t: Trial) => t.reserve("r", "a:5 b:5")

type Case = readonly [
  what: string,
  prepare: (t: Trial) => Promise<unknown>,
  act: (t: Trial) => Promise<Outcome>,
  answer: string
]

const cases: ReadonlyArray<Case> = [
  [
    "reserve: none and released",
    released,
    (t) => t.reserve("r", "a:5 b:5"),
    "Conflict ended; none, 0+0; released held 5, 0+0"
  ],
  [
    "reserve: expired and held",
    held,
    (t) => t.reserve("r", "a:5 b:5"),
    "Conflict ended; expired held 5, 0+0; held held 5, 0+5"
  ],
  [
    "charge: none and charged",
    charged,
    (t) => t.charge("r", "a:5 b:5"),
    "Conflict ended; none, 5+0; charged debited 5, 5+0"
  ],
  [
    "extend: none and finalized",
    finalized,
    (t) => t.extend("r", "a b"),
    "Ended; none, 7+0; finalized held 5 debited 7 over 2, 7+0"
  ],
  [
    "extend: none and charged",
    charged,
    (t) => t.extend("r", "a b"),
    "Conflict ended; none, 5+0; charged debited 5, 5+0"
  ],
  [
    "extend: expired and held",
    held,
    (t) => t.extend("r", "a b", { ttlMs: 5_000 }),
    "Ended; expired held 5, 0+0; held held 5, 0+5"
  ],
  [
    "finalize: none and finalized",
    finalized,
    (t) => t.finalize("r", "a:7 b:7"),
    "Finalized again; marked, 7+0; finalized held 5 debited 7 over 2, 7+0"
  ],
  [
    "finalize: none and released",
    released,
    (t) => t.finalize("r", "a:7 b:7"),
    "Conflict ended; none, 0+0; released held 5, 0+0"
  ],
  [
    "finalize: expired and held",
    held,
    (t) => t.finalize("r", "a:7 b:7"),
    "Finalized; finalized held 5 debited 7 over 2 late, 7+0; finalized held 5 debited 7 over 2, 7+0"
  ],
  [
    "finalize: charged and none",
    charged,
    (t) => t.finalize("r", "a:7 b:7"),
    "Conflict ended; none, 5+0; charged debited 5, 5+0"
  ],
  [
    "release: none and released",
    released,
    (t) => t.release("r", "a b"),
    "Released again; marked, 0+0; released held 5, 0+0"
  ],
  [
    "release: expired and held",
    held,
    (t) => t.release("r", "a b"),
    "Released; released held 5 late, 0+0; released held 5, 0+0"
  ],
  [
    "release: none and finalized",
    finalized,
    (t) => t.release("r", "a b"),
    "Finalized again; marked, 7+0; finalized held 5 debited 7 over 2, 7+0"
  ],
  [
    "release: none and charged",
    charged,
    (t) => t.release("r", "a b"),
    "Conflict ended; none, 5+0; charged debited 5, 5+0"
  ],
  [
    "lookup: none and finalized",
    finalized,
    (t) => t.lookup("r", "a b"),
    "Found; none, 7+0; finalized held 5 debited 7 over 2, 7+0"
  ],
  [
    "an unreserved finalize charges the leg that is not there, and leaves the other as it is",
    finalized,
    (t) => t.finalize("r", "a:7 b:7", { ifUnknown: "charge" }),
    "Finalized; finalized debited 7 over 7 unreserved, 14+0; finalized held 5 debited 7 over 2, 7+0"
  ]
]

export const legsDifferChecks = cases.map(([what, prepare, act, answer]) =>
  check("where the legs differ", what, async (t) => {
    await ahead(t, prepare)
    expectText(tell(await act(t)), answer)
  })
)
