/**
 * What identifies an account, and the one order in which accounts are compared, locked and named.
 */
import type { Window, WindowName } from "./window.ts"

interface Identified {
  readonly account: string
  readonly window: Window | WindowName
}

/** The window's part of the identity. Injective: its fields hold no `:` but for the last, and the kinds differ. */
export const windowKey = (window: Window | WindowName): string => {
  switch (window.kind) {
    case "none":
      return "none"
    case "fixed":
      return `fixed:${window.lengthMs}`
    case "idle":
      return `idle:${window.idleMs}`
    case "calendar":
      return `calendar:${window.every}:${window.timeZone}`
  }
}

/**
 * One text per account, different ones for different accounts. An id holds no control characters (`readCommand`), so that the line feed cannot be
 * part of it.
 */
export const accountKey = (identified: Identified): string =>
  identified.window.kind === "none" ? identified.account : `${identified.account}\n${windowKey(identified.window)}`

/** A window as answers name it. */
export const windowName = (window: Window | WindowName): WindowName =>
  window.kind === "calendar" ? { kind: "calendar", every: window.every, timeZone: window.timeZone } : window

/**
 * Byte order of the UTF-8 texts, which is the order of code points. `<` compares UTF-16 units instead, and there a surrogate (U+D800 to U+DFFF, a
 * code point above U+FFFF) sorts below U+E000 to U+FFFF. So units from U+D800 up are moved before they are compared.
 */
export const compareBytes = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return codePointRank(a) - codePointRank(b)
  }
  return left.length - right.length
}

const codePointRank = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)

/** The order of accounts: by id, then by the window's name. Denials are named, and rows are locked, in it. */
export const compareAccounts = (left: Identified, right: Identified): number =>
  compareBytes(left.account, right.account) || compareBytes(windowKey(left.window), windowKey(right.window))
