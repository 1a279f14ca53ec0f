/**
 * Colour, or none: the same texts either way.
 */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
}

const same = (text: string): string => text

export const plain: Paint = { bold: same, dim: same, red: same, green: same }

const code =
  (on: number, off: number) =>
  (text: string): string =>
    text === "" ? "" : `\u001B[${on}m${text}\u001B[${off}m`

export const coloured: Paint = { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), green: code(32, 39) }
