/**
 * The record of a process: every call before it is sent, every answer when it is there. A line each, written at once, so that a process which is killed
 * has told all that it did; the one that takes its place reads on from there.
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs"

import type { Call, Question, Reply } from "../check/history.ts"

export interface Recorder {
  /** @returns the number of the call */
  readonly sent: (who: string, question: Question, sentNs: number) => number
  readonly answered: (call: number, reply: Reply, answeredNs: number) => void
}

interface SentLine {
  readonly call: number
  readonly who: string
  readonly sentNs: number
  readonly question: Question
}

interface AnsweredLine {
  readonly call: number
  readonly answeredNs: number
  readonly reply: Reply
}

/** Calls as they stand in a file; those without an answer are `unknown`. */
export const readRecord = (file: string): ReadonlyArray<Call> => {
  if (!existsSync(file)) return []
  const calls: Array<Call> = []
  for (const text of readFileSync(file, "utf8").split("\n")) {
    const line = parsed(text)
    if (line === undefined) continue
    if ("question" in line) {
      const { who, sentNs, question } = line
      calls[line.call] = { who, sentNs, question, answeredNs: Infinity, reply: { kind: "unknown" } }
    } else {
      const { reply, answeredNs } = line
      calls[line.call] = { ...calls[line.call]!, answeredNs, reply }
    }
  }
  return calls
}

/** Who was killed while it wrote has left half a line: of a call that it did not send, or of an answer that it did not hear. */
const parsed = (text: string): SentLine | AnsweredLine | undefined => {
  if (text === "") return undefined
  try {
    return JSON.parse(text) as SentLine | AnsweredLine
  } catch {
    return undefined
  }
}

/** Goes on with a file, numbering calls from `first` on. */
export const fileRecorder = (file: string, first: number): Recorder & { readonly close: () => void } => {
  const handle = openSync(file, "a")
  const write = (line: SentLine | AnsweredLine): void => void writeSync(handle, `${JSON.stringify(line)}\n`)
  if (first > 0) writeSync(handle, "\n")
  let next = first
  return {
    sent: (who, question, sentNs) => {
      write({ call: next, who, sentNs, question })
      return next++
    },
    answered: (call, reply, answeredNs) => write({ call, answeredNs, reply }),
    close: () => closeSync(handle)
  }
}

/** For calls that are made in this process. */
export const memoryRecorder = (): Recorder & { readonly calls: ReadonlyArray<Call> } => {
  const calls: Array<Call> = []
  return {
    calls,
    sent: (who, question, sentNs) =>
      calls.push({ who, sentNs, question, answeredNs: Infinity, reply: { kind: "unknown" } }) - 1,
    answered: (call, reply, answeredNs) => {
      calls[call] = { ...calls[call]!, reply, answeredNs }
    }
  }
}
