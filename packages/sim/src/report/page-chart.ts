/**
 * One account over the steps, as an SVG: what is used, on top of it what is held, the limit as a line, and a red line at the
 * step where an invariant broke.
 */
import { escapeHtml } from "./html.ts"
import type { Step } from "./model.ts"
import { accountName } from "./step-text.ts"

const WIDTH = 420
const HEIGHT = 120
const LEFT = 44
const BOTTOM = 18
const TOP = 8

/** A run of two steps has bars, too, not walls. */
const WIDEST_BAR = 36

type Numbers = Step["accounts"][number]

export const pageChart = (steps: ReadonlyArray<Step>, name: string): string => {
  const answers = carried(steps, name)
  const top = Math.max(1, ...answers.map((answer) => Math.max(answer.used + answer.reserved, answer.limit ?? 0)))
  const step = Math.min(WIDEST_BAR, (WIDTH - LEFT - 8) / Math.max(1, answers.length))
  const y = (value: number): number => round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top))
  const x = (index: number): number => round(LEFT + index * step)
  const bars = answers.map((answer, i) => {
    const used = y(answer.used)
    const held = y(answer.used + answer.reserved)
    return (
      bar(x(i), used, y(0), step, "used") +
      bar(x(i), held, used, step, "held") +
      (answer.limit === null ? "" : line(x(i), x(i) + step, y(answer.limit), y(answer.limit), "--text"))
    )
  })
  const broken = steps.findIndex(({ violation }) => violation !== null)
  const mark = broken === -1 ? "" : line(x(broken + 0.43), x(broken + 0.43), TOP, HEIGHT - BOTTOM, "--bad")
  return `<figure><figcaption><b>${escapeHtml(name)}</b></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeHtml(name)} over the steps">
${bars.join("\n")}
${mark}
<text x="${LEFT - 6}" y="${y(top) + 8}" text-anchor="end">${top}</text><text x="${LEFT - 6}" y="${y(0)}" text-anchor="end">0</text>
<text x="${LEFT}" y="${HEIGHT - 4}">step 1</text>${lastLabel(x(answers.length), answers.length)}
</svg></figure>`
}

/** Below the last bar, unless it is the first. */
const lastLabel = (x: number, count: number): string =>
  count > 3 ? `<text x="${x}" y="${HEIGHT - 4}" text-anchor="end">${count}</text>` : ""

/** The account's numbers after each step: a step that did not show them left them as they were. */
const carried = (
  steps: ReadonlyArray<Step>,
  name: string
): ReadonlyArray<Pick<Numbers, "used" | "reserved" | "limit">> => {
  let last: Pick<Numbers, "used" | "reserved" | "limit"> = { used: 0, reserved: 0, limit: null }
  return steps.map(({ accounts }) => (last = accounts.find((one) => accountName(one) === name) ?? last))
}

const bar = (x: number, from: number, to: number, width: number, name: "used" | "held"): string =>
  to > from
    ? `<rect x="${x}" y="${from}" width="${round(width * 0.86)}" height="${round(to - from)}" style="fill:var(--${name})"/>`
    : ""

const line = (x1: number, x2: number, y1: number, y2: number, colour: string): string =>
  `<line x1="${round(x1)}" x2="${round(x2)}" y1="${y1}" y2="${y2}" style="stroke:var(${colour});stroke-width:2"/>`

const round = (n: number): number => Math.round(n * 10) / 10
