/**
 * Who did what, for the sentence that says why an invariant broke. Its words are made only when they are read: nearly never.
 */
import type { Command } from "@tallystick/core/machine"

import { commandWords } from "./words.ts"

export interface Who {
  readonly words: string
}

export class Sent implements Who {
  readonly lane: string
  readonly command: Command

  constructor(lane: string, command: Command) {
    this.lane = lane
    this.command = command
  }

  /** `c2's reserve r3: 5 of a for 10 s`. */
  get words(): string {
    return `${this.lane}'s ${commandWords(this.command)}`
  }
}
