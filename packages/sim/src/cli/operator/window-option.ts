/**
 * An account's window in a word: `day`, `day@Europe/Berlin`, `fixed:3600000`, `idle:30d`.
 */
import type { LimitWindow } from "@tallystick/core"

const unitMs: Readonly<Record<string, number>> = { "": 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** undefined: it is none. null: no window. */
export const readWindowText = (text: string): LimitWindow | null | undefined => {
  if (text === "none") return null
  const calendar = /^(day|week|month)(?:@(.+))?$/.exec(text)
  if (calendar !== null) return { calendar: calendar[1] as "day" | "week" | "month", timeZone: calendar[2] ?? "UTC" }
  const timed = /^(fixed|idle):(\d{1,12})([smhd]?)$/.exec(text)
  if (timed === null) return undefined
  const ms = Number(timed[2]) * unitMs[timed[3] ?? ""]!
  return timed[1] === "fixed" ? { fixedMs: ms } : { idleMs: ms }
}

/** A window as answers name it, in the same words. */
export const windowText = (
  window:
    | { readonly kind: "none" }
    | { readonly kind: "fixed"; readonly lengthMs: number }
    | { readonly kind: "idle"; readonly idleMs: number }
    | { readonly kind: "calendar"; readonly every: string; readonly timeZone: string }
): string => {
  switch (window.kind) {
    case "none":
      return "none"
    case "fixed":
      return `fixed:${window.lengthMs}`
    case "idle":
      return `idle:${window.idleMs}`
    case "calendar":
      return window.timeZone === "UTC" ? window.every : `${window.every}@${window.timeZone}`
  }
}
