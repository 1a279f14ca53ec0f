/** Vitest's globalSetup of the projects whose tests need servers: one coordinator for the whole run. */
import type { TestProject } from "vitest/node"
import { Coordinator } from "./coordinator.ts"

declare module "vitest" {
  interface ProvidedContext {
    testServers: string
  }
}

interface Shared {
  coordinator: Promise<Coordinator> | undefined
  projects: number
}

// Vitest loads this module once for each project; all of them are one run of one process.
const key = Symbol.for("tallystick.test-servers")
const holder = globalThis as { [key]?: Shared }
const shared = (holder[key] ??= { coordinator: undefined, projects: 0 })

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.projects++
  const coordinator = await (shared.coordinator ??= new Coordinator().listen())
  project.provide("testServers", coordinator.socket)
  return async () => {
    if (--shared.projects > 0) return
    shared.coordinator = undefined
    await coordinator.close()
    report(coordinator)
  }
}

const report = ({ servers, skips }: Coordinator): void => {
  const print = (line: string): unknown => process.stdout.write(`${line}\n`)
  if (servers.used.length > 0) print(`servers: ${servers.used.join("; ")}`)
  if (skips.size === 0) return
  for (const line of skips.lines()) print(line)
  if (process.env["CI"] === undefined || process.env["CI"] === "false") return
  if (process.env["TALLYSTICK_TEST_SERVERS"] === "none") return void print("TALLYSTICK_TEST_SERVERS=none asked for it.")
  print("In CI that is a failure.")
  process.exitCode = 1
}
