/**
 * `tallystick inspect`: an account's numbers, its open holds, its last changes.
 */
import { defineCommand } from "../command.ts"
import { integer } from "../option.ts"
import { accountOf, accountOptions, operatedOf, taken } from "../operator/options.ts"

export const inspect = defineCommand({
  name: "inspect",
  summary: "show an account of a running app: numbers, open holds, last changes",
  usage: "ACCOUNT --store URL [options]",
  details: [
    "Reads alone. Each hold stands with its age and its deadline; what its process measured of it so far is charged when it expires. The last changes come from the ledger that Postgres keeps."
  ],
  options: {
    ...accountOptions,
    holds: integer(1, 1_000, 20, "open holds to show"),
    changes: integer(1, 1_000, 10, "last changes to show")
  },
  maxPositionals: 1,
  run: async ({ positionals, terminal, values }) => {
    const [account] = taken("inspect", positionals, "ACCOUNT")
    const operated = operatedOf(values)
    const { runInspect } = await import("../operator/run.ts")
    const asked = { operated, account: accountOf(account!, values), isJson: values.json, terminal }
    return runInspect(asked, values.holds, values.changes)
  }
})
