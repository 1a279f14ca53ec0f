/**
 * One connection through the proxy.
 */
import type { Socket } from "node:net"

import { chunks } from "./pieces.ts"
import type { Cutter, Piece, Protocol } from "./pieces.ts"

/**
 * What becomes of a request:
 *
 * - `forward`: it arrives, and is answered;
 * - `cut`: the connection breaks before it arrives;
 * - `cut-answer`: it arrives and the server answers, but the connection breaks instead of the answer;
 * - `lose-answer`: it arrives and the server answers, but from this answer on nothing comes back, and the connection stays;
 * - `swallow`: from this request on nothing goes anywhere, and the connection stays;
 * - `stall`: from this request on nothing is read any more, so that the sender's buffers fill.
 */
export type Action = "forward" | "cut" | "cut-answer" | "lose-answer" | "swallow" | "stall"

export interface Request {
  /** Of all requests that the proxy saw, from 1. */
  readonly number: number
  /** Of all connections, from 1. */
  readonly connection: number
  /** As it is sent, a character per byte. */
  readonly text: string
}

/** Asked at each request. A promise holds it, and what its connection sends behind it, until it resolves. */
export type Decide = (request: Request) => Action | Promise<Action>

type DecideText = (text: () => string) => Action | Promise<Action>

export class Connection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #protocol: Protocol
  readonly #decide: DecideText
  #requests: Cutter | undefined
  #answers: Cutter = chunks()
  /** What the client sent and nobody decided on yet. */
  readonly #waiting: Array<Piece> = []
  #isPumping = false
  /** Nothing goes anywhere any more. */
  #isMute = false
  /** Requests that arrived, answers that came, and the first answer that is not to come back. */
  #asked = 0
  #answered = 0
  #lost: { readonly answer: number; readonly action: "cut-answer" | "lose-answer" } | undefined

  constructor(client: Socket, server: Socket, protocol: Protocol, decide: DecideText) {
    this.#client = client
    this.#server = server
    this.#protocol = protocol
    this.#decide = decide
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on("error", () => {})
      socket.on("close", () => this.break())
    }
    client.on("data", (chunk: Buffer) => this.#fromClient(chunk))
    server.on("data", (chunk: Buffer) => this.#fromServer(chunk))
  }

  /** For both sides at once. */
  break(): void {
    this.#isMute = true
    this.#client.destroy()
    this.#server.destroy()
  }

  #fromClient(chunk: Buffer): void {
    if (this.#requests === undefined) {
      const isHidden = this.#protocol.isHidden(chunk)
      this.#requests = isHidden ? chunks() : this.#protocol.requests()
      this.#answers = isHidden ? chunks() : this.#protocol.answers()
    }
    this.#waiting.push(...this.#requests.feed(chunk))
    if (!this.#isPumping) void this.#pump()
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    for (let piece = this.#waiting.shift(); piece !== undefined && !this.#isMute; piece = this.#waiting.shift()) {
      const { bytes, ends } = piece
      // Awaited only where it is a promise: a request must not wait for a turn of the event loop that nobody asked for.
      const decided = ends ? this.#decide(() => bytes.toString("latin1")) : "forward"
      this.#act(typeof decided === "string" ? decided : await decided, piece)
    }
    this.#isPumping = false
  }

  #act(action: Action, { bytes, ends }: Piece): void {
    if (this.#isMute) return
    switch (action) {
      case "cut":
        return this.break()
      case "swallow":
        this.#isMute = true
        return
      case "stall":
        this.#isMute = true
        this.#client.pause()
        this.#server.pause()
        return
      case "forward":
        break
      default:
        this.#lost ??= { answer: this.#asked + 1, action }
    }
    if (ends) this.#asked++
    this.#server.write(bytes)
  }

  #fromServer(chunk: Buffer): void {
    for (const { bytes, ends } of this.#answers.feed(chunk)) {
      if (this.#isMute) return
      // Also what comes behind it: a client takes the n-th answer for that of its n-th request.
      const isLost = this.#lost !== undefined && this.#answered + 1 >= this.#lost.answer
      if (ends) this.#answered++
      if (!isLost) this.#client.write(bytes)
      else if (ends && this.#lost?.action === "cut-answer") this.break()
    }
  }
}
