/** Tallystick for the Vercel AI SDK 7. */
export { DEFAULT_MAX_OUTPUT_TOKENS, metered, meteredMiddleware, type MeteredOptions } from "./metered.ts"
export { promptTokens } from "./observed.ts"
export { interrupted, streamed } from "./streamed.ts"
