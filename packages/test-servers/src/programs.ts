/** Programs of this machine. */
import * as fs from "node:fs"
import * as path from "node:path"

const isProgram = (file: string): boolean => {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}

/** The first of the names that PATH, or one of some more folders, has. */
export const findProgram = (names: ReadonlyArray<string>, more: ReadonlyArray<string> = []): string => {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), ...more]
  for (const name of names) {
    const found = folders.map((folder) => path.join(folder, name)).find(isProgram)
    if (found !== undefined) return found
  }
  throw new Error(`no ${names.join(" or ")} on this machine`)
}
