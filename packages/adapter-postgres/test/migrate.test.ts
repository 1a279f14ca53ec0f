/**
 * Migrations: raced, refused by name where the versions differ, under any schema's name, and never edited.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Client, Pool } from "pg"
import { afterAll, expect, test } from "vitest"

import { lockKeyOf } from "../src/migrate.ts"
import { migrations, quotedSchema, textFor, VERSION } from "../src/schema.ts"
import { charge, outcome, PATIENT_MS, tagOf } from "./support/calls.ts"
import { until } from "./support/until.ts"

const PROCESSES = 20

describeWith(await postgresServer(), "migrations", ({ url }) => {
  const pool = new Pool({ connectionString: url, max: 4 })
  const made: Array<string> = []
  afterAll(async () => {
    for (const name of made) await pool.query(`DROP SCHEMA IF EXISTS ${quotedSchema(name)} CASCADE`)
    await pool.end()
  })
  const newName = async (more = ""): Promise<string> => {
    const name = `${await schemaName()}${more}`
    made.push(name)
    return name
  }

  test(`${PROCESSES} processes at once: one does it, all succeed`, { timeout: 120_000 }, async () => {
    const name = await newName()
    // They start behind each other, but go on together: all wait for the lock that this one lets go.
    const gate = new Client({ connectionString: url })
    await gate.connect()
    await gate.query("SELECT pg_advisory_lock($1)", [lockKeyOf(name)])
    const file = fileURLToPath(new URL("support/migrate-process.ts", import.meta.url))
    const processes = Array.from({ length: PROCESSES }, () => promisify(execFile)(process.execPath, [file, url, name]))
    const all = Promise.all(processes)
    const waiting = "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    await Promise.race([
      all,
      until("all wait", async () => (await pool.query<{ count: number }>(waiting)).rows[0]!.count >= PROCESSES, 90_000)
    ])
    await gate.end()
    const printed = (await all).map(({ stdout }) => stdout.trim()).toSorted()
    expect(printed).toEqual([`0 ${VERSION}`, ...Array.from({ length: PROCESSES - 1 }, () => `${VERSION} ${VERSION}`)])
    const { rows } = await pool.query(`SELECT version FROM ${name}.migration ORDER BY version`)
    expect(rows).toEqual(migrations.map(({ version }) => ({ version })))
  })

  for (const odd of ['"; DROP SCHEMA public; --', "$&", "{schema}", "Käse 漢", "a.b"])
    test(`a schema may be called ${odd}`, async () => {
      const name = await newName(odd)
      expect(await migrate({ pool, schema: name })).toEqual({ from: 0, to: VERSION })
      expect(await migrate({ pool, schema: name })).toEqual({ from: VERSION, to: VERSION })
      expect(await tagOf(postgresStore({ pool, schema: name, callTimeoutMs: PATIENT_MS }), charge("c", "a"))).toBe(
        "Charged"
      )
      const { rows } = await pool.query("SELECT 1 FROM pg_namespace WHERE nspname IN ($1, 'public')", [name])
      expect(rows).toHaveLength(2)
    })

  test("one that Postgres would refuse or cut off may not", async () => {
    for (const schema of ["", "pg_mine", "x".repeat(64), "ä".repeat(32), "a\0b", "a\nb"]) {
      await expect(migrate({ pool, schema })).rejects.toMatchObject({ _tag: "InvalidInput", field: "schema" })
      expect(() => postgresStore({ pool, schema })).toThrow("schema")
    }
  })

  test("a database that is not migrated, or older than the code, is refused by name", async () => {
    const name = await newName()
    const store = postgresStore({ pool, schema: name, callTimeoutMs: PATIENT_MS })
    const refusal = (text: string) => ({ _tag: "Misconfigured", message: expect.stringContaining(text) })
    expect(await outcome(store, charge("c", "a"))).toMatchObject(
      refusal(`no Tallystick schema "${name}": run migrate()`)
    )
    const last = migrations.at(-1)!
    await migrate({ pool, schema: name })
    await pool.query(`DROP SCHEMA ${name} CASCADE`)
    // As an older version of this package left it.
    await pool.query(`CREATE SCHEMA ${name}; CREATE TABLE ${name}.migration (version integer, name text, hash text)`)
    for (const { name: file, text, version } of migrations)
      if (version < last.version) {
        await pool.query(textFor(text, quotedSchema(name)))
        await pool.query(`INSERT INTO ${name}.migration VALUES ($1, $2, 'x')`, [version, file])
      }
    expect(await outcome(store, charge("c", "a"))).toMatchObject(
      refusal(`version ${VERSION - 1}, older than this code's ${VERSION}: run migrate()`)
    )
  })

  test("a database newer than the code is refused by name, by the store and by migrate, and stays as it is", async () => {
    const name = await newName()
    await migrate({ pool, schema: name })
    await pool.query(`INSERT INTO ${name}.migration (version, name, hash) VALUES ($1, 'next', 'x')`, [VERSION + 1])
    const newer = {
      _tag: "Misconfigured",
      message: expect.stringContaining(`version ${VERSION + 1}, newer than this code's ${VERSION}: deploy a newer`)
    }
    await expect(migrate({ pool, schema: name })).rejects.toMatchObject(newer)
    // The next version's functions know their own number.
    const { rows } = await pool.query<{ text: string }>(
      "SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = $1 AND prosrc LIKE '%TY001%'",
      [name]
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { text } of rows) await pool.query(text.replaceAll(`<> ${VERSION}`, `<> ${VERSION + 1}`))
    const store = postgresStore({ pool, schema: name, callTimeoutMs: PATIENT_MS })
    expect(await outcome(store, charge("c", "a"))).toMatchObject(newer)
  })

  test("a schema that other files have made is refused by name", async () => {
    const name = await newName()
    await migrate({ pool, schema: name })
    await pool.query(`UPDATE ${name}.migration SET hash = 'x' WHERE version = 2`)
    await expect(migrate({ pool, schema: name })).rejects.toMatchObject({
      _tag: "Misconfigured",
      message: expect.stringContaining(`made by another ${migrations[1]!.name}`)
    })
  })

  test("a role that may not make a schema is told so, and no server is no connection", async () => {
    const role = `${await schemaName()}_role`
    await pool.query(`CREATE ROLE ${role} LOGIN`)
    try {
      const own = new URL(url)
      own.username = role
      await expect(migrate({ url: own.href, schema: await newName() })).rejects.toMatchObject({ _tag: "Misconfigured" })
    } finally {
      await pool.query(`DROP ROLE ${role}`)
    }
    await expect(migrate({ url: "postgres://127.0.0.1:1/none" })).rejects.toMatchObject({ _tag: "NotApplied" })
  })
})
