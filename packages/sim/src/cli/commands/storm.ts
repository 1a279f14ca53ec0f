/**
 * `tallystick storm`: attacks a deployment, and judges what it answered.
 */
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { integer, optionalText, someOf, text } from "../option.ts"
import { jsonOption, seedOption } from "../shared-options.ts"

/** As `faultKinds` of the storm, which is not loaded for a help text. */
const faults = ["cuts", "delays", "kills", "stops", "flushes", "server"] as const

const options = {
  store: text(
    "URL",
    "memory",
    "redis://… or postgres://…, or memory, or the path of a module whose default export makes a store of { name, callTimeoutMs }"
  ),
  seconds: integer(1, 1_800, 20, "how long to storm; settling and judging come on top"),
  processes: integer(1, 64, 4, "client processes"),
  fibers: integer(1, 256, 8, "clients in each process; each makes one call at a time"),
  faults: someOf(faults, "cuts,kills", `what goes wrong: any of ${faults.join(",")}; the default is all`),
  server: optionalText("COMMAND", "start the server with this command, and kill and restart it again and again"),
  seed: {
    ...seedOption,
    help: "of what the clients do and of when faults come; the interleaving is that of the real world"
  },
  again: optionalText("FILE", "judge the storm again that a failing one has kept in this file; nothing else is done"),
  json: jsonOption
}

export const storm = defineCommand({
  name: "storm",
  summary: "attack a deployment with real processes and faults, and judge every answer",
  usage: "[options]",
  details: [
    "Several processes with many clients each meet on few accounts of your store, through a proxy that cuts connections, loses answers and holds requests back. Processes are killed and stopped, and go on from their own records; Redis forgets its scripts; with --server the server itself is killed. Every call is recorded before it is sent and after it is answered.",
    "Then every answer is judged: all of them together must be those of the rules in one order that time allows. And the rows are read from outside of the library, and must add up.",
    "A storm that failed is kept in a file in the temporary folder, every call and every answer: --again FILE judges it once more.",
    "It works under a prefix or in a schema of its own, tallystick-storm:<id>: or tallystick_storm_<id>, which it removes at the end, also after Ctrl-C. Nothing else in the store is touched, but flushes makes a Redis forget the scripts of others, too."
  ],
  options,
  maxPositionals: 0,
  run: (call) => run(call)
})

const run = async ({ values, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  const [{ judgeAgain, runStormCall }, { stormText }, { coloured, plain }, { hasColour }, { exitStatus }] =
    await Promise.all([
      import("../run-storm.ts"),
      import("../../report/storm-text.ts"),
      import("../../report/paint.ts"),
      import("../terminal.ts"),
      import("../stop.ts")
    ])
  const { again } = values
  const report = await (again === undefined
    ? runStormCall({ ...values, faults: values.faults ?? faults }, terminal)
    : judgeAgain(again, terminal))
  if (report === undefined) {
    terminal.err.write("storm: stopped before the end, nothing was judged; all that it made is removed\n")
    return exitStatus(true, terminal.signal)
  }
  const paint = hasColour(terminal.out, terminal.env) ? coloured : plain
  terminal.out.write(values.json ? `${JSON.stringify(report)}\n` : `${stormText(report, paint).join("\n")}\n`)
  return exitStatus(report.ok, terminal.signal)
}
