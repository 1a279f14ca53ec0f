/**
 * With the server's memory full, what frees more than it takes still works: else nothing could ever be given back.
 */
import { readOutcomes } from "./decode.ts"
import type { Reply } from "./decode.ts"
import { codeOf } from "./errors.ts"
import { executeScript, executeWhenFullScript } from "./script.ts"
import type { Script } from "./script.ts"
import { notAppliedOf } from "@tallystick/core/machine"
import type { Command, Outcome } from "@tallystick/core/machine"

/** Endings, reads, an operator's changes, and an extend that only renews or measures. */
export const worksWhenFull = (command: Command): boolean => {
  switch (command.kind) {
    case "reserve":
    case "charge":
      return false
    case "extend":
      return command.legs.every((leg) => leg.total === undefined)
    case "finalize":
    case "release":
    case "adjust":
    case "lookup":
      return true
  }
}

/** One run of the script. If memory is full, a second one does what may be done, and the others say that they were not. */
export const executeCommands = async (
  commands: ReadonlyArray<Command>,
  ask: (script: Script, commands: ReadonlyArray<Command>) => Promise<Reply>
): Promise<ReadonlyArray<Outcome>> => {
  const possible = commands.filter(worksWhenFull)
  const isAll = possible.length === commands.length
  try {
    return readOutcomes(await ask(isAll ? executeWhenFullScript : executeScript, commands), commands)
  } catch (error) {
    // The server refuses the script before it begins, so that nothing was done.
    if (codeOf(error) !== "OOM" || possible.length === 0 || isAll) throw error
  }
  const outcomes = readOutcomes(await ask(executeWhenFullScript, possible), possible)
  return commands.map((command) => outcomes[possible.indexOf(command)] ?? notAppliedOf(command, "memory"))
}
