/**
 * The tape: one array of small numbers that holds every decision of a run. 0 means that nothing happens, and past its end all is 0.
 *
 * It is read in blocks of 8 numbers. The first block is the header (the world's options), each other block is at most one line of the timeline:
 * so to delete a block is to delete a step, and to set a number to 0 is to make a step plainer.
 */

/** Numbers of a block: what happens, who, which id, which legs, two amounts, the fault, variants. */
export const STRIDE = 8

/** Integers from 0 to 255. */
export type Tape = ReadonlyArray<number>

/** One block of a tape. Mutable, so that a run needs one of them only. */
export class Block {
  readonly tape: Tape
  offset = 0

  constructor(tape: Tape) {
    this.tape = tape
  }

  get what(): number {
    return this.tape[this.offset] ?? 0
  }
  get who(): number {
    return this.tape[this.offset + 1] ?? 0
  }
  get id(): number {
    return this.tape[this.offset + 2] ?? 0
  }
  get legs(): number {
    return this.tape[this.offset + 3] ?? 0
  }
  get amount(): number {
    return this.tape[this.offset + 4] ?? 0
  }
  get second(): number {
    return this.tape[this.offset + 5] ?? 0
  }
  get fault(): number {
    return this.tape[this.offset + 6] ?? 0
  }
  get variant(): number {
    return this.tape[this.offset + 7] ?? 0
  }
}

/** How many blocks follow the header. */
export const blockCount = (tape: Tape): number => Math.max(0, Math.ceil(tape.length / STRIDE) - 1)

/** Without the zeros at its end, which mean nothing. */
export const trimTape = (tape: Tape): Tape => {
  let length = tape.length
  while (length > 0 && tape[length - 1] === 0) length--
  return tape.slice(0, length)
}

/** As text for a command line: base64url, without the zeros at its end. */
export const encodeTape = (tape: Tape): string => {
  const trimmed = trimTape(tape)
  return Buffer.from(trimmed.length === 0 ? [0] : trimmed).toString("base64url")
}

/** @throws Error if the text is not a tape */
export const decodeTape = (text: string): Tape => {
  if (!/^[A-Za-z0-9_-]+$/.test(text))
    throw new Error(`a tape is base64url text, was ${JSON.stringify(text.slice(0, 60))}`)
  return trimTape([...Buffer.from(text, "base64url")])
}
