/**
 * `tallystick explore`: searches for an interleaving that breaks an invariant.
 */
import { type InvariantId, invariantTexts } from "../../report/model.ts"
import { MAX_RUNS } from "../limits.ts"
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { custom, integer, optionalInteger, optionalText, someOf } from "../option.ts"
import { jsonOption, seedOption, storeOption, timingOption } from "../shared-options.ts"

/** Some ten seconds, and a few hundred thousand messages. */
const DEFAULT_RUNS = 20_000

const options = {
  seed: seedOption,
  runs: integer(1, MAX_RUNS, DEFAULT_RUNS, "runs to make"),
  seconds: optionalInteger(1, 86_400, "make runs for so long instead, however many that are"),
  store: storeOption,
  invariants: someOf(
    Object.keys(invariantTexts) as Array<InvariantId>,
    "I1,I2",
    "look at these only; the default is all"
  ),
  tape: custom<string | undefined>({
    placeholder: "TEXT",
    help: "play this one run and show it: what the last line of a failure says",
    initial: undefined,
    range: "a tape as a failure prints it (letters, digits, - and _)",
    read: (given) => (/^[A-Za-z0-9_-]+$/.test(given) ? given : undefined)
  }),
  html: optionalText("FILE", "write a page that draws the failure, or one run worth looking at"),
  json: jsonOption,
  timing: timingOption
}

export const explore = defineCommand({
  name: "explore",
  summary: "search for an interleaving that overspends, leaks or counts twice",
  usage: "[options]",
  details: [
    "Many clients meet on few accounts under one seeded scheduler and a virtual clock. Every message between a client and the store can be late, out of order, twice or lost; clients crash; time jumps. Every answer, and the state after it, is checked. The first run that breaks an invariant is made as short as it can be, shown step by step, and its last line is the command that plays it again.",
    "batched:STORE is a store with group commit before it; insured:STORE is one that goes and comes, under processes with a policy for that time."
  ],
  options,
  maxPositionals: 0,
  run: (call) => run(call)
})

const run = async ({ values, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  const { tape, html, json: isJson, timing: isTimed } = values
  const [{ runExplore }, { decodeTape }, output, { exitStatus }] = await Promise.all([
    import("../run-explore.ts"),
    import("../../world/tape.ts"),
    import("../explore-output.ts"),
    import("../stop.ts")
  ])
  // With a time and no number of runs the time alone counts.
  const runs = values.seconds !== undefined && values.runs === DEFAULT_RUNS ? MAX_RUNS : values.runs
  const decoded = tape === undefined ? undefined : decodeTape(tape)
  const explored = await runExplore({ ...values, runs, tape: decoded }, terminal)
  const isPartial = terminal.signal.aborted
  if (html !== undefined) await output.writePage(html, explored.report, decoded, terminal)
  if (isJson) output.printJson(explored, isTimed, terminal)
  else await output.printText(explored, decoded, isPartial, isTimed, terminal)
  return exitStatus(explored.report.ok, terminal.signal)
}
