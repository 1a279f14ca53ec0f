/**
 * The interleaving as text: one line per step with its time, lane, what happened, the answer, and the numbers of the accounts
 * that it changed; the line where an invariant broke is marked, and the sentence that says why stands below it.
 */
import type { Step } from "./model.ts"
import { clockTime } from "./numbers.ts"
import type { Paint } from "./paint.ts"
import { accountNumbers, changedAccounts, stepText } from "./step-text.ts"
import { left, right, table } from "./table.ts"

const MAX_STEPS = 18

/** How many steps are shown behind the one that broke. */
const STEPS_BEHIND = 2

/** What happened and the answer to it, so that with one changed account a line has about 100 columns. */
const WIDTH = 56
const ANSWER_WIDTH = 32

export const timeline = (steps: ReadonlyArray<Step>, paint: Paint): ReadonlyArray<string> => {
  const { from, to } = selection(steps)
  const shown = steps.slice(from, to)
  const changed = changedAccounts(steps).slice(from, to)
  const rows = shown.map((step, i) => {
    // Where it broke, all numbers count; before it, what changed.
    const accounts = step.violation === null && i > 0 ? (changed[i] ?? []) : step.accounts
    return [
      clockTime(step.atMs),
      step.violation === null ? "" : ">>",
      step.lane,
      whatHappened(step),
      accounts.map(accountNumbers).join("; ")
    ]
  })
  const columns = [right("time"), left(""), left("lane"), left("what happens"), left("accounts after it")]
  const [titles = "", ...lines] = table(columns, rows)
  return [
    paint.dim(`  ${titles}`),
    ...(from > 0 ? [paint.dim(`  ... ${from} steps before`)] : []),
    ...lines.flatMap((line, i) => withViolation(`  ${line}`, shown[i]?.violation ?? null, paint)),
    ...(to < steps.length ? [paint.dim(`  ... ${steps.length - to} steps behind`)] : [])
  ]
}

/** `reserve r1: 3 of b for 10 s (a copy is on its way) -> granted`, no wider than `WIDTH`. */
const whatHappened = (step: Step): string => {
  const answer = step.answer === null ? "" : ` -> ${clipped(step.answer, ANSWER_WIDTH)}`
  return `${clipped(stepText(step), WIDTH - answer.length)}${answer}`
}

const withViolation = (line: string, violation: Step["violation"], paint: Paint): ReadonlyArray<string> =>
  violation === null ? [line] : [paint.red(line), paint.red(`  >> ${violation.invariant} broke: ${violation.because}`)]

/** The steps that fit: those up to the first violation are the ones that explain it. */
const selection = (steps: ReadonlyArray<Step>): { readonly from: number; readonly to: number } => {
  const broken = steps.findIndex(({ violation }) => violation !== null)
  const to = Math.min(steps.length, broken === -1 ? MAX_STEPS : broken + 1 + STEPS_BEHIND)
  return { from: Math.max(0, to - MAX_STEPS), to }
}

/** From the middle, if it ends with what the network did to it: that must be seen. */
const clipped = (text: string, width: number): string => {
  if (text.length <= width) return text
  const fault = /\([^()]*\)$/.exec(text)?.[0] ?? ""
  const tail = fault.length < width / 2 ? fault : ""
  return `${text.slice(0, width - 3 - tail.length).trimEnd()}...${tail}`
}
