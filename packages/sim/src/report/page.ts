/**
 * One run as an HTML page that stands for itself: no script, no font and no picture from elsewhere, and the run as JSON inside
 * it for programs.
 */
import { escapeHtml, jsonForHtml } from "./html.ts"
import { type ExploreReport, type InvariantCount, invariantTexts, type Step } from "./model.ts"
import { thousands } from "./numbers.ts"
import { pageChart } from "./page-chart.ts"
import { accountsOf, pageLanes } from "./page-lanes.ts"
import { pageStyle } from "./page-style.ts"

export interface PageInput {
  readonly report: ExploreReport
  /** The run that is drawn: that of the failure, or another one worth looking at. */
  readonly steps: ReadonlyArray<Step>
  /** The command that plays it again. */
  readonly replay: string
}

export const page = ({ report, steps, replay }: PageInput): string => {
  const title = titleOf(report, steps)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tallystick: ${escapeHtml(title)}</title><style>${pageStyle}</style></head>
<body>
<h1 class="${report.ok ? "good" : "bad"}">${escapeHtml(title)}</h1>
${report.failure === null ? "" : `<p class="bad">${escapeHtml(report.failure.because)}</p>`}
<p class="dim">store ${escapeHtml(report.store)}, seed ${report.seed}, ${thousands(report.runs)} runs, ${thousands(report.messages)} messages, ${thousands(report.interleavings)} distinct interleavings</p>
<h2>This run again</h2>
<pre>${escapeHtml(replay)}</pre>
<h2>The accounts over the steps</h2>
<p class="key dim"><i style="background:var(--used)"></i>used<i style="background:var(--held)"></i>held<i style="background:var(--text);height:2px;vertical-align:middle"></i>limit</p>
<div class="charts">${accountsOf(steps)
    .map((name) => pageChart(steps, name))
    .join("\n")}</div>
<h2>The interleaving</h2>
<p class="key dim"><i style="background:var(--send)"></i>sent or delivered<i style="background:var(--fault)"></i>a fault<i style="background:var(--clock)"></i>time<i style="background:var(--good)"></i>the ending</p>
${pageLanes(steps)}
<h2>All runs</h2>
${invariantRows(report.invariants)}
${countRows("faults", report.faults)}
${countRows("answers", report.answers)}
<script type="application/json" id="run">${jsonForHtml({ ...report, failure: report.failure === null ? null : { ...report.failure, steps: undefined }, steps, replay })}</script>
</body></html>
`
}

const titleOf = (report: ExploreReport, steps: ReadonlyArray<Step>): string => {
  if (report.failure === null) return `every invariant held (one run of ${steps.length} steps)`
  const { invariant } = report.failure
  return `${invariant} broke: ${invariantTexts[invariant]}`
}

const invariantRows = (invariants: ReadonlyArray<InvariantCount>): string => {
  const rows = invariants.map(
    ({ id, checks, violations }) =>
      `<tr${violations > 0 ? ` class="bad"` : ""}><td>${id}</td><td>${escapeHtml(invariantTexts[id])}</td><td class="right number">${thousands(checks)}</td><td class="right number">${thousands(violations)}</td></tr>`
  )
  return `<table><thead><tr><th></th><th>invariant</th><th class="right">checks</th><th class="right">violations</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table>`
}

const countRows = (name: string, counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts).map(([kind, count]) => `${escapeHtml(kind)} ${thousands(count)}`)
  return `<p><b>${name}</b> <span class="number">${parts.join(" &#183; ")}</span></p>`
}
