/**
 * `tallystick repair`: makes the sums of an account anew that contradict its holds.
 */
import { defineCommand } from "../command.ts"
import { flag, optionalInteger } from "../option.ts"
import { accountOf, accountOptions, operatedOf, taken } from "../operator/options.ts"

export const repair = defineCommand({
  name: "repair",
  summary: "make the sums of a corrupt account anew from its holds",
  usage: "ACCOUNT --store URL [--yes] [options]",
  details: [
    "An account whose sums contradict its holds answers `Corrupt`, and admits nothing: somebody wrote into the store by hand, or part of it was lost. This shows what is kept beside what should be: `held` and the times of expiry follow from the live holds; `used` follows from the ledger in Postgres, as long as it is whole; else it is taken as it is kept, or from --used.",
    "Without --yes nothing is changed. With it, all is changed in one atomic step; holds, limits and other accounts stay as they are. Exit status 0: it was sound, or was repaired."
  ],
  options: {
    ...accountOptions,
    yes: flag("do it"),
    used: optionalInteger(0, Number.MAX_SAFE_INTEGER, "what the account has used, where the store cannot tell")
  },
  maxPositionals: 1,
  run: async ({ positionals, terminal, values }) => {
    const [account] = taken("repair", positionals, "ACCOUNT")
    const operated = operatedOf(values)
    const { runRepair } = await import("../operator/run.ts")
    const asked = { operated, account: accountOf(account!, values), isJson: values.json, terminal }
    return runRepair(asked, values.yes, values.used)
  }
})
