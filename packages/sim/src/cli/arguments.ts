/**
 * Reads a command's arguments. What it does not know, or does not take, it refuses by name; it never guesses.
 */
import { parseArgs } from "node:util"

import type { Options, Values } from "./option.ts"
import { suggest } from "./suggest.ts"
import { UsageError } from "./usage-error.ts"

export interface Arguments<O extends Options> {
  readonly values: Values<O>
  readonly positionals: ReadonlyArray<string>
}

export const readArguments = <O extends Options>(
  command: string,
  options: O,
  maxPositionals: number,
  argv: ReadonlyArray<string>
): Arguments<O> => {
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(options)) values[name] = option.initial
  const positionals: Array<string> = []
  const given = new Set<string>()
  for (const token of tokensOf(options, argv)) {
    if (token.kind === "option-terminator") continue
    if (token.kind === "positional") {
      positionals.push(token.value)
      if (positionals.length > maxPositionals) {
        throw new UsageError(`unexpected argument ${token.value}: \`tallystick ${command} --help\` says what it takes`)
      }
      continue
    }
    if (given.has(token.name)) throw new UsageError(`${token.rawName} was given twice`)
    given.add(token.name)
    values[token.name] = readValue(command, options, token)
  }
  return { values: values as Values<O>, positionals }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** `strict: false` keeps node from refusing anything in its own words, but leaves the refusing to us. */
const tokensOf = (options: Options, argv: ReadonlyArray<string>) =>
  parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { isFlag }]) => [name, { type: isFlag ? "boolean" : "string" } as const])
    ),
    strict: false,
    tokens: true
  }).tokens

const readValue = (command: string, options: Options, token: OptionToken): unknown => {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (option === undefined || !token.rawName.startsWith("--")) throw unknownOption(command, options, token)
  const { rawName: name, value } = token
  if (option.isFlag) {
    if (value !== undefined) throw new UsageError(`${name} takes no value, was given ${value}`)
    return true
  }
  // `--runs --seed 3`: node would take "--seed" as the value.
  if (value === undefined || (value.startsWith("--") && token.inlineValue === false)) {
    throw new UsageError(`${name} needs a value: ${option.range}`)
  }
  const read = option.read(value)
  if (read === undefined) throw new UsageError(`${name} must be ${option.range}, was ${value === "" ? '""' : value}`)
  return read
}

const unknownOption = (command: string, options: Options, { name, rawName }: OptionToken): UsageError => {
  const meant = suggest(name, [...Object.keys(options), "help"])
  const hint = meant === undefined ? "" : `: did you mean --${meant}?`
  const list = `\`tallystick ${command} --help\` lists them`
  return new UsageError(`unknown option ${rawName}${hint === "" ? `: ${list}` : `${hint} ${list}`}`)
}
