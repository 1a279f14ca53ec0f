/**
 * How a flush ends for its callers.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { expect, test } from "vitest"

import { answerAll } from "../../src/store/flush-answers.ts"
import { type Answer, flightOf, requestOf } from "../../src/store/flush-request.ts"
import { reserve } from "./stepwise.ts"

test("each hears once, its deadline ends, and what was answered refers to nothing any more", async () => {
  const heard: Array<Answer> = []
  let ended = 0
  const requests = ["1", "2"].map((id) => requestOf([reserve(id)], Context.empty(), (answer) => heard.push(answer)))
  for (const request of requests) request.endDeadline = () => ended++
  flightOf(requests)
  answerAll(requests, Exit.succeed([]))
  for (const { endDeadline, flight, items, resume } of requests) {
    expect([items, flight, endDeadline]).toEqual([[], undefined, undefined])
    resume(Effect.succeed([]))
  }
  expect([heard.length, ended]).toEqual([2, 2])
})
