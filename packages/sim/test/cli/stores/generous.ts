/** Grants five more than the limit that it was sent: what the simulator must find. */
import { memoryStore, type MemoryStoreOptions } from "@tallystick/adapter-memory"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"

export default (options: MemoryStoreOptions): QuotaStore => {
  const inner = memoryStore(options)
  return { ...inner, execute: (commands) => inner.execute(commands.map(raised)) }
}

const raised = (command: Command): Command =>
  command.kind === "reserve"
    ? {
        ...command,
        legs: command.legs.map((leg) => ({ ...leg, limit: typeof leg.limit === "number" ? leg.limit + 5 : leg.limit }))
      }
    : command
