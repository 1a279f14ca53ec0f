/** The default catalogue, in an entry of its own. */
export { firstPrice, genaiPrices, type GenaiPrices } from "./genai-prices.ts"
export { isSameModel, type ModelId, normalizeModel } from "./model-id.ts"
