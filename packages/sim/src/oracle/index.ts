/**
 * The Book, and what judges a store by it.
 */
export { attributeAccount, attributeHolds, attributeOutcome } from "./attribute.ts"
export type { Circumstances } from "./attribute.ts"
export { Book } from "./book.ts"
export { invariantIds, Violation } from "./checks.ts"
export type { Oracle } from "./oracle.ts"
export { answerWords, commandWords, timeWords } from "./words.ts"
