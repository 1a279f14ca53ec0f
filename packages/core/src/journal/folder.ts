/**
 * The files of one process in a folder that many processes share.
 *
 * Nobody has a lock, and nobody asks who is alive: a process number says nothing in another container. A file is taken
 * over by renaming it, which only one can do. Who writes looks after writing whether its file still has its name, and
 * writes once more if not; so that a line is read by whoever took the file, or written again. Twice is harmless.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, unlink } from "node:fs/promises"
import * as path from "node:path"

import { codeOf } from "./problem.ts"

const SUFFIX = ".journal"

/** Owner only: the files name accounts. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/** How often a line is written again because its file was taken meanwhile. */
const MAX_REWRITES = 100

export class JournalFolder {
  readonly folder: string
  readonly #owner: string
  #sequence = 0
  #current: string | undefined = undefined
  /** The last write broke off: what is written next begins a line of its own. */
  #isTorn = false

  constructor(folder: string, owner: string) {
    this.folder = path.resolve(folder)
    this.#owner = encodeURIComponent(owner)
  }

  /** Where lines that cannot be read go. */
  get corruptFile(): string {
    return path.join(this.folder, `${this.#owner}.corrupt`)
  }

  /** Writes behind what is there. With `isSynced` it is on the disk when this resolves. */
  async append(text: string, isSynced: boolean): Promise<void> {
    for (let rewrites = 0; rewrites < MAX_REWRITES; rewrites++) {
      const file = await this.#openCurrent()
      try {
        await this.#write(file, text, isSynced)
        if (await this.#isStillThere(file)) return
        this.#current = undefined
      } finally {
        await file.close()
      }
    }
    throw new Error(`the file was taken away ${MAX_REWRITES} times while it was written`)
  }

  /** Files of others, and of this process in an earlier life, in order of their names. */
  async others(): Promise<ReadonlyArray<string>> {
    try {
      const names = await readdir(this.folder)
      return names
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => path.join(this.folder, name))
        .filter((file) => file !== this.#current)
        .toSorted()
    } catch (error) {
      if (codeOf(error) === "ENOENT") return []
      throw error
    }
  }

  /** Takes a file over; undefined: another one was faster. */
  async take(file: string): Promise<{ readonly file: string; readonly bytes: Uint8Array } | undefined> {
    const taken = this.#next()
    try {
      await rename(file, taken)
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined
      throw error
    }
    try {
      return { file: taken, bytes: await readFile(taken) }
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined
      throw error
    }
  }

  async setAside(lines: ReadonlyArray<Uint8Array>): Promise<void> {
    const file = await open(this.corruptFile, "a", FILE_MODE)
    try {
      for (const line of lines) await file.writeFile(Buffer.concat([line, Buffer.from("\n")]))
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#syncFolder()
  }

  async remove(file: string): Promise<void> {
    try {
      await unlink(file)
    } catch (error) {
      // Another one has taken it: it delivers the same again, and has no effect.
      if (codeOf(error) !== "ENOENT") throw error
    }
  }

  /** Lets go of the file that lines were added to; gives it. */
  leaveCurrent(): string | undefined {
    const current = this.#current
    this.#current = undefined
    return current
  }

  #next(): string {
    this.#sequence++
    // Sorted by name they are sorted by age.
    return path.join(this.folder, `${this.#owner}.${String(this.#sequence).padStart(8, "0")}${SUFFIX}`)
  }

  async #openCurrent(): Promise<FileHandle> {
    if (this.#current !== undefined) {
      try {
        return await open(this.#current, "r+")
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error
      }
    }
    await mkdir(this.folder, { recursive: true, mode: FOLDER_MODE })
    const name = this.#next()
    const file = await open(name, "wx", FILE_MODE)
    this.#current = name
    this.#isTorn = false
    await this.#syncFolder()
    return file
  }

  async #write(file: FileHandle, text: string, isSynced: boolean): Promise<void> {
    const wasTorn = this.#isTorn
    this.#isTorn = true
    const { size } = await file.stat()
    const bytes = Buffer.from(wasTorn ? `\n${text}` : text)
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, size + written)
      written += bytesWritten
    }
    if (isSynced) await file.sync()
    this.#isTorn = false
  }

  async #isStillThere(file: FileHandle): Promise<boolean> {
    try {
      const [own, named] = await Promise.all([file.stat({ bigint: true }), stat(this.#current!, { bigint: true })])
      return own.ino === named.ino && own.dev === named.dev
    } catch (error) {
      if (codeOf(error) === "ENOENT") return false
      throw error
    }
  }

  /** So that a new file's name outlives a power failure, too. */
  async #syncFolder(): Promise<void> {
    try {
      const folder = await open(this.folder, "r")
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    } catch (error) {
      // Windows opens no folder, and needs no such thing.
      if (!["EISDIR", "EPERM", "EACCES", "EINVAL"].includes(codeOf(error) ?? "")) throw error
    }
  }
}
