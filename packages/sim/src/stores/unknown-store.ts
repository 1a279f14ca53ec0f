/** There is no such store. */
export class UnknownStore extends Error {
  readonly _tag = "UnknownStore" as const
  readonly spec: string

  constructor(spec: string, reason: string) {
    super(
      `no store ${JSON.stringify(spec)}: ${reason}. A store is "memory", a URL ("redis://localhost:6379"), or the path of a module whose default export makes a QuotaStore ("./my-store.ts")`
    )
    this.name = "UnknownStore"
    this.spec = spec
  }
}
