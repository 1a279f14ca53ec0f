/**
 * Numbers as people read them. By hand: `toLocaleString` depends on the machine.
 */

/** 1234567 -> 1,234,567 */
export const thousands = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",")

/** 1 run, 2 runs */
export const counted = (n: number, singular: string, plural = `${singular}s`): string =>
  `${thousands(n)} ${n === 1 ? singular : plural}`

/** Virtual time since the beginning: 1.250 s, 2:05.250, 1:02:05.250 */
export const clockTime = (ms: number): string => {
  const whole = Math.floor(ms / 1_000)
  const thousandths = String(Math.floor(ms) - whole * 1_000).padStart(3, "0")
  if (whole < 60) return `${whole}.${thousandths}`
  const two = (n: number): string => String(n).padStart(2, "0")
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}.${thousandths}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}.${thousandths}`
}

/** Of a program that ran: 0.3 s, 12 s. */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
