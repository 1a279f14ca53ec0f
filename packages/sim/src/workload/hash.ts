/**
 * A hash of what a store saw: the sequence of (client, command, fault). 52 bits, so that a million different sequences share one with a chance of 1 in 9,000.
 */
import type { Command } from "@tallystick/core/machine"

import { faults } from "./swarm.ts"
import type { Message } from "./client.ts"

const kinds = ["reserve", "extend", "finalize", "release", "charge", "adjust", "lookup"]

/** Two halves of 32 bits with different multipliers (FNV-1a's prime, Knuth's). */
export class SequenceHash {
  #low = 0x811c9dc5
  #high = 0x9e3779b9

  add(number: number): void {
    this.#low = Math.imul(this.#low ^ number, 0x01000193)
    this.#high = Math.imul((this.#high ^ number) + 1, 0x9e3779b1) ^ (this.#high >>> 15)
  }

  message({ client, commands, fault }: Message): void {
    this.add(client + 1)
    this.add(faults.indexOf(fault))
    for (const command of commands) this.#command(command)
  }

  #command(command: Command): void {
    this.add(kinds.indexOf(command.kind))
    this.add(Number(command.id.slice(1)))
    for (const leg of command.legs) {
      this.add(leg.account.codePointAt(0)!)
      if ("amount" in leg) this.add(leg.amount)
      else if ("actual" in leg) this.add(leg.actual ?? -1)
      else if ("total" in leg) this.add((leg.total ?? -1) * 31 + (leg.measured ?? -1))
    }
  }

  get value(): number {
    return (this.#high >>> 12) * 4_294_967_296 + (this.#low >>> 0)
  }
}
