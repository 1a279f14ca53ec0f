/**
 * What waits for a flush: a line per account. No I/O and no clock, so that its rules can be tested as they are.
 *
 * - Within an account order of arrival is kept: a request goes only when it stands first in the lines of all its accounts.
 * - An account has requests in at most one flush in flight, since two connections can overtake each other; unless flushes are applied in the order in which
 *   they are sent (`isOrdered`).
 * - Fair: accounts take turns, so that one with a thousand requests does not keep the others from leaving.
 */

export interface Waiting {
  /** Keys of its accounts, without repeats. */
  readonly accounts: ReadonlyArray<string>
  readonly commands: number
  readonly bytes: number
}

/** A line whose front leaves in constant time. */
interface Line<A> {
  items: Array<A>
  head: number
}

/** Behind how many that have left a line is cut off: copying then costs one step per request. */
const CUT_AT = 64

export class BatchQueue<A extends Waiting> {
  readonly #lines = new Map<string, Line<A>>()
  readonly #busy = new Set<string>()
  /** Gone before their turn; their places in lines are passed over. */
  readonly #left = new Set<A>()
  readonly #isOrdered: boolean
  /** Commands that wait. */
  commands = 0

  constructor(isOrdered = false) {
    this.#isOrdered = isOrdered
  }

  get isEmpty(): boolean {
    return this.commands === 0
  }

  add(request: A): void {
    this.commands += request.commands
    for (const account of request.accounts) {
      const line = this.#lines.get(account)
      if (line === undefined) this.#lines.set(account, { items: [request], head: 0 })
      else line.items.push(request)
    }
  }

  /** It no longer waits: its caller is gone. */
  remove(request: A): void {
    this.commands -= request.commands
    this.#left.add(request)
    for (const account of request.accounts) this.#tidy(account)
  }

  /** The next batch, whose accounts are busy until `done`. Empty: nothing can go now. */
  take(maxCommands: number, maxBytes: number): ReadonlyArray<A> {
    const batch: Array<A> = []
    const mine = new Set<string>()
    let commands = 0
    let bytes = 0
    // An account that gave one stands at the end of the map again, and so has its next turn in this same loop. One that is alone has every turn: to move it
    // each time is garbage.
    let isFull = false
    for (const [account, line] of this.#lines) {
      let isItsTurn = true
      while (isItsTurn && line.head < line.items.length) {
        const request = line.items[line.head]!
        if (!this.#mayGo(request, mine)) break
        isFull = batch.length > 0 && (commands + request.commands > maxCommands || bytes + request.bytes > maxBytes)
        if (isFull) break
        batch.push(request)
        commands += request.commands
        bytes += request.bytes
        for (const name of request.accounts) {
          mine.add(name)
          this.#lines.get(name)!.head++
          this.#tidy(name)
        }
        isItsTurn = this.#lines.size === 1
      }
      if (isFull) break
      if (!isItsTurn && this.#lines.delete(account)) this.#lines.set(account, line)
    }
    this.commands -= commands
    if (!this.#isOrdered) for (const name of mine) this.#busy.add(name)
    return batch
  }

  /** A flush has ended: its accounts may be in the next one. */
  done(batch: ReadonlyArray<A>): void {
    if (this.#isOrdered) return
    for (const { accounts } of batch) for (const account of accounts) this.#busy.delete(account)
  }

  #mayGo(request: A, mine: ReadonlySet<string>): boolean {
    return request.accounts.every((account) => {
      if (this.#busy.has(account) && !mine.has(account)) return false
      const line = this.#lines.get(account)!
      return line.items[line.head] === request
    })
  }

  /** The front of a line is a request that waits, or there is no line. */
  #tidy(account: string): void {
    const line = this.#lines.get(account)
    if (line === undefined) return
    for (let first = line.items[line.head]; first !== undefined && this.#left.has(first); first = line.items[line.head])
      this.#pass(account, line, first)
    if (line.head === line.items.length) this.#lines.delete(account)
    else if (line.head >= CUT_AT && line.head * 2 >= line.items.length) {
      line.items = line.items.slice(line.head)
      line.head = 0
    }
  }

  /** Forgotten as soon as the last of its lines has passed it. */
  #pass(account: string, line: Line<A>, request: A): void {
    line.head++
    const stillIn = (name: string): boolean => {
      const other = this.#lines.get(name)
      return name !== account && other !== undefined && other.items.includes(request, other.head)
    }
    if (!request.accounts.some(stillIn)) this.#left.delete(request)
  }
}
