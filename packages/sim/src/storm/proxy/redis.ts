/**
 * Redis: a request is an array of texts, an answer any one value (RESP 2 and 3). The n-th answer is that of the n-th request.
 */
import { cutterOf } from "./pieces.ts"
import type { Protocol } from "./pieces.ts"

const CR = 13
const always = (): boolean => true

/** Where the value that begins at `start` ends; -1: not yet. */
const endOfValue = (bytes: Buffer, start: number): number => {
  let at = start
  // Values that are still to come: an array adds its items, so that no depth of nesting needs a stack.
  for (let missing = 1; missing > 0; missing--) {
    const line = bytes.indexOf(CR, at)
    if (line === -1 || line + 2 > bytes.length) return -1
    const type = String.fromCharCode(bytes[at]!)
    const count = Number(bytes.toString("latin1", at + 1, line))
    at = line + 2
    if ("$=!".includes(type) && count >= 0) at += count + 2
    else if ("*~>".includes(type) && count > 0) missing += count
    else if ("%".includes(type)) missing += 2 * count
    // An attribute stands before the value that it is about.
    else if ("|".includes(type)) missing += 2 * count + 1
    if (at > bytes.length) return -1
  }
  return at
}

export const redis: Protocol = {
  requests: () => cutterOf(endOfValue, always),
  // What is pushed answers nothing.
  answers: () => cutterOf(endOfValue, (piece) => piece[0] !== ">".charCodeAt(0)),
  isHidden: (first) => first[0] === 0x16
}
