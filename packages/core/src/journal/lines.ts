/**
 * The lines of a journal's file: a checksum, a space, JSON. Each says that an ending waits, or that it no longer does.
 */
import { createHash } from "node:crypto"

import type { JournalEntry } from "../service/journal.ts"
import { readEntry } from "./read-entry.ts"
import { asError } from "./problem.ts"

/** 64 bits: against torn and rotten bytes, not against people, who could as well write a right one. */
const CHECKSUM_LENGTH = 16

export const checksumOf = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex").slice(0, CHECKSUM_LENGTH)

/** What tells an ending from another one of the same id. */
export const keyOf = (entry: JournalEntry): string => checksumOf(JSON.stringify(entry.ending))

const lineOf = (content: object): string => {
  const text = JSON.stringify(content)
  return `${checksumOf(text)} ${text}\n`
}

export const entryLine = (entry: JournalEntry): string => lineOf({ entry })

export const removalLine = (key: string): string => lineOf({ removed: key })

/** A line that cannot be read. */
export interface CorruptLine {
  /** From 1. */
  readonly line: number
  readonly bytes: Uint8Array
  readonly because: string
}

export interface Lines {
  /** Those that still wait, oldest first. */
  readonly entries: ReadonlyArray<JournalEntry>
  readonly corrupt: ReadonlyArray<CorruptLine>
}

const LINE_END = 0x0a

/** Reads bytes, since a torn write may end within a character. One line that cannot be read hides no other. */
export const readLines = (bytes: Uint8Array): Lines => {
  const entries = new Map<string, JournalEntry>()
  const corrupt: Array<CorruptLine> = []
  let start = 0
  for (let line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_END, start)
    const end = found === -1 ? bytes.length : found
    const content = bytes.subarray(start, end)
    start = end + 1
    // A line break is put before what is written after a failure.
    if (content.length === 0) continue
    const read = readLine(content)
    if (typeof read === "string") corrupt.push({ line, bytes: content, because: read })
    else if ("removed" in read) entries.delete(read.removed)
    else entries.set(keyOf(read.entry), read.entry)
  }
  return { entries: [...entries.values()], corrupt }
}

/** What the line says, or why it cannot be read. */
const readLine = (bytes: Uint8Array): { readonly entry: JournalEntry } | { readonly removed: string } | string => {
  const content = bytes.subarray(CHECKSUM_LENGTH + 1)
  const text = new TextDecoder().decode(bytes)
  if (text.slice(0, CHECKSUM_LENGTH + 1) !== `${checksumOf(content)} `) return "has not the checksum of its text"
  try {
    const fields = JSON.parse(text.slice(CHECKSUM_LENGTH + 1)) as {
      readonly entry?: unknown
      readonly removed?: unknown
    }
    if (typeof fields.removed === "string") return { removed: fields.removed }
    return { entry: readEntry(fields.entry) }
  } catch (error) {
    return `is no entry that this version knows (${asError(error).message})`
  }
}
