/**
 * Finds the sub-command and turns what went wrong into a line and an exit status.
 */
import type { Command, ExitStatus } from "./command.ts"
import { addCredit, close, reopen, setLimit } from "./commands/adjust.ts"
import { explore } from "./commands/explore.ts"
import { inspect } from "./commands/inspect.ts"
import { migrate } from "./commands/migrate.ts"
import { mutants } from "./commands/mutants.ts"
import { release } from "./commands/release.ts"
import { repair } from "./commands/repair.ts"
import { replay } from "./commands/replay.ts"
import { start } from "./commands/start.ts"
import { storm } from "./commands/storm.ts"
import { helpOf, helpOfAll } from "./help.ts"
import { suggest } from "./suggest.ts"
import type { Terminal } from "./terminal.ts"
import { UsageError } from "./usage-error.ts"
import { version } from "./version.ts"

export const STATUS_REFUSED = 2

/** An error of ours that nobody foresaw (EX_SOFTWARE of sysexits.h): not to be taken for a broken invariant. */
const STATUS_DEFECT = 70

export const commands: ReadonlyArray<Command> = [
  start,
  explore,
  storm,
  replay,
  mutants,
  migrate,
  inspect,
  setLimit,
  addCredit,
  release,
  close,
  reopen,
  repair
]

export const runProgram = async (argv: ReadonlyArray<string>, terminal: Terminal): Promise<ExitStatus> => {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    if (isForPeople(error)) {
      terminal.err.write(`tallystick: ${error.message}\n`)
      return STATUS_REFUSED
    }
    terminal.err.write(`tallystick: this should not happen\n${stackOf(error)}\n`)
    return STATUS_DEFECT
  }
}

const dispatch = async (argv: ReadonlyArray<string>, terminal: Terminal): Promise<ExitStatus> => {
  const [first, ...rest] = argv
  if (first === undefined) {
    terminal.err.write(helpOfAll(commands))
    return STATUS_REFUSED
  }
  if (first === "--version") return print(terminal, `${version()}\n`)
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    return print(terminal, helpOfAll(commands))
  }
  if (first === "help") return print(terminal, helpOf(find(rest[0] ?? "")))
  const command = find(first)
  if (isHelpAsked(rest)) return print(terminal, helpOf(command))
  return await command.start(rest, terminal)
}

/** Also beside other options, right or wrong: who asks for help gets it. */
const isHelpAsked = (argv: ReadonlyArray<string>): boolean => {
  const end = argv.indexOf("--")
  const options = end === -1 ? argv : argv.slice(0, end)
  return options.includes("--help") || options.includes("-h")
}

const find = (name: string): Command => {
  const command = commands.find((one) => one.name === name)
  if (command !== undefined) return command
  const what = name.startsWith("-") ? "option" : "command"
  const meant = suggest(name, what === "command" ? commands.map((one) => one.name) : ["--help", "--version"])
  const hint = meant === undefined ? "" : ` did you mean ${meant}?`
  throw new UsageError(`unknown ${what} ${name}:${hint} \`tallystick --help\` lists them`)
}

const print = (terminal: Terminal, text: string): ExitStatus => {
  terminal.out.write(text)
  return 0
}

/** Errors whose message says all there is to say, by their tags: their modules need not be loaded to know them. */
const tagsForPeople = new Set([
  "UsageError",
  "TraceError",
  "UnknownStore",
  "ReplayError",
  "InvalidInput",
  "NotApplied",
  "OutcomeUnknown",
  "Misconfigured",
  "Corrupt"
])

const isForPeople = (error: unknown): error is Error =>
  error instanceof Error && "_tag" in error && tagsForPeople.has(String(error._tag))

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
