/** Answers the test files of a run over a socket in a folder that only this user can enter. */
import * as http from "node:http"
import * as path from "node:path"
import { newFolder } from "./process.ts"
import { Servers } from "./servers.ts"
import { Skips } from "./skips.ts"
import type { Requests } from "./wire.ts"

type Handlers = { [Name in keyof Requests]: (...args: Requests[Name]["args"]) => Promise<Requests[Name]["answer"]> }

export class Coordinator {
  readonly servers = new Servers()
  readonly skips = new Skips()
  readonly socket = path.join(newFolder("coordinator"), "socket")
  // A server that a variable names outlives the run and may serve others at the same time.
  readonly #run = Object.keys(process.env).some((name) => /^TALLYSTICK_TEST_(REDIS|POSTGRES)_URL$/.test(name))
    ? `_${process.pid.toString(36)}_${Date.now().toString(36)}`
    : ""
  #prefixes = 0

  readonly #handlers: Handlers = {
    redisServer: this.servers.redisServer,
    redisCluster: this.servers.redisCluster,
    postgresServer: this.servers.postgresServer,
    ownRedis: this.servers.ownRedis,
    ownPostgres: this.servers.ownPostgres,
    kill: this.servers.kill,
    start: this.servers.start,
    stop: this.servers.stop,
    prefix: async () => `t${++this.#prefixes}${this.#run}`,
    skipped: async (suite, why) => (this.skips.add(suite, why), null)
  }

  readonly #http = http.createServer((request, response) => {
    void this.#answer(request).then((answer) => response.end(JSON.stringify(answer)))
  })

  listen(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#http.on("error", reject)
      this.#http.listen(this.socket, () => resolve(this))
    })
  }

  async close(): Promise<void> {
    this.#http.close()
    this.#http.closeAllConnections()
    await this.servers.close()
  }

  async #answer(request: http.IncomingMessage): Promise<{ answer: unknown } | { error: string }> {
    try {
      let text = ""
      for await (const chunk of request) text += String(chunk)
      const { name, args } = JSON.parse(text) as { name: keyof Requests; args: ReadonlyArray<unknown> }
      const handler = this.#handlers[name] as (...args: ReadonlyArray<unknown>) => Promise<unknown>
      return { answer: await handler(...args) }
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
}
