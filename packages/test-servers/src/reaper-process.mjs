// Waits until the run that started it is gone, and then ends what is left of its servers.
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"

let text = ""
for await (const chunk of process.stdin) text += chunk

const notes = text.trim().split("\n")
const named = (kind) => notes.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1))

const ended = named("ended")
for (const pid of named("process").filter((pid) => !ended.includes(pid))) {
  try {
    process.kill(-Number(pid), "SIGKILL") // its group: Postgres has one process for each connection
  } catch {
    // the run ended it
  }
}
const containers = named("container")
if (containers.length > 0) spawnSync("docker", ["rm", "--force", "--volumes", ...containers], { stdio: "ignore" })
for (const folder of named("folder")) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
