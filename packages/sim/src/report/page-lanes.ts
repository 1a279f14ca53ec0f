/**
 * The interleaving as a table: time runs down, every client has a lane, and beside them stand the accounts' numbers after each
 * step. A red line lies where the first invariant broke.
 */
import { timeWords } from "../oracle/words.ts"
import { escapeHtml } from "./html.ts"
import type { Step } from "./model.ts"
import { clockTime } from "./numbers.ts"
import { accountName, stepText } from "./step-text.ts"

export const pageLanes = (steps: ReadonlyArray<Step>): string => {
  const lanes = lanesOf(steps)
  const accounts = accountsOf(steps)
  const head = [
    `<th class="right">step</th><th class="right">time</th>`,
    ...lanes.map((lane) => `<th>${escapeHtml(lane)}</th>`),
    ...accounts.map((name) => `<th class="account">${escapeHtml(name)}<br><span>used + held of limit</span></th>`)
  ]
  const columns = 2 + lanes.length + accounts.length
  const shown = new Map<string, string>()
  const rows = steps.map((step, i) => {
    const before = steps[i - 1]
    return gap(before, step, columns) + row(step, i, lanes, accounts, shown) + because(step, columns)
  })
  return `<div class="scroll"><table class="lanes"><thead><tr>${head.join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`
}

/** Clients in their order, then what lies between them and the clock. */
export const lanesOf = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const last = ["network", "store", "clock"]
  const found = [...new Set(steps.map(({ lane }) => lane))]
  const others = found.filter((lane) => !last.includes(lane)).toSorted((a, b) => (a < b ? -1 : 1))
  return [...others, ...last.filter((lane) => found.includes(lane))]
}

export const accountsOf = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => [
  ...new Set(steps.flatMap(({ accounts }) => accounts.map(accountName)))
]

const row = (
  step: Step,
  index: number,
  lanes: ReadonlyArray<string>,
  accounts: ReadonlyArray<string>,
  shown: Map<string, string>
): string => {
  const cells = lanes.map((lane) => `<td class="lane">${lane === step.lane ? box(step) : ""}</td>`)
  const numbers = accounts.map((name) => {
    const answer = step.accounts.find((one) => accountName(one) === name)
    const text = answer === undefined ? "" : numbersOf(answer)
    const isSame = text === "" || shown.get(name) === text
    if (text !== "") shown.set(name, text)
    return `<td class="numbers number${isSame ? " same" : ""}">${escapeHtml(text || (shown.get(name) ?? ""))}</td>`
  })
  return `<tr${step.violation === null ? "" : ` class="broken"`}><td class="step number">${index + 1}</td><td class="time number">${clockTime(step.atMs)}</td>${cells.join("")}${numbers.join("")}</tr>`
}

const box = (step: Step): string => {
  const answer = step.answer === null ? "" : `<div class="answer">&#8594; ${escapeHtml(step.answer)}</div>`
  return `<div class="box ${step.kind}">${escapeHtml(stepText(step))}${answer}</div>`
}

const numbersOf = ({ known, used, reserved, limit }: Step["accounts"][number]): string =>
  known ? `${used} + ${reserved} of ${limit ?? "no limit"}` : "no limit known"

/** Where time passes between two steps, the page says how much. */
const gap = (before: Step | undefined, step: Step, columns: number): string => {
  const ms = step.atMs - (before?.atMs ?? 0)
  if (before === undefined || ms === 0) return ""
  const text = ms > 0 ? `${timeWords(ms)} later` : `the clock has stepped back ${timeWords(-ms)}`
  return `<tr class="gap"><td></td><td colspan="${columns - 1}">${text}</td></tr>\n`
}

const because = ({ violation }: Step, columns: number): string =>
  violation === null
    ? ""
    : `\n<tr class="because"><td></td><td colspan="${columns - 1}">${violation.invariant} broke here: ${escapeHtml(violation.because)}</td></tr>`
