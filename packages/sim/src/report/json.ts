/**
 * A report for programs: one object on one line, its fields in the order of the model, the records sorted by name. Nothing of
 * times and speeds is in it, so that a seed gives the same bytes.
 */
import type { ExploreReport, ReplayReport } from "./model.ts"

export const toJson = (report: ExploreReport | ReplayReport): string =>
  `${JSON.stringify(report.command === "explore" ? exploreFields(report) : replayFields(report))}\n`

const exploreFields = (report: ExploreReport): ExploreReport => ({
  command: report.command,
  ok: report.ok,
  store: report.store,
  seed: report.seed,
  runs: report.runs,
  messages: report.messages,
  interleavings: report.interleavings,
  faults: sorted(report.faults),
  answers: sorted(report.answers),
  invariants: invariantFields(report.invariants),
  histories: report.histories,
  failure: report.failure
})

const replayFields = (report: ReplayReport): ReplayReport => ({
  command: report.command,
  ok: report.ok,
  store: report.store,
  requests: report.requests,
  granted: report.granted,
  denied: report.denied,
  late: report.late,
  accounts: report.accounts,
  used: sorted(report.used),
  overage: sorted(report.overage),
  peakReserved: sorted(report.peakReserved),
  invariants: invariantFields(report.invariants)
})

const invariantFields = (invariants: ExploreReport["invariants"]): ExploreReport["invariants"] =>
  invariants.map(({ id, checks, violations }) => ({ id, checks, violations }))

const sorted = <R extends Readonly<Record<string, number>>>(record: R): R =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))) as R
