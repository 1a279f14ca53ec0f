/**
 * A client: what it was told, and what it waits for. A crash takes both away.
 */
import type { Command, Outcome } from "@tallystick/core/machine"

import type { Fault } from "./swarm.ts"

/** A request on its way, or its answer on the way back. */
export interface Message {
  /** Number of the client; -1: the operator. */
  readonly client: number
  readonly lane: string
  readonly commands: ReadonlyArray<Command>
  readonly fault: Fault
  readonly sentAtMs: number
  /** When, in the order of all that happens in its run. */
  readonly sent: number
  /** Which life of its client sent it: an answer to an earlier one finds nobody. */
  readonly life: number
}

export interface Client {
  readonly number: number
  readonly lane: string
  /** It sent this and has no answer: the next thing it does is to time out and send the same again. */
  waiting: Message | null
  /** Ids that it was granted and has not ended, the latest last. */
  open: Array<string>
  life: number
}

export const newClient = (number: number): Client => ({
  number,
  lane: number < 0 ? "operator" : `c${number + 1}`,
  waiting: null,
  open: [],
  life: 0
})

/** The process dies: what comes after it under this name knows nothing. */
export const crash = (client: Client): void => {
  client.waiting = null
  client.open = []
  client.life++
}

/** An answer arrives. */
export const learn = (client: Client, message: Message, outcomes: ReadonlyArray<Outcome>): void => {
  if (message.life !== client.life) return
  if (client.waiting === message) client.waiting = null
  for (const { _tag, id } of outcomes) {
    const index = client.open.indexOf(id)
    if (_tag === "Granted") {
      if (index < 0) client.open.push(id)
    } else if (index >= 0 && _tag !== "Denied" && _tag !== "Extended" && _tag !== "Found" && _tag !== "NotApplied") {
      client.open.splice(index, 1)
    }
  }
}
