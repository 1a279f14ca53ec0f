/**
 * What the proxy sees of a protocol: where a request ends, and where an answer does.
 */

/** Bytes that belong together. */
export interface Piece {
  readonly bytes: Buffer
  /** A request ends here that has an answer; of a server: an answer ends here. */
  readonly ends: boolean
}

/** One direction of one connection: takes bytes as they come, gives whole pieces. */
export interface Cutter {
  readonly feed: (chunk: Buffer) => ReadonlyArray<Piece>
}

export interface Protocol {
  readonly requests: () => Cutter
  readonly answers: () => Cutter
  /** Whether a connection that begins with these bytes hides what it says (TLS). */
  readonly isHidden: (first: Buffer) => boolean
}

/** Of what is encrypted every chunk counts as a whole: near enough, since clients send a request in one write. */
export const chunks = (): Cutter => ({ feed: (chunk) => [{ bytes: chunk, ends: true }] })

/**
 * A cutter from a function that finds the end of the piece that begins at `start`: -1 if it is not there yet.
 */
export const cutterOf = (endOf: (bytes: Buffer, start: number) => number, ends: (piece: Buffer) => boolean): Cutter => {
  let rest: Buffer = Buffer.alloc(0)
  return {
    feed: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const pieces: Array<Piece> = []
      let start = 0
      for (;;) {
        const end = start < rest.length ? endOf(rest, start) : -1
        if (end === -1) break
        const bytes = rest.subarray(start, end)
        pieces.push({ bytes, ends: ends(bytes) })
        start = end
      }
      rest = rest.subarray(start)
      return pieces
    }
  }
}
