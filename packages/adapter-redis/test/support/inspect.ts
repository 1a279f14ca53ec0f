/**
 * What a server says of itself, over a connection that no test harms.
 */
import { Redis } from "ioredis"

export class Inspector implements AsyncDisposable {
  readonly redis: Redis

  constructor(url: string) {
    this.redis = new Redis(url)
    // A server that a test has killed is no news.
    this.redis.on("error", () => {})
  }

  /** How often each command was called, by clients or scripts: `calls("evalsha")`. */
  async calls(): Promise<(name: string) => number> {
    const info = await this.redis.info("commandstats")
    return (name) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, "m").exec(info)?.[1] ?? 0)
  }

  /** How many calls of scripts `act` makes. */
  async scriptsDuring(act: () => Promise<unknown>): Promise<number> {
    const before = await this.calls()
    await act()
    const after = await this.calls()
    return after("evalsha") + after("eval") - before("evalsha") - before("eval")
  }

  /** The connections that have this name. */
  async connectionsNamed(name: string): Promise<ReadonlyArray<string>> {
    const list = (await this.redis.client("LIST")) as string
    return list.split("\n").filter((line) => line.includes(` name=${name} `))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect()
  }
}
