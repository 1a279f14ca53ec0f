/**
 * Objects that are done with, to be used again.
 *
 * It is not allocation that they save. An object that has lived for a while lies among old ones, and when it is made to point at a new one the collector
 * has to look through its page. With a million accounts nearly every command finds its account on a page of its own; a spare is old itself.
 */
/** In steady traffic as much is forgotten as is made, so that a few are enough. */
const MOST = 1_000

export class Spares<A> {
  readonly #spares: Array<A> = []

  take(): A | undefined {
    return this.#spares.pop()
  }

  give(spare: A): void {
    if (this.#spares.length < MOST) this.#spares.push(spare)
  }
}
