/**
 * The scripts as the server gets them.
 */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"

export interface Script {
  readonly text: string
  /** SHA-1 of the text: what EVALSHA names it by. */
  readonly sha: string
}

const scriptOf = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") })

const load = (name: string): string => readFileSync(new URL(`../lua/${name}`, import.meta.url), "utf8")

const execute = load("execute.lua")

/** With its memory full, the server refuses this one before it begins. (A script without a first line like this would fail at its first write.) */
export const executeScript = scriptOf(`#!lua\n${execute}`)

/** The same for calls that free more than they take: endings, reads, an operator's changes. */
export const executeWhenFullScript = scriptOf(`#!lua flags=allow-oom\n${execute}`)

/** What the server says of itself. No first line: servers before 7.0 must be able to say that they are. */
export const preflightScript = scriptOf(load("preflight.lua"))

export const removeScript = scriptOf(`#!lua flags=allow-oom\n${load("remove.lua")}`)

export const scanScript = scriptOf(load("scan.lua"))

export const repairScript = scriptOf(`#!lua flags=allow-oom\n${load("repair.lua")}`)

export const unitScript = scriptOf("return { redis.call('HGET', KEYS[1], 'unit') }")

export const indexScript = scriptOf("return redis.call('ZRANGE', KEYS[1], 0, -1)")
