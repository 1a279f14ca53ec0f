/**
 * Tallystick for Effect: the same operations as services and layers.
 *
 * @example
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { layer, Quota, QuotaStore } from "@tallystick/core/effect"
 * import { memoryStore } from "@tallystick/adapter-memory"
 *
 * const live = layer({ ttlMs: 30_000 }).pipe(Layer.provide(Layer.sync(QuotaStore, memoryStore)))
 * const program = Effect.flatMap(Quota, (quota) => quota.usage([{ account: "user:ada", limit: 100 }]))
 * Effect.runPromise(program.pipe(Effect.provide(live)))
 */
export * from "./http/index.ts"
export type { Overage, Settle, WarnAt, WhenUnknown } from "./machine/command.ts"
export { InvalidInput } from "./machine/invalid-input.ts"
export type { Charge, ChargeRequest, FinalizeRequest, ReleaseRequest } from "./service/by-id.ts"
export type { AccountUsage, Denial } from "./service/denial.ts"
export { QuotaClosed, QuotaConflict, QuotaDenied, ReservationEnded } from "./service/errors.ts"
export type { Growth, GrowError } from "./service/grow.ts"
export type { HandOverOptions } from "./service/hand-over.ts"
export type { ReservationHandle } from "./service/handle.ts"
export { type IdSource, RequestIds } from "./service/identifier.ts"
export { type JournalEntry, memoryJournal, QuotaJournal, type SettlementJournal } from "./service/journal.ts"
export type { AccountName, AccountQuery, Amounts, Limit, LimitWindow } from "./service/limit.ts"
export type { Observer } from "./service/observer.ts"
export { QuotaObserver } from "./service/report.ts"
export type { OpenError, OpenRequest } from "./service/open.ts"
export type { Adjusted, AdjustError, AdjustRequest } from "./service/operate.ts"
export { layer } from "./service/layer.ts"
export { type AddCreditRequest, Quota, type QuotaService, type SetLimitRequest } from "./service/quota.ts"
export type { ReplayReport } from "./service/replay.ts"
export type { Reservation } from "./service/reservation.ts"
export type { ResumeError } from "./service/resume.ts"
export { defaultSettings, type Settings, type TurnSettings } from "./service/settings.ts"
export type { SettledAccount, Settlement } from "./service/settlement.ts"
export * from "./store/errors.ts"
export { type Capabilities, type Hold, type Page, type PageRequest, QuotaStore, type Store } from "./store/port.ts"
