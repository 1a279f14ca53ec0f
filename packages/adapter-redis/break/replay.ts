/**
 * A program on a script, until the first answer or number that is not the Book's.
 */
import { brief, isSame } from "../../sim/break/same.ts"
import { readOutcomes, readUsage, replyOf } from "../src/decode.ts"
import { withConstants } from "../src/script.ts"
import type { Encoded } from "../src/encode.ts"
import { faultOf } from "./audit.ts"
import { dumpScript, reapScript, stateOf } from "./dump.ts"
import type { Lane, Sent } from "./lane.ts"
import type { Call, Program } from "./programs.ts"

/** What the sound script says, so that the same reply need not be read again. */
export type Recording = ReadonlyArray<string>

/** Nothing is wrong: undefined, and what was said. */
export interface Played {
  readonly fault: string | undefined
  readonly recording: Recording
}

/** The script twice: few programs have more due rows than a row has room for, or more values than a command takes, so that half meet smaller limits. */
export interface Loaded {
  readonly shas: ReadonlyArray<string>
}

/** What stands for thousands is a few here: room for one due row in a row, and two values a command, a tick or two at a time. */
const narrowed = (source: string): string =>
  source
    .replace(/(DUE_LENGTH, MOST_DUE_IN_ROW = \d+), \d+/, "$1, 1")
    .replace(/(VALUES_PER_CALL|TICKS_PER_CALL) = \d+/g, "$1 = 2")
    .replace(/(SOME_TICKS) = \d+/, "$1 = 1")

/** Of this source; the server forgets all others. @throws what the server says of a text that is no script */
export const load = async (lane: Lane, source: string): Promise<Loaded> => {
  await lane.client.script("FLUSH", "SYNC")
  const narrow = narrowed(source)
  const texts = [source, narrow].map((text) => `#!lua\n${withConstants(text)}`)
  return { shas: await Promise.all(texts.map(async (text) => String(await lane.client.script("LOAD", text)))) }
}

export const play = async (lane: Lane, { shas }: Loaded, program: Program, recorded?: Recording): Promise<Played> => {
  const sha = shas[program.calls.length % 2]!
  const sent: Array<Sent> = [["FLUSHDB", "SYNC"]]
  const evaluate = ({ keys, args }: Encoded): Sent => ["EVALSHA", sha, keys.length, ...keys, ...args]
  for (const { execute, usage, terms } of program.calls) {
    sent.push(program.mode === "collected" ? ["EVAL", reapScript, 0, terms.nowMs] : ["PING"])
    sent.push(evaluate(execute), evaluate(usage), ["EVAL", dumpScript, 0])
  }
  const [, ...replies] = await lane.send(sent)
  const recording = replies.map((reply) => (reply instanceof Error ? reply.message : JSON.stringify(reply)))
  for (const [at, call] of program.calls.entries()) {
    const first = 4 * at
    if ([1, 2, 3].every((offset) => recorded?.[first + offset] === recording[first + offset])) continue
    const fault = faultIn(call, replies.slice(first, first + 4), replies[first - 1] ?? [])
    if (fault !== undefined) return { fault: `${program.name}, call ${at}: ${fault}`, recording }
  }
  return { fault: undefined, recording }
}

const faultIn = (call: Call, replies: ReadonlyArray<unknown>, before: unknown): string | undefined => {
  const error = replies.find((reply) => reply instanceof Error)
  if (error instanceof Error) return error.message
  const [, execute, usage, dump] = replies
  try {
    const answers = readOutcomes(replyOf(execute, call.commands.length), call.commands)
    if (!isSame(answers, call.answers)) return `${brief(answers)} instead of ${brief(call.answers)}`
    if (call.sums !== null && !isSame(readUsage(replyOf(usage, 1), call.refs), call.sums)) return "the usage is another"
    return faultOf(stateOf(dump), stateOf(before), call.terms)
  } catch (error) {
    return String(error)
  }
}
