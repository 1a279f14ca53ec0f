/** Readers of what providers report: pure functions over parsed JSON. */
export { anthropicEvent, anthropicUsage } from "./anthropic.ts"
export { type CallBound, type KnownTokens, type ModelCall, ModelCalls } from "./model-calls.ts"
export { openaiEvent, openaiUsage } from "./openai.ts"
export { readUsage, type ReportedUsage, tokenUsage, unknownUsage, type UsageReader } from "./reported-usage.ts"
