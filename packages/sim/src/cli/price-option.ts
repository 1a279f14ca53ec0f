/**
 * `2.50,10`: USD for a million tokens in and out, as whole micro-USD. Read digit by digit: 0.1 is no number of a computer.
 */
import type { Price } from "../replay/price.ts"

const MAX_USD = 10_000

export const readPrice = (text: string): Price | undefined => {
  const [input, output, ...more] = text.split(",").map(readMicrousd)
  return input === undefined || output === undefined || more.length > 0
    ? undefined
    : { inputPerMillion: input, outputPerMillion: output }
}

const readMicrousd = (usd: string): number | undefined => {
  const match = /^(\d{1,5})(?:\.(\d{1,6}))?$/.exec(usd.trim())
  if (match === null) return undefined
  const microusd = Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0"))
  return microusd <= MAX_USD * 1_000_000 ? microusd : undefined
}
