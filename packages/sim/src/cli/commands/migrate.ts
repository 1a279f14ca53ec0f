/**
 * `tallystick migrate`: brings a database to the version that the code needs.
 */
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { custom, optionalText } from "../option.ts"
import { UsageError } from "../usage-error.ts"

/** Of the adapter, which is not loaded for a help text. */
const DEFAULT_SCHEMA = "tallystick"

const options = {
  store: custom<string | undefined>({
    placeholder: "URL",
    help: "the database: postgres://user:password@host/database",
    initial: undefined,
    range: "the URL of a Postgres database (postgres://...)",
    read: (given) => (/^postgres(ql)?:/.test(given) ? given : undefined)
  }),
  schema: optionalText("NAME", `the schema that the tables are in (default ${DEFAULT_SCHEMA})`)
}

export const migrate = defineCommand({
  name: "migrate",
  summary: "bring a Postgres database to the version that this code needs",
  usage: "--store URL [--schema NAME]",
  details: [
    "Applies the numbered SQL files that the schema does not have yet, in one transaction: all of them or none. Any number of processes may do it at once. A schema that is newer than this code, or was made by other files, is left alone and refused by name."
  ],
  options,
  maxPositionals: 0,
  run: (call) => run(call)
})

const run = async ({ values, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  if (values.store === undefined) throw new UsageError("--store is missing: tallystick migrate --store postgres://…")
  const { migrateStore } = await import("../../stores.ts")
  const { from, to } = await migrateStore(values.store, values.schema)
  const schema = JSON.stringify(values.schema ?? DEFAULT_SCHEMA)
  terminal.out.write(
    from === to ? `schema ${schema} is at version ${to}\n` : `schema ${schema}: from version ${from} to ${to}\n`
  )
  return 0
}
