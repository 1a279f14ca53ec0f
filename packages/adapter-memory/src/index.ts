export { memoryStore } from "./memory-store.ts"
export type { MemoryStats, MemoryStore, MemoryStoreOptions } from "./memory-store.ts"
