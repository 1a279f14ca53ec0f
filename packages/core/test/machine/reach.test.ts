/**
 * The random sequences of the property tests reach what they are for; else those tests would say nothing.
 */
import { compareBytes } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { given } from "./given.ts"
import { callsOf, settingsArbitrary, stepsArbitrary } from "./random.ts"

test("every command in every state of a leg, every answer, every reason and every cause of a change", () => {
  const cells = new Set<string>()
  const answers = new Set<string>()
  const causes = new Set<string>()
  let passed = 0
  const sequences = fc.sample(fc.tuple(settingsArbitrary, stepsArbitrary(40)), { numRuns: 400, seed: 7 })
  for (const [settings, steps] of sequences) {
    const world = given({}, settings)
    for (const { nowMs, commands } of callsOf(steps)) {
      for (const command of commands) {
        world.at(nowMs)
        const before = world.execute({ kind: "lookup", id: command.id, legs: command.legs }).answer
        if (command.kind !== "adjust") for (const leg of before.legs) cells.add(`${command.kind} ${leg.state}`)
        const { answer } = world.execute(command)
        answers.add("reason" in answer ? `${answer._tag} ${answer.reason}` : answer._tag)
        if (answer._tag === "Extended" && answer.denial !== null) answers.add(`Growth ${answer.denial.reason}`)
        if (answer.replayed) answers.add(`${answer._tag} again`)
        if (answer.legs.some((leg) => leg.windowPassed)) passed++
        for (const change of world.changes) causes.add(change.isBirth ? `${change.cause} first` : change.cause)
      }
    }
  }
  const states = ["none", "marked", "held", "finalized", "released", "expired", "charged"]
  const kinds = ["reserve", "extend", "finalize", "release", "charge", "lookup"]
  expect([...cells].toSorted(compareBytes)).toEqual(
    kinds.flatMap((kind) => states.map((state) => `${kind} ${state}`)).toSorted(compareBytes)
  )
  const missing = (found: ReadonlySet<string>, wanted: string) => wanted.split(", ").filter((one) => !found.has(one))
  expect(missing(answers, "Granted, Extended, Finalized, Released, Charged, Adjusted, Found, Unknown, Ended")).toEqual(
    []
  )
  expect(missing(answers, "Undecidable, NotApplied clock, Conflict ended, Conflict legs, Conflict content")).toEqual([])
  expect(missing(answers, "Denied unknown, Denied closed, Denied unit, Denied overflow, Denied limit")).toEqual([])
  expect(missing(answers, "Growth windowPassed, Growth unknown, Growth closed, Growth overflow, Growth limit")).toEqual(
    []
  )
  expect(missing(answers, "Granted again, Extended again, Finalized again, Released again")).toEqual([])
  expect(missing(answers, "Charged again, Adjusted again")).toEqual([])
  expect(missing(causes, "timed, expired, rolled, reserved, extended, finalized, released, charged")).toEqual([])
  expect(missing(causes, "marked, adjusted, reserved first, finalized first, marked first, adjusted first")).toEqual([])
  expect(passed).toBeGreaterThan(100)
}, 60_000)
