/**
 * `tallystick release`: ends a hold that nobody ends.
 */
import { defineCommand } from "../command.ts"
import { operatedOf, storeOptions, taken } from "../operator/options.ts"

export const release = defineCommand({
  name: "release",
  summary: "end a stuck request: what was measured is charged, the rest given back",
  usage: "REQUEST --store URL [options]",
  details: [
    "Ends it in all of its accounts at once, which it finds by looking through the store. It cannot be undone: a report that the app sends later is refused as a conflict, and told to its observer. A hold whose process died ends by itself at its deadline."
  ],
  options: storeOptions,
  maxPositionals: 1,
  run: async ({ positionals, terminal, values }) => {
    const [request] = taken("release", positionals, "REQUEST")
    const operated = operatedOf(values)
    const { runRelease } = await import("../operator/run.ts")
    return runRelease({ operated, isJson: values.json, terminal }, request!)
  }
})
