/**
 * Postgres: a request ends with Query, Sync or the start of a session; an answer ends with ReadyForQuery. What a client sends before its Sync
 * (Parse, Bind, Execute) goes with it, so that it arrives whole or not at all.
 */
import { cutterOf } from "./pieces.ts"
import type { Cutter, Protocol } from "./pieces.ts"

const TLS_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104

/** A byte for the kind, then the length of all but this byte. */
const endOfMessage = (bytes: Buffer, start: number): number => {
  if (bytes.length < start + 5) return -1
  const end = start + 1 + bytes.readUInt32BE(start + 1)
  return end > bytes.length ? -1 : end
}

const kindAt = (bytes: Buffer, at: number): string => String.fromCharCode(bytes[at]!)

/** These end what goes together; a password, the end of a copy and a good-bye are sent alone. */
const closing = "QSpXcfH"

const endOfRequest = (bytes: Buffer, start: number): number => {
  let at = start
  for (;;) {
    const end = endOfMessage(bytes, at)
    if (end === -1 || closing.includes(kindAt(bytes, at))) return end
    at = end
  }
}

const endsWith = (piece: Buffer): boolean => {
  let at = 0
  for (let next = endOfMessage(piece, at); next !== -1 && next < piece.length; next = endOfMessage(piece, at)) at = next
  return "QS".includes(kindAt(piece, at))
}

/** The first message of a session has no kind. Its answer ends with the first ReadyForQuery. */
const requests = (): Cutter => {
  let isStarted = false
  const endOf = (bytes: Buffer, start: number): number => {
    if (isStarted) return endOfRequest(bytes, start)
    if (bytes.length < start + 4) return -1
    const end = start + bytes.readUInt32BE(start)
    if (end > bytes.length) return -1
    isStarted = true
    return end
  }
  let isFirst = true
  return cutterOf(endOf, (piece) => {
    const ends = isFirst || endsWith(piece)
    isFirst = false
    return ends
  })
}

export const postgres: Protocol = {
  requests,
  answers: () => cutterOf(endOfMessage, (piece) => kindAt(piece, 0) === "Z"),
  isHidden: (first) => first.length >= 8 && [TLS_REQUEST, GSS_REQUEST].includes(first.readUInt32BE(4))
}
