/**
 * How calls end that were not answered, and what that breaks.
 */
import type { CallError } from "@tallystick/core/store"
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"

import { Violation } from "../oracle/checks.ts"
import { commandWords } from "../oracle/words.ts"
import type { Message } from "../workload/client.ts"

export const valueOf = <A>(exit: Exit.Exit<A, CallError>): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw readFailed(exit.cause)
}

export const readFailed = (cause: Cause.Cause<CallError>): Violation =>
  new Violation("I9", `a read failed: ${Cause.pretty(cause).split("\n")[0]}`)

export const isNotApplied = (cause: Cause.Cause<CallError>): boolean =>
  cause.reasons.length > 0 &&
  cause.reasons.every((reason) => reason._tag === "Fail" && reason.error._tag === "NotApplied")

export const endless = (message: Message | undefined, how: string): Violation => {
  const words = message && `${message.lane}'s ${message.commands.map(commandWords).join("; ")}`
  return new Violation("I10", `${words ?? "a read"} ${how}`)
}
