/**
 * The scripts as the server gets them.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"

export interface Script {
  readonly text: string
  /** SHA-1 of the text: what EVALSHA names it by. */
  readonly sha: string
}

const scriptOf = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") })

const load = (name: string): string => readFileSync(new URL(`../lua/${name}`, import.meta.url), "utf8")

const filesOf = (folder: string): ReadonlyArray<string> =>
  readdirSync(new URL(`../lua/${folder}`, import.meta.url))
    .filter((name) => name.endsWith(".lua"))
    .toSorted()

/** Where the lines of a file begin in the whole. */
const headed = (name: string): string => `-- file ${name}\n${load(`execute/${name}`)}`

/** What a part gives when it is first needed (`part`). All are made by one function: each would look for the script's locals on its own. */
const partsOf = (names: ReadonlyArray<string>): string => {
  const branches = names.map((name) => `if name == '${name.slice(0, -4)}' then\n${headed(`parts/${name}`)}`)
  return `make = function(name)\n${branches.join("else")}end\nend\n`
}

/** What decides by the rules, with the parts: made by the first command that needs it. */
const rules = (): string => {
  const files = filesOf("execute/rules/").map((name) => headed(`rules/${name}`))
  return [
    "makeRules = function()",
    ...files.slice(0, -1),
    partsOf(filesOf("execute/parts/")),
    files.at(-1),
    "end\n"
  ].join("\n")
}

/** What decides, as it is written: its files in the order of their names, the rules before the last of them. */
export const executeSource: string = (() => {
  const files = filesOf("execute/").map(headed)
  // A function finds what the one around it was given faster than what that one has made.
  return [files[0], "return (function()", ...files.slice(1, -1), rules(), files.at(-1), "end)()\n"].join("\n")
})()

/** A line of constants: names in capitals, and numbers, texts or places of the list of arguments. */
const CONSTANTS =
  /^local ([A-Z][A-Z_]*(?:, [A-Z][A-Z_]*)*) = ((?:-?\d+|args\[\d+\]|'[^']*')(?:, (?:-?\d+|args\[\d+\]))*)$/gm

/**
 * The text with its constants in their places. A function that reads a local of the script must look for it when it is made, at each call: names for
 * all places of rows and entries cost 50 us a call.
 */
export const withConstants = (source: string): string => {
  const constants = new Map<string, string>()
  const text = source.replaceAll(CONSTANTS, (_, names: string, values: string) => {
    const texts = values.startsWith("'") ? [values] : values.split(", ")
    for (const [at, name] of names.split(", ").entries()) constants.set(name, texts[at]!)
    return ""
  })
  // Comments and quoted texts stay as they are.
  return text.replaceAll(/--.*|'[^'\n]*'|\b[A-Z][A-Z_]*\b/g, (word) => constants.get(word) ?? word)
}

const execute = withConstants(executeSource)

/** With its memory full, the server refuses this one before it begins. (A script without a first line like this would fail at its first write.) */
export const executeScript = scriptOf(`#!lua\n${execute}`)

/** The same for calls that free more than they take: endings, reads, an operator's changes. */
export const executeWhenFullScript = scriptOf(`#!lua flags=allow-oom\n${execute}`)

/** What the server says of itself. No first line: servers before 7.0 must be able to say that they are. */
export const preflightScript = scriptOf(load("preflight.lua"))

export const removeScript = scriptOf(`#!lua flags=allow-oom\n${load("remove.lua")}`)

export const scanScript = scriptOf(load("scan.lua"))

export const repairScript = scriptOf(`#!lua flags=allow-oom\n${load("repair.lua")}`)

export const unitScript = scriptOf("return { redis.call('HGET', KEYS[1], 'row') }")
