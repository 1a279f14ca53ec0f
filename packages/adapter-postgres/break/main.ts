/**
 * Breaks the SQL functions and views in one place at a time and says which breaks the suite does not see.
 *
 *   npm run break:sql -- [--seed 1] [--programs 120] [--only LINES|KIND] [--sample N] [--minutes N] [--again JSON] [--lanes 2] [--json] [--survivors FILE]
 *
 * On a server of its own; on the one that TALLYSTICK_TEST_POSTGRES_URL names if it does.
 */
import { runBreaker } from "../../sim/break/run.ts"
import { Servers } from "../../test-servers/src/servers.ts"
import { isNone } from "../../test-servers/src/wire.ts"
import { hunt, record, verify } from "./hunt.ts"
import { Lane } from "./lane.ts"
import { mutantsOf } from "./mutants.ts"
import { programsOf } from "./programs.ts"
import { reasons } from "./reasons.ts"
import { onePerPlace, wholeText as text } from "./sections.ts"

/** After so many mutants the sound SQL must pass again, or what they left behind is what was found. */
const VERIFY_EVERY = 20

const servers = new Servers()
const server = await servers.postgresServer()
if (isNone(server)) throw new Error(server.none)

await runBreaker<Lane>({
  name: "sql/*.sql",
  about: [
    "Written by `npm run break:sql -- --survivors docs/postgres-mutants.md`. Lines are those of the files one behind the other. Broken, one at a time: every",
    "comparison, sum, constant, condition and its parts, branch, clause (joins, order, locks, limits, filters), assignment, statement and pair of neighbours.",
    "A section that stands in several places is one piece of code: it is broken in all of them at once."
  ].join("\n"),
  text,
  reasons,
  mutants: onePerPlace(mutantsOf(text)),
  open: (number) => Lane.open(server.url, number),
  prepare: async (lane, seed, programs) => {
    const recorded = await record(lane, await programsOf(seed, programs))
    let hunted = 0
    return async (lane, mutant) => {
      if (++hunted % VERIFY_EVERY === 0) await verify(lane, recorded)
      return hunt(lane, text, mutant, recorded)
    }
  },
  close: () => servers.close()
})
process.exit()
