import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises"
import * as path from "node:path"
import { assert, describe, it } from "vitest"

import { fileJournal } from "../../src/journal/index.ts"
import { entryOf } from "./entry.ts"
import { contents, makeFolder, reporting } from "./folder.ts"

/** Linux's way to limit a process that runs. */
const hasPrlimit = spawnSync("prlimit", ["--version"]).status === 0

describe("a journal of files", () => {
  it("gives back what was recorded, oldest first, and after a restart", async () => {
    const folder = await makeFolder()
    const first = reporting(folder)
    for (const id of ["b", "a", "c"]) await first.journal.record(entryOf(id))
    assert.deepEqual(await first.journal.pending(2), [entryOf("b"), entryOf("a")])
    const second = reporting(folder)
    assert.deepEqual(await second.journal.pending(10), [entryOf("b"), entryOf("a"), entryOf("c")])
    assert.deepEqual([...first.problems, ...second.problems], [])
  })

  it("is on the disk before `record` resolves, for its owner only", async () => {
    const folder = path.join(await makeFolder(), "made")
    await reporting(folder).journal.record(entryOf("a"))
    const [name] = await readdir(folder)
    const { mode } = await stat(path.join(folder, name!))
    assert.strictEqual(mode & 0o777, 0o600)
    assert.strictEqual((await stat(folder)).mode & 0o777, 0o700)
    assert.match((await contents(folder, ".journal"))[0]!, /^[0-9a-f]{16} \{"entry":.*\}\n$/)
  })

  it("leaves no file behind when everything was delivered", async () => {
    const folder = await makeFolder()
    const { journal } = reporting(folder)
    await Promise.all(["a", "b"].map(async (id) => journal.record(entryOf(id))))
    await journal.remove("a")
    assert.deepEqual(await reporting(folder).ids(), ["b"])
    // The other process has taken the file over.
    await journal.remove("b")
    const last = reporting(folder)
    assert.deepEqual(await last.ids(), ["b"])
    await last.journal.remove("b")
    assert.deepEqual(await readdir(folder), [])
  })

  it("removes nothing for an id that is not there, and replaces one that is", async () => {
    const folder = await makeFolder()
    const { ids, journal } = reporting(folder)
    await journal.remove("nobody")
    await journal.record(entryOf("a"))
    await journal.record({ ...entryOf("a"), failure: "once more" })
    assert.deepEqual(await ids(), ["a"])
    await journal.remove("a")
    assert.deepEqual(await ids(), [])
    assert.deepEqual(await reporting(folder).ids(), [])
  })

  it("keeps both of two endings of one id, and gives them out one after the other", async () => {
    const folder = await makeFolder()
    await reporting(folder).journal.record(entryOf("a", 1))
    const { journal } = reporting(folder)
    await journal.record(entryOf("a", 2))
    const amounts: Array<number | undefined> = []
    for (let [entry] = await journal.pending(9); entry !== undefined; [entry] = await journal.pending(9)) {
      amounts.push(entry.ending.legs[0]!.amount)
      await journal.remove("a")
    }
    assert.deepEqual(amounts, [2, 1])
    assert.deepEqual(await readdir(folder), [])
  })

  it("writes its file anew when most of it is removals", async () => {
    const folder = await makeFolder()
    const { journal } = reporting(folder)
    await journal.record(entryOf("stays"))
    const ids = Array.from({ length: 1_100 }, (_, index) => `id${index}`)
    await Promise.all(ids.map(async (id) => journal.record(entryOf(id))))
    await Promise.all(ids.map(async (id) => journal.remove(id)))
    const files = await contents(folder, ".journal")
    assert.lengthOf(files, 1)
    assert.isBelow(files[0]!.length, 60_000)
    assert.deepEqual(await reporting(folder).ids(), ["stays"])
  }, 30_000)

  it("refuses more than it may keep in memory, and leaves what is on the disk there", async () => {
    const folder = await makeFolder()
    const other = reporting(folder)
    await other.journal.record(entryOf("left"))
    const { ids, journal } = reporting(folder, { maxEntries: 1 })
    await journal.record(entryOf("a"))
    const refusal: unknown = await Promise.resolve(journal.record(entryOf("b"))).catch((error: unknown) => error)
    assert.include(String(refusal), "full")
    assert.deepEqual(await ids(), ["a"])
    await journal.remove("a")
    assert.deepEqual(await ids(), ["left"])
  })

  it("loses nothing that was recorded while others take its files again and again", async () => {
    const folder = await makeFolder()
    const writer = reporting(folder)
    const ids = Array.from({ length: 200 }, (_, index) => `id${1_000 + index}`)
    // Each of the others takes what is there while one is written, and dies.
    for (const id of ids) {
      const written = new AbortController()
      const takeAgain = async () => {
        for (let takes = 0; takes < 20 && !written.signal.aborted; takes++) await reporting(folder).journal.pending(1)
      }
      const taking = takeAgain()
      await writer.journal.record(entryOf(id))
      written.abort()
      await taking
    }
    const last = reporting(folder)
    assert.deepEqual((await last.ids()).toSorted(), ids)
  }, 30_000)

  it("refuses what is no option by its name", () => {
    for (const [options, field] of [
      [{}, "folder"],
      [{ folder: "x", maxEntries: 0 }, "maxEntries"],
      [{ folder: "x", report: 5 }, "report"],
      [{ folder: "x", file: "y" }, "file"]
    ] as const)
      assert.throws(() => fileJournal(options as never), field)
  })
})

describe("a disk that takes nothing", () => {
  it("is reported, the entry is kept in memory, and written when the disk is back", async () => {
    const folder = path.join(await makeFolder(), "journal")
    await writeFile(folder, "a file where the folder should be")
    const { ids, journal, problems } = reporting(folder)
    const failure: unknown = await Promise.resolve(journal.record(entryOf("a"))).catch((error: unknown) => error)
    assert.instanceOf(failure, Error)
    assert.deepInclude(problems[0], { kind: "write", folder, onlyInMemory: 1 })
    assert.deepEqual(await ids(), ["a"])
    await rm(folder)
    await journal.record(entryOf("b"))
    assert.deepEqual(await reporting(folder).ids(), ["a", "b"])
  })

  it.runIf(hasPrlimit)(
    "amid a record: those before and after it are whole, and it is written again",
    async () => {
      const folder = await makeFolder()
      await reporting(folder).journal.record(entryOf("left"))
      const script = path.join(import.meta.dirname, "full-disk-child.ts")
      const limited = `ulimit -S -f 1; exec "$0" "$@"`
      const child = spawn("bash", ["-c", limited, process.execPath, script, folder], { stdio: ["ignore", 1, 2, "ipc"] })
      const [seen] = await once(child, "message")
      await once(child, "exit")
      // What it took over stays where it is until it is written.
      const waiting = ["a", "b", "c", "d", "left"]
      assert.deepEqual(seen, { rejected: ["d"], waiting, kinds: ["write", "write"], files: 2 })
      const { ids, problems } = reporting(folder)
      assert.deepEqual(await ids(), [...waiting, "e"])
      assert.isAbove(problems.length, 0)
      assert.isTrue(problems.every(({ kind }) => kind === "corrupt"))
    },
    30_000
  )

  it("that cannot take over what is there reports it, and takes over the rest", async () => {
    const folder = await makeFolder()
    await reporting(folder).journal.record(entryOf("a"))
    const [name] = await readdir(folder)
    // A folder of that name can be renamed but not read, for root as well.
    await rm(path.join(folder, name!))
    await mkdir(path.join(folder, "0.journal"))
    await reporting(folder).journal.record(entryOf("b"))
    const { ids, problems } = reporting(folder)
    assert.deepEqual(await ids(), ["b"])
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["read"]
    )
  })

  it("warns the process unless told whom to tell", async () => {
    const folder = path.join(await makeFolder(), "journal")
    await writeFile(folder, "")
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve))
    await Promise.resolve(fileJournal({ folder }).record(entryOf("a"))).catch(() => undefined)
    assert.include((await warned).message, "1 entries are only in memory")
  })
})
