/**
 * A certificate that openssl signs for a test, by itself.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** @param names what it is for: `DNS:localhost`, `IP:127.0.0.1` */
export const certificateFor = (...names: ReadonlyArray<string>): Certificate => {
  const folder = mkdtempSync(join(tmpdir(), "tallystick-tls-"))
  try {
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")]
    const kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    const named = ["-addext", `subjectAltName=${names.join(",")}`]
    execFileSync("openssl", ["req", "-x509", ...kind, ...named, ...files], { stdio: "ignore" })
    return { key: readFileSync(join(folder, "key.pem"), "utf8"), cert: readFileSync(join(folder, "cert.pem"), "utf8") }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
