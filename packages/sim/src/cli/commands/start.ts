/**
 * `tallystick start`: what it is about, in half a minute. `npm start` runs it.
 */
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { integer } from "../option.ts"
import { seedOption, storeOption } from "../shared-options.ts"
import { DEFAULT_ROWS } from "./replay.ts"

const options = {
  seconds: integer(1, 86_400, 20, "how long to explore"),
  seed: seedOption,
  store: storeOption
}

export const start = defineCommand({
  name: "start",
  summary: "explore for some seconds, replay a trace, and show one run",
  usage: "[options]",
  details: ["The trace is the file that TALLYSTICK_TRACE names, else a made one."],
  options,
  maxPositionals: 0,
  run: (call) => run(call)
})

const run = async ({ values, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  const { runStart } = await import("../run-start.ts")
  return runStart({ ...values, trace: terminal.env["TALLYSTICK_TRACE"], rows: DEFAULT_ROWS }, terminal)
}
