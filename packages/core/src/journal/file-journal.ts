/**
 * A journal of files: what could not be delivered outlives the process.
 */
import { randomUUID } from "node:crypto"

import { InvalidInput } from "../machine/invalid-input.ts"
import { readAmount, readObject, readText, refuseOtherKeys } from "../service/check.ts"
import { DEFAULT_JOURNAL_SIZE, type JournalEntry, type SettlementJournal } from "../service/journal.ts"
import { JournalFolder } from "./folder.ts"
import { KeptEntries } from "./kept.ts"
import { entryLine, readLines, removalLine } from "./lines.ts"
import { asError, type ReportProblem, warn } from "./problem.ts"

/** What `fileJournal` takes. */
export interface FileJournalOptions {
  /**
   * A folder of its own, on a disk that outlives the process. Made if it is not there. All processes of an application
   * may share one; each writes files of its own.
   */
  readonly folder: string
  /** Is told what cannot be read or written. Default: `process.emitWarning`. */
  readonly report?: ReportProblem | undefined
  /** How many entries wait in the memory of one process at most, about 1 kB each. Default: 10,000. */
  readonly maxEntries?: number | undefined
  /** Makes the part of the files' names that no other process may have. Default: random UUIDs. */
  readonly newId?: (() => string) | undefined
}

/** Removals in a file after which it is written anew, if they are more than what waits. */
const MAX_REMOVALS = 1_000

/**
 * A journal of files. `record` resolves when the entry is on the disk (fsync: 0.1 to 10 ms, paid only by endings that
 * the store did not take; those that come at once share one).
 *
 * A process that starts takes over the files of all others and replays them; it need not know which of them still
 * run, since delivering an entry twice debits once. A line that cannot be read (torn by a power failure) is set aside
 * in a file `*.corrupt` beside the others, and reported. What cannot be written is reported, stays in memory, and is
 * written with the next call; `record` then rejects, so that the observer hears `journaled: false`.
 *
 * @throws InvalidInput naming the option, its range and the value
 *
 * @example
 * import { createQuota } from "@tallystick/core"
 * import { fileJournal } from "@tallystick/core/file-journal"
 *
 * const quota = createQuota({ store, journal: fileJournal({ folder: "/var/lib/app/tallystick" }) })
 * await quota.replayJournal() // at start: what earlier processes left
 */
export const fileJournal = (options: FileJournalOptions): SettlementJournal => {
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", ["folder", "report", "maxEntries", "newId"])
  const folder = readText(options.folder, "folder", 4_096)
  const maxEntries = readAmount(options.maxEntries ?? DEFAULT_JOURNAL_SIZE, "maxEntries", 1)
  for (const name of ["report", "newId"])
    if (fields[name] !== undefined && typeof fields[name] !== "function")
      throw new InvalidInput(name, "a function", fields[name])
  const id = readText((options.newId ?? randomUUID)(), "newId()", 100)
  const files = new JournalFolder(folder, `${process.pid}-${id}`)
  const journal = new FileJournal(files, options.report ?? warn, maxEntries)
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other: a file is not taken, left and written at once. */
  const inTurn = async <A>(act: () => Promise<A>): Promise<A> => {
    const turn = last.then(act, act)
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    record: async (entry) => {
      // At once, so that those that come while one is written are written together.
      journal.keep(entry)
      return inTurn(async () => journal.save())
    },
    pending: async (limit) => inTurn(async () => journal.pending(limit)),
    remove: async (id) => inTurn(async () => journal.remove(id))
  }
}

class FileJournal {
  readonly #files: JournalFolder
  readonly #report: ReportProblem
  readonly #maxEntries: number
  readonly #kept = new KeptEntries()
  /** What was taken over, and is removed when all of it is in a file of this process. */
  readonly #taken = new Set<string>()
  #removals = 0

  constructor(files: JournalFolder, report: ReportProblem, maxEntries: number) {
    this.#files = files
    this.#report = report
    this.#maxEntries = maxEntries
  }

  keep(entry: JournalEntry): void {
    if (this.#kept.size >= this.#maxEntries && !this.#kept.has(entry))
      throw new Error(`the journal is full (${this.#maxEntries} entries)`)
    // A copy: what waits says the same whatever becomes of the caller's object.
    this.#kept.add(JSON.parse(JSON.stringify(entry)) as JournalEntry)
  }

  async save(): Promise<void> {
    const unsaved = this.#kept.unsaved()
    try {
      if (unsaved.length > 0) await this.#files.append(unsaved.map(({ entry }) => entryLine(entry)).join(""), true)
      for (const kept of unsaved) kept.isSaved = true
      for (const file of this.#taken) {
        await this.#files.remove(file)
        this.#taken.delete(file)
      }
    } catch (cause) {
      throw this.#cannotWrite(cause)
    }
  }

  async pending(limit: number): Promise<ReadonlyArray<JournalEntry>> {
    await this.#takeOver()
    if (this.#removals === Infinity) this.#leave()
    // Its failure was reported; what waits in memory is sent all the same.
    await this.save().catch(() => undefined)
    return this.#kept.first(limit)
  }

  async remove(id: string): Promise<void> {
    const key = this.#kept.remove(id)
    if (key === undefined) return
    this.#removals++
    try {
      const isTidied = this.#kept.size === 0 || this.#removals > Math.max(MAX_REMOVALS, this.#kept.size)
      if (isTidied) {
        this.#leave()
        await this.save()
      }
      // Without fsync: a removal that is lost delivers once more, without effect.
      else await this.#files.append(removalLine(key), false)
    } catch (cause) {
      // The file says that it waits: the next one to write it says what is true.
      this.#removals = Infinity
      throw this.#cannotWrite(cause)
    }
  }

  /** The next save writes what waits, if anything does, to a new file; then the old one goes. */
  #leave(): void {
    const old = this.#files.leaveCurrent()
    this.#kept.forgetFiles()
    this.#removals = 0
    if (old !== undefined) this.#taken.add(old)
  }

  async #takeOver(): Promise<void> {
    let others: ReadonlyArray<string> = []
    try {
      others = await this.#files.others()
    } catch (error) {
      this.#tell({ kind: "read", file: this.#files.folder, error: asError(error) })
    }
    for (const file of others) {
      // What is left waits on the disk until there is room.
      if (this.#kept.size >= this.#maxEntries) return
      try {
        await this.#takeOne(file)
      } catch (error) {
        // One bad file holds up no other.
        this.#tell({ kind: "read", file, error: asError(error) })
      }
    }
  }

  async #takeOne(file: string): Promise<void> {
    const taken = await this.#files.take(file)
    if (taken === undefined) return
    const { corrupt, entries } = readLines(taken.bytes)
    for (const entry of entries) this.#kept.add(entry)
    this.#taken.delete(file)
    if (corrupt.length > 0) {
      await this.#files.setAside(corrupt.map(({ bytes }) => bytes))
      const setAside = this.#files.corruptFile
      for (const { because, line } of corrupt) this.#tell({ kind: "corrupt", file, line, because, setAside })
    }
    this.#taken.add(taken.file)
  }

  #cannotWrite(cause: unknown): Error {
    const error = asError(cause)
    const onlyInMemory = this.#kept.unsaved().length
    this.#tell({ kind: "write", folder: this.#files.folder, onlyInMemory, error })
    return error
  }

  #tell(problem: Parameters<ReportProblem>[0]): void {
    try {
      const heard = this.#report(problem)
      // One that rejects would end the process as an unhandled rejection.
      Promise.resolve(heard).catch(() => undefined)
    } catch {
      // It is told, not asked.
    }
  }
}
