/**
 * This process does nothing while another one waits until so much of an account is used, and its deadlines pass.
 */
import { spawnSync } from "node:child_process"

/** Another process asks the server, since this one stands still; it gives up after a minute. */
const program = `
  import pg from "pg"
  const [url, sql, used] = process.argv.slice(1)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const until = performance.now() + 60_000
  for (;;) {
    const { rows } = await client.query(sql)
    if (rows[0]?.used === used) break
    if (performance.now() > until) throw new Error("not within a minute: " + JSON.stringify(rows))
  }
  await client.end()`

export const standStillUntil = (
  { url, schema }: { readonly url: string; readonly schema: string },
  account: string,
  used: number,
  deadlineMs: number
): void => {
  const startMs = performance.now()
  const sql = `SELECT used::text FROM ${schema}.account WHERE account = '${account}'`
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program, "--", url, sql, String(used)],
    {
      cwd: import.meta.dirname,
      encoding: "utf8"
    }
  )
  if (status !== 0) throw new Error(stderr)
  const leftMs = deadlineMs - (performance.now() - startMs)
  if (leftMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leftMs)
}
