/**
 * `tallystick mutants`: plants known bugs in copies of our own source and shows what finds them.
 */
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { integer, optionalText } from "../option.ts"

const options = {
  seeds: integer(1, 1_000, 10, "seeds to search from, beginning with 1"),
  runs: integer(1, 1_000_000, 2_000, "runs, or programs for the Book, from each seed"),
  only: optionalText("TEXT", "only the bugs that have this in their name")
}

export const mutants = defineCommand({
  name: "mutants",
  summary: "plant known bugs in the machine and the memory store, and show what finds them",
  usage: "[options]",
  details: [
    "Each bug is a patch of the real source, applied to a copy of it. Those of the machine are looked for by the Book, the broken stores by the explorer, and for each invariant there is one that is found only while that invariant is on. It needs the repository, for it patches its sources."
  ],
  options,
  maxPositionals: 0,
  run: (call) => run(call)
})

const run = async ({ values, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  const [command, { exitStatus }] = await Promise.all([import("../../mutants/command.ts"), import("../stop.ts")])
  const status = await command.run({
    ...values,
    write: (text) => terminal.out.write(text),
    signal: terminal.signal
  })
  return exitStatus(status === 0, terminal.signal)
}
