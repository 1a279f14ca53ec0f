/**
 * Stands for a store of one's own, for docs/storm.md.
 */
import { memoryStore } from "@tallystick/adapter-memory"

export const myStore = (_options: { readonly table: string; readonly callTimeoutMs: number }) => memoryStore()
