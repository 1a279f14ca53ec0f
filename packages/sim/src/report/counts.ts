/**
 * `name 12  other 3`, over as many lines as it needs: counts of things whose names differ from run to run.
 */
import { thousands } from "./numbers.ts"

const WIDTH = 96
const LABEL = 14

export const counts = (label: string, values: Readonly<Record<string, number>>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const [name, count] of Object.entries(values)) {
    const part = `${spaced(name)} ${thousands(count)}`
    if (line !== "" && LABEL + line.length + 3 + part.length > WIDTH) {
      lines.push(line)
      line = part
    } else {
      line = line === "" ? part : `${line}   ${part}`
    }
  }
  return [...lines, line === "" ? "none" : line].map(
    (text, i) => `  ${(i === 0 ? label : "").padEnd(LABEL - 2)}${text}`
  )
}

/** timeJumps -> time jumps */
const spaced = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
