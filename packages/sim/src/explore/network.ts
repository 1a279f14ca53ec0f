/**
 * Between the clients and the store: what is under way, and what becomes of it.
 */
import type { Outcome } from "@tallystick/core/machine"

import { crash, learn } from "../workload/client.ts"
import type { Client, Message } from "../workload/client.ts"
import type { Waiting } from "../world/world.ts"
import type { Opened } from "./opened.ts"
import type { Stage } from "./stage.ts"
import { messageWords } from "./timeline.ts"

interface Request {
  readonly kind: "request"
  readonly message: Message
}

interface Reply {
  readonly kind: "reply"
  readonly message: Message
  readonly outcomes: ReadonlyArray<Outcome>
}

type Flying = Request | Reply

const openedWords = ({ message }: Opened): string =>
  message === undefined ? "the operator's read" : messageWords({ ...message, fault: "none" })

export class Network {
  readonly flying: Array<Flying> = []
  readonly #clients: ReadonlyArray<Client>
  readonly #operator: Client

  constructor(clients: ReadonlyArray<Client>, operator: Client) {
    this.#clients = clients
    this.#operator = operator
  }

  clientOf({ client }: Message): Client {
    return client < 0 ? this.#operator : this.#clients[client]!
  }

  /** How much is under way, here and inside the store. */
  count(stage: Stage): number {
    return this.flying.length + stage.opened.length
  }

  /** A client sends: plainly, the store executes it and the answer arrives, all at once. */
  *send(stage: Stage, message: Message): Waiting<void> {
    const { coverage, timeline, world } = stage.parts
    const client = this.clientOf(message)
    client.waiting = message
    timeline?.add(
      world.nowMs,
      message.lane,
      message.fault === "none" || message.fault === "slow" ? "send" : "fault",
      messageWords(message)
    )
    switch (message.fault) {
      case "delayed":
        coverage.faults.delayed++
        this.flying.push({ kind: "request", message })
        return
      case "lost":
        coverage.faults.lost++
        return
      case "duplicated":
        coverage.faults.duplicated++
        this.flying.push({ kind: "request", message })
        break
      case "replyLost":
        coverage.faults.lost++
        break
      case "replyDelayed":
        coverage.faults.delayed++
        break
      case "crash":
        coverage.faults.crashed++
        crash(client)
        break
      default:
        break
    }
    yield* stage.execute(message, message.fault === "slow")
  }

  /** The store has answered. */
  answered(message: Message, outcomes: ReadonlyArray<Outcome>): void {
    if (message.fault === "replyLost") return
    if (message.fault === "replyDelayed") this.flying.push({ kind: "reply", message, outcomes })
    else learn(this.clientOf(message), message, outcomes)
  }

  /** Something that is under way arrives, or goes on inside the store for some steps (0: to its end). */
  *deliver(stage: Stage, index: number, steps: number): Waiting<void> {
    const { coverage, timeline, world, hash } = stage.parts
    if (index > 0) coverage.faults.reordered++
    const flying = this.flying[index]
    if (flying === undefined) {
      const opened = stage.opened[index - this.flying.length]!
      timeline?.add(
        world.nowMs,
        "store",
        "deliver",
        `${openedWords(opened)} goes on${steps === 0 ? "" : ` for ${steps}`}`
      )
      hash.add((opened.message?.client ?? -1) + 1)
      return yield* stage.goOn(opened, steps)
    }
    this.flying.splice(index, 1)
    const { message } = flying
    const words = (): string => messageWords({ ...message, fault: "none" })
    if (flying.kind === "reply") {
      timeline?.add(world.nowMs, "network", "deliver", `the answer to ${words()} arrives`)
      return learn(this.clientOf(message), message, flying.outcomes)
    }
    timeline?.add(
      world.nowMs,
      "network",
      "deliver",
      `${words()} arrives${message.fault === "duplicated" ? " again" : ""}`
    )
    // Its fault has happened: from here on it is a plain request, whose answer finds its client if that still waits.
    yield* stage.execute({ ...message, fault: "none" }, false)
  }

  /** The end: all that is under way arrives, in order. */
  *drain(stage: Stage): Waiting<void> {
    while (this.count(stage) > 0) yield* this.deliver(stage, stage.opened.length > 0 ? this.flying.length : 0, 0)
  }
}
