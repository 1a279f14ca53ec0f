/**
 * The simulator: searches for an interleaving that overspends, leaks or counts twice, on any store.
 */
export { explore } from "./explore/explore.ts"
export type { ExploreOptions, ExploreProgress } from "./explore/explore.ts"
export type { Scenario, ScenarioClient } from "./explore/scenario/scenario.ts"
export type { MakeStore } from "./explore/run.ts"
export type * from "./report/model.ts"
export { loadStore, UnknownStore } from "./stores.ts"
export { decodeTape, encodeTape } from "./world/tape.ts"
export type { Tape } from "./world/tape.ts"
