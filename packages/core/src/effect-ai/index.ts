/**
 * Effect's own `LanguageModel`, metered by a turn.
 *
 * `effect/ai` is unstable in Effect 4.1: it may change in a minor version. So this is an entry of its own, and follows it.
 */
export { metered, type MeteredOptions } from "./metered.ts"
export { promptTokens } from "./prompt-tokens.ts"
