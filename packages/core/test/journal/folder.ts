/**
 * A folder for the journals of a test, and what is in it.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { onTestFinished } from "vitest"

import { fileJournal, type FileJournalOptions, type JournalProblem } from "../../src/journal/index.ts"

export const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), "tallystick-journal-"))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The content of all files whose name ends so, in order of their names. */
export const contents = async (folder: string, suffix: string): Promise<ReadonlyArray<string>> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).toSorted()
  return Promise.all(names.map(async (name) => readFile(path.join(folder, name), "utf8")))
}

/** A journal that writes down what it reports. */
export const reporting = (folder: string, options: Partial<FileJournalOptions> = {}) => {
  const problems: Array<JournalProblem> = []
  const journal = fileJournal({ folder, report: (problem) => problems.push(problem), ...options })
  const ids = async () => (await journal.pending(1_000)).map(({ ending }) => ending.id)
  return { journal, problems, ids }
}
