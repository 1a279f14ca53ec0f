/**
 * The options of the commands for operators.
 */
import type { AccountName } from "@tallystick/core"

import { custom, flag, optionalText, type Values } from "../option.ts"
import { UsageError } from "../usage-error.ts"
import type { OperatedOptions } from "./operated.ts"
import { readWindowText } from "./window-option.ts"

export const storeOptions = {
  store: optionalText("URL", "redis://…, rediss://… or postgres://…; it must be given"),
  prefix: optionalText("TEXT", "of the keys in Redis; the default is tallystick:"),
  partition: optionalText("TEXT", "what the app's `partition` says of the account, if it has one"),
  schema: optionalText("NAME", "in Postgres; the default is tallystick"),
  json: flag("one object on standard output")
}

export const accountOptions = {
  ...storeOptions,
  window: custom({
    placeholder: "WINDOW",
    help: "of the account, part of its name: none (default), day, week, month, day@Europe/Berlin, fixed:3600000, idle:30d",
    initial: null,
    range: "none, day, week or month (@ a time zone), fixed:MS, or idle:MS, with s, m, h or d behind the number",
    read: readWindowText
  }),
  unit: optionalText("UNIT", "what the account counts; needed if it is new")
}

export const idOption = optionalText("ID", "the change's own id: the same one acts once")

export const operatedOf = (values: Values<typeof storeOptions>): OperatedOptions => {
  const { partition, prefix, schema, store } = values
  if (store === undefined) throw new UsageError("--store must be given: the URL of the app's Redis or Postgres")
  return { url: store, prefix, partition, schema }
}

export const accountOf = (name: string, values: Values<typeof accountOptions>) => ({
  account: name,
  ...(values.window === null ? {} : ({ window: values.window } satisfies Partial<AccountName>)),
  ...(values.unit === undefined ? {} : { unit: values.unit })
})

/** Exactly so many arguments, each named. */
export const taken = (
  command: string,
  positionals: ReadonlyArray<string>,
  ...names: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (positionals.length === names.length) return positionals
  throw new UsageError(`${names[positionals.length]} is missing: \`tallystick ${command} --help\` says what it takes`)
}
