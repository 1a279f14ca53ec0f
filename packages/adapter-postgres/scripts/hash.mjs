// Writes sql/hashes.json: node packages/adapter-postgres/scripts/hash.mjs
//
// A migration that a database somewhere has applied is never edited: from the first release on, only new files are added to the list.
import { existsSync, readFileSync, writeFileSync } from "node:fs"

import { hashOf } from "../src/migrate.ts"
import { migrations } from "../src/schema.ts"

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"))
const list = new URL("../sql/hashes.json", import.meta.url)
const released = read("package.json").version !== "0.0.0" && existsSync(list) ? read("sql/hashes.json") : {}
const hashes = Object.fromEntries(migrations.map(({ name, text }) => [name, released[name] ?? hashOf(text)]))
writeFileSync(list, `${JSON.stringify(hashes, undefined, 2)}\n`)
