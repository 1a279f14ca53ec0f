/**
 * What waits for a flush: a line per account. No I/O and no clock, so that its rules can be tested as they are.
 *
 * - Within an account order of arrival is kept: a request goes only when it stands first in the lines of all its accounts.
 * - An account has requests in at most one flush in flight, since two connections can overtake each other; unless flushes are applied in the order in which
 *   they are sent (`isOrdered`). The one that leaves next may be taken before that one has ended.
 * - Fair: accounts take turns, so that one with a thousand requests does not keep the others from leaving. With `enough` all that waits for the accounts it takes
 *   leaves together, and the other accounts leave in the next one.
 */

export interface Waiting {
  /** Keys of its accounts, without repeats. */
  readonly accounts: ReadonlyArray<string>
  readonly commands: number
  readonly bytes: number
}

/** What a flush may take. */
export interface Share {
  readonly maxCommands: number
  readonly maxBytes: number
  /** With so many in the lines of its accounts, those of no further account. */
  readonly enough?: number
}

/** A line whose front leaves in constant time. */
interface Line<A> {
  items: Array<A>
  head: number
  /** That wait in it. */
  commands: number
}

/** Behind how many that have left a line is cut off: copying then costs one step per request. */
const CUT_AT = 64

export class BatchQueue<A extends Waiting> {
  readonly #lines = new Map<string, Line<A>>()
  /** Whose turn it is: the batch that is under way with it, or the one that goes next. */
  readonly #busy = new Map<string, ReadonlyArray<A>>()
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
      if (line === undefined) this.#lines.set(account, { items: [request], head: 0, commands: request.commands })
      else {
        line.items.push(request)
        line.commands += request.commands
      }
    }
  }

  /** How many commands wait in the line of this account. */
  commandsOf(account: string): number {
    return this.#lines.get(account)?.commands ?? 0
  }

  /** The batch that this account is busy with. */
  batchOf(account: string): ReadonlyArray<A> | undefined {
    return this.#busy.get(account)
  }

  /** It no longer waits: its caller is gone. */
  remove(request: A): void {
    this.commands -= request.commands
    this.#left.add(request)
    for (const account of request.accounts) {
      this.#lines.get(account)!.commands -= request.commands
      this.#tidy(account)
    }
  }

  /**
   * The next batch, whose accounts are busy until `done`. Empty: nothing can go now.
   *
   * @param behind only what waits for this batch, to leave as soon as it has ended: its accounts are the new one's from now on
   */
  take({ enough = Infinity, maxBytes, maxCommands }: Share, behind?: ReadonlyArray<A>): ReadonlyArray<A> {
    const batch: Array<A> = []
    const mine = new Set<string>()
    /** In the lines of its accounts, when it took the first of each. */
    let promised = 0
    let commands = 0
    let bytes = 0
    // An account that gave one stands at the end of the map again, and so has its next turn in this same loop. One that is alone has every turn: to move it
    // each time is garbage.
    let isFull = false
    for (const [account, line] of this.#lines) {
      if (promised >= enough && !mine.has(account)) continue
      let isItsTurn = true
      while (isItsTurn && line.head < line.items.length) {
        const request = line.items[line.head]!
        if (!this.#mayGo(request, mine, behind)) break
        isFull = batch.length > 0 && (commands + request.commands > maxCommands || bytes + request.bytes > maxBytes)
        if (isFull) break
        batch.push(request)
        commands += request.commands
        bytes += request.bytes
        for (const name of request.accounts) {
          const itsLine = this.#lines.get(name)!
          if (!mine.has(name)) {
            mine.add(name)
            promised += itsLine.commands
          }
          itsLine.head++
          itsLine.commands -= request.commands
          this.#tidy(name)
        }
        isItsTurn = this.#lines.size === 1
      }
      if (isFull) break
      if (!isItsTurn && this.#lines.delete(account)) this.#lines.set(account, line)
    }
    this.commands -= commands
    if (!this.#isOrdered) for (const name of mine) this.#busy.set(name, batch)
    return batch
  }

  /** A flush has ended: its accounts may be in the next one. */
  done(batch: ReadonlyArray<A>): void {
    if (this.#isOrdered) return
    for (const { accounts } of batch)
      for (const account of accounts) if (this.#busy.get(account) === batch) this.#busy.delete(account)
  }

  #mayGo(request: A, mine: ReadonlySet<string>, behind: ReadonlyArray<A> | undefined): boolean {
    let isBehind = behind === undefined
    for (const account of request.accounts) {
      const batch = this.#busy.get(account)
      const isOurs = mine.has(account) || (batch !== undefined && batch === behind)
      if (batch !== undefined && !isOurs) return false
      const line = this.#lines.get(account)!
      if (line.items[line.head] !== request) return false
      if (isOurs) isBehind = true
    }
    return isBehind
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
