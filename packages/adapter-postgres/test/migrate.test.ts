/**
 * Migrations: raced, refused by name where the versions differ, under any schema's name, and never edited.
 */
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { describeWith, postgresServer, schemaName } from "@tallystick/test-servers"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { Pool } from "pg"
import { afterAll, expect, test } from "vitest"

import { migrations, quotedSchema, textFor, VERSION } from "../src/schema.ts"
import { charge, outcome, PATIENT_MS, tagOf } from "./support/calls.ts"

const PROCESSES = 20

/** A process that is `ready` once it has loaded, and then waits for `go`; `ended` is what it printed, or why it failed. */
const started = (file: string, ...args: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "pipe"] })
  let text = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (more) => (text += more))
  return {
    ready: once(child.stdout, "data"),
    go: () => child.stdin.end(),
    ended: once(child, "close").then(() => text.trim().replaceAll("\n", " "))
  }
}

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
    const file = fileURLToPath(new URL("support/migrate-process.ts", import.meta.url))
    const processes = Array.from({ length: PROCESSES }, () => started(file, url, name))
    // They take their time to start, but go on together.
    await Promise.all(processes.map(({ ready }) => ready))
    for (const { go } of processes) go()
    const printed = await Promise.all(processes.map(({ ended }) => ended))
    expect(printed.toSorted()).toEqual([
      `ready 0 ${VERSION}`,
      ...Array.from({ length: PROCESSES - 1 }, () => `ready ${VERSION} ${VERSION}`)
    ])
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
    // As the next migration does.
    await pool.query(
      `CREATE OR REPLACE FUNCTION ${name}.version() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ${VERSION + 1}'`
    )
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
