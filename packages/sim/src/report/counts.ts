/**
 * `name 12   other 3   never: third`, over as many lines as it needs. What never happened is named, since nothing was proved
 * about it.
 */
import { thousands } from "./numbers.ts"

const WIDTH = 96
const LABEL = 14

export const counts = (label: string, values: Readonly<Record<string, number>>): ReadonlyArray<string> => {
  const entries = Object.entries(values)
  const seen = entries.filter(([, count]) => count > 0).map(([name, count]) => `${spaced(name)} ${thousands(count)}`)
  const never = entries.filter(([, count]) => count === 0).map(([name]) => spaced(name))
  const parts = [...seen, ...never.map((name, i) => (i === 0 ? `never: ${name}` : name))]
  const lines: Array<string> = []
  let line = ""
  for (const part of parts) {
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
