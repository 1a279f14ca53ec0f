/**
 * Breaks the script in one place at a time and says which breaks the suite does not see.
 *
 *   npm run break:lua -- [--seed 1] [--programs 120] [--only LINES|KIND] [--sample N] [--again JSON] [--lanes 2] [--json] [--survivors FILE]
 */
import { runBreaker } from "../../sim/break/run.ts"
import { hunt, record } from "./hunt.ts"
import { Lane } from "./lane.ts"
import { mutantsOf } from "./mutants.ts"
import { programsOf } from "./programs.ts"
import { reasons } from "./reasons.ts"
import { executeSource } from "../src/script.ts"

await runBreaker<Lane>({
  name: "execute",
  about: [
    "Written by `npm run break:lua -- --survivors docs/redis-mutants.md`: every comparison, sum, product, connective, bound, boolean, write, assignment",
    "and branch of the script broken, one at a time."
  ].join("\n"),
  text: executeSource,
  reasons,
  mutants: mutantsOf(executeSource),
  open: () => Lane.open(),
  prepare: async (lane, seed, programs) => {
    const recorded = await record(lane, programsOf(seed, programs))
    return (lane, mutant) => hunt(lane, mutant, recorded)
  }
})
