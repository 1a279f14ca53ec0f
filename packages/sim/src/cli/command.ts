/**
 * A sub-command: what it is called, what it takes, and what loads and does it. The description alone is light; the work is
 * behind a dynamic import, so that a command loads only what it needs.
 */
import { readArguments } from "./arguments.ts"
import type { Options, Values } from "./option.ts"
import type { Terminal } from "./terminal.ts"

export interface Call<O extends Options> {
  readonly values: Values<O>
  readonly positionals: ReadonlyArray<string>
  readonly terminal: Terminal
}

/** Exit statuses: 0 everything held, 1 an invariant broke, 2 it was called wrongly or given what it cannot read, 130 Ctrl-C. */
export type ExitStatus = number

export interface Definition<O extends Options> {
  readonly name: string
  readonly summary: string
  /** What stands behind the name in the usage line: `[FILE] [options]`. */
  readonly usage: string
  readonly details: ReadonlyArray<string>
  readonly options: O
  readonly maxPositionals: number
  readonly run: (call: Call<O>) => Promise<ExitStatus>
}

/** A definition whose options' types are kept inside. */
export interface Command extends Omit<Definition<Options>, "run"> {
  readonly start: (argv: ReadonlyArray<string>, terminal: Terminal) => Promise<ExitStatus>
}

export const defineCommand = <O extends Options>(definition: Definition<O>): Command => ({
  ...definition,
  start: (argv, terminal) => {
    const { values, positionals } = readArguments(definition.name, definition.options, definition.maxPositionals, argv)
    return definition.run({ values, positionals, terminal })
  }
})
