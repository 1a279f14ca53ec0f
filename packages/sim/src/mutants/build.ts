/**
 * Builds a store from patched source: copies machine, port and memory adapter into a folder of their own, without their types, plants the bug, and
 * imports the result. A copy shares no module with the real one but Effect.
 */
import * as fs from "node:fs"
import { createRequire, stripTypeScriptTypes } from "node:module"
import * as path from "node:path"
import { pathToFileURL } from "node:url"

import type { Settings } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"

import { applyEdits, PatchError } from "./patch.ts"
import type { Patch } from "./patch.ts"

export type MakeStore = (settings?: Partial<Settings>) => QuotaStore

const require = createRequire(import.meta.url)
const rootOf = (name: string): string => path.dirname(require.resolve(`${name}/package.json`))

/** What is copied: the folder under `packages/`, and the package that has it. */
const copied: ReadonlyArray<readonly [folder: string, packageName: string]> = [
  ["core", "@tallystick/core"],
  ["adapter-memory", "@tallystick/adapter-memory"]
]

/** Imports of `@tallystick/core` outside of these would not be found, so that nothing unpatched can slip in. */
const coreExports = { "./machine": "./src/machine/index.js", "./store": "./src/store/index.js" }
const coreFolders = ["src/machine", "src/store"]

/** @throws PatchError if the patch does not fit the source */
export const buildStore = async (patch: Patch): Promise<MakeStore> => {
  const cache = path.join(rootOf("@tallystick/sim"), "node_modules", ".cache", "mutants")
  fs.mkdirSync(cache, { recursive: true })
  const folder = fs.mkdtempSync(path.join(cache, `${patch.name}-`))
  try {
    writeCopy(patch, folder)
    const entry = pathToFileURL(path.join(folder, "adapter-memory", "src", "index.js")).href
    const { memoryStore } = (await import(/* @vite-ignore */ entry)) as { readonly memoryStore: MakeStore }
    return memoryStore
  } finally {
    fs.rmSync(folder, { recursive: true, force: true }) // what was imported is in memory
  }
}

const writeCopy = (patch: Patch, folder: string): void => {
  const files = sources()
  const missing = patch.edits.find((edit) => !files.has(edit.file))
  if (missing !== undefined) throw new PatchError(`${patch.name}: there is no file ${missing.file}`)
  for (const [file, source] of files) {
    const isPatched = patch.edits.some((edit) => edit.file === file)
    const target = path.join(folder, file.replace(/\.ts$/, ".js"))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.writeFileSync(target, isPatched ? withoutTypes(applyEdits(patch, file, source.text)) : source.stripped)
  }
  const write = (file: string, value: object): void => fs.writeFileSync(path.join(folder, file), JSON.stringify(value))
  write("core/package.json", { name: "@tallystick/core", type: "module", exports: coreExports })
  write("adapter-memory/package.json", { name: "@tallystick/adapter-memory", type: "module" })
  const modules = path.join(folder, "node_modules")
  fs.mkdirSync(path.join(modules, "@tallystick"), { recursive: true })
  fs.symlinkSync(path.join(folder, "core"), path.join(modules, "@tallystick", "core"), "junction")
  fs.symlinkSync(rootOf("effect"), path.join(modules, "effect"), "junction")
}

interface Source {
  readonly text: string
  readonly stripped: string
}

let read: ReadonlyMap<string, Source> | undefined

/** The source files by their path under `packages/`; read once. */
const sources = (): ReadonlyMap<string, Source> => {
  if (read !== undefined) return read
  const files = new Map<string, Source>()
  for (const [folder, name] of copied) {
    const root = rootOf(name)
    for (const part of folder === "core" ? coreFolders : ["src"]) {
      for (const file of fs.readdirSync(path.join(root, part))) {
        if (!file.endsWith(".ts")) continue
        const text = fs.readFileSync(path.join(root, part, file), "utf8")
        files.set(`${folder}/${part}/${file}`, { text, stripped: withoutTypes(text) })
      }
    }
  }
  read = files
  return files
}

/** As JavaScript: node strips no types from files under node_modules by itself. */
const withoutTypes = (text: string): string =>
  quietly(() => stripTypeScriptTypes(text)).replaceAll(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"')

/** Without the warning that it is experimental, on a terminal that shows other things. */
const quietly = <A>(strip: () => A): A => {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => {}
  try {
    return strip()
  } finally {
    process.emitWarning = emitWarning
  }
}
