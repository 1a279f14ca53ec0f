/**
 * A program in lines: one for each command, with all that it carries.
 */
import type { Command, Window } from "@tallystick/core/machine"

import { timeWords, windowWords } from "../../oracle/words.ts"
import type { Call } from "./program.ts"

const fieldWords = (fields: object): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => ` ${field} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(",")

/** `reserve r1 ttlMs 1000: a per 20 s unit u, limit 100, amount 5, settle actual` */
const commandLine = ({ kind, id, legs, ...fields }: Command): string => {
  const parts = legs.map(({ account, window, ...rest }: { account: string; window: Window }) => {
    const starts = window.kind === "calendar" ? ` starting ${window.starts.join(" ")}` : ""
    return `${account}${windowWords(window)}${starts}${fieldWords(rest)}`
  })
  return `${kind} ${id}${fieldWords(fields)}: ${parts.join(" | ")}`
}

export const programLines = (calls: ReadonlyArray<Call>, startMs: number): ReadonlyArray<string> =>
  calls.flatMap(({ nowMs, commands }, index) => [
    `  call ${index + 1}, ${timeWords(nowMs - startMs)} in:`,
    ...commands.map((command) => `    ${commandLine(command)}`)
  ])
