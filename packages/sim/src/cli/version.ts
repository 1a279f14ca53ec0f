/** The version of the package, from its manifest: two folders up, from the source and from the built file alike. */
import { readFileSync } from "node:fs"

export const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  const found =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "unknown"
  return String(found)
}
