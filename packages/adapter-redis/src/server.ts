/**
 * The server behind a driver: looked at once, then asked.
 */
import { afterWaiting } from "@tallystick/core/deadline"
import type { Settings } from "@tallystick/core/machine"
import { NotAppliedError } from "@tallystick/core/store"

import { replyOf } from "./decode.ts"
import type { Reply } from "./decode.ts"
import type { RedisDriver } from "./driver.ts"
import { encode } from "./encode.ts"
import type { Question } from "./encode.ts"
import { readErrorOf } from "./errors.ts"
import { tagOf } from "./keys.ts"
import { checkServer } from "./preflight.ts"
import type { EvictionPolicy } from "./preflight.ts"
import { runScript } from "./run-script.ts"
import { preflightScript } from "./script.ts"
import type { Script } from "./script.ts"

export class Server {
  readonly #driver: RedisDriver
  readonly #prefix: string
  readonly #settings: Settings
  readonly #eviction: EvictionPolicy
  #isChecked = false

  constructor(driver: RedisDriver, prefix: string, settings: Settings, eviction: EvictionPolicy) {
    this.#driver = driver
    this.#prefix = prefix
    this.#settings = settings
    this.#eviction = eviction
  }

  /** One trip; the very first call makes another one before it, to look at the server. */
  async ask(
    script: Script,
    partition: string,
    questions: ReadonlyArray<Question>,
    nowMs: number | undefined,
    signal: AbortSignal
  ): Promise<Reply> {
    const tag = tagOf(this.#prefix, partition)
    if (!this.#isChecked) {
      checkServer(await this.#lookAt(`${tag}a:`, signal), this.#eviction)
      this.#isChecked = true
    }
    const keepsForever = nowMs !== undefined
    const { keys, args } = encode(tag, questions, { settings: this.#settings, nowMs, keepsForever })
    return replyOf(await runScript(this.#driver, script, keys, args, signal), questions.length)
  }

  /** Whatever befalls this question, nothing was done; also if there is no answer until the deadline. */
  #lookAt(key: string, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // A driver that was still waiting for a connection knows more, and says it first.
      const giveUp = (): void =>
        afterWaiting(() => reject(new NotAppliedError("no answer: the server did not say what it is")))
      signal.addEventListener("abort", giveUp)
      runScript(this.#driver, preflightScript, [key], [], signal)
        .finally(() => signal.removeEventListener("abort", giveUp))
        .then(resolve, (error: unknown) => reject(readErrorOf(error)))
    })
  }
}
