/**
 * The schema's name, and the numbered SQL files.
 */
import { readdirSync, readFileSync } from "node:fs"

import { InvalidInput } from "@tallystick/core/machine"

export const DEFAULT_SCHEMA = "tallystick"

/** The longest name that Postgres does not cut off. */
const MAX_NAME_BYTES = 63

/** Quoted, whatever it holds. @throws InvalidInput if Postgres would refuse it or cut it off */
export const quotedSchema = (name: string): string => {
  const range = `a schema's name: 1 to ${MAX_NAME_BYTES} bytes without control characters, not beginning with pg_`
  if (typeof name !== "string" || name.length === 0 || new TextEncoder().encode(name).length > MAX_NAME_BYTES)
    throw new InvalidInput("schema", range, name)
  if (/[\p{Cc}\p{Surrogate}]|^pg_/u.test(name)) throw new InvalidInput("schema", range, name)
  return `"${name.replaceAll('"', '""')}"`
}

export interface Migration {
  readonly version: number
  readonly name: string
  /** `{schema}` stands for the quoted name. */
  readonly text: string
}

const folder = new URL("../sql/", import.meta.url)

/** A function of some hundred lines lies in files of one section each: a line `-- section NAME` stands for `execute/NAME.sql`. */
const whole = (text: string): string =>
  text.replaceAll(/^ *-- section ([a-z-]+)\n/gm, (_, name: string) =>
    whole(readFileSync(new URL(`execute/${name}.sql`, folder), "utf8"))
  )

export const migrations: ReadonlyArray<Migration> = readdirSync(folder)
  .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
  .toSorted()
  .map((name) => ({
    version: Number.parseInt(name, 10),
    name,
    text: whole(readFileSync(new URL(name, folder), "utf8"))
  }))

/** The version of the schema that this code needs. */
export const VERSION = migrations.length

/** A migration's text for one schema. The name is put in by a function: `$&` in a text would mean something to `replaceAll`. */
export const textFor = (text: string, schema: string): string => text.replaceAll("{schema}", () => schema)
