/**
 * Tallystick for code without Effect: promises and plain objects.
 *
 * @example
 * import { createQuota } from "@tallystick/core"
 * import { memoryStore } from "@tallystick/adapter-memory"
 *
 * const quota = createQuota({ store: memoryStore() })
 */
export * from "./http/index.ts"
export type { Overage, Settle, WarnAt, WhenUnknown } from "./machine/command.ts"
export { InvalidInput } from "./machine/invalid-input.ts"
export type { ConflictReason, LegState, Refusal, RefusalReason, Status } from "./machine/outcome.ts"
export type { CalendarUnit, WindowName } from "./machine/window.ts"
export * from "./pricing/index.ts"
export type { Charge, ChargeRequest, FinalizeRequest, ReleaseRequest } from "./service/by-id.ts"
export type { AccountUsage, Denial } from "./service/denial.ts"
export * from "./service/presets/index.ts"
export { QuotaClosed, QuotaConflict, QuotaDenied, ReservationEnded } from "./service/errors.ts"
export type { Growth } from "./service/grow.ts"
export type { HandOverOptions } from "./service/hand-over.ts"
export type { ReservationHandle } from "./service/handle.ts"
export { type JournalEntry, memoryJournal, type SettlementJournal } from "./service/journal.ts"
export type { AccountName, AccountQuery, Amounts, Limit, LimitWindow } from "./service/limit.ts"
export type {
  DebitEvent,
  DeniedEvent,
  InsuredEvent,
  LostEvent,
  Observer,
  UndecidedEvent,
  UnmeasuredEvent,
  UnsettledEvent,
  UnsettledReason
} from "./service/observer.ts"
export type { Adjusted, AdjustRequest } from "./service/operate.ts"
export { createQuota } from "./service/promise/create-quota.ts"
export type { QuotaClock, QuotaOptions } from "./service/promise/options.ts"
export type { CloseOptions, OpenOptions, Quota } from "./service/promise/quota.ts"
export type { Reservation } from "./service/promise/reservation.ts"
export type { AddCreditRequest, SetLimitRequest } from "./service/quota.ts"
export type { ReplayReport } from "./service/replay.ts"
export { defaultSettings, type Settings, type TurnSettings } from "./service/settings.ts"
export type { SettledAccount, Settlement } from "./service/settlement.ts"
export { type CallOptions, defineStore, type StoreFunctions } from "./store/define-store.ts"
export {
  type CallError,
  CorruptError,
  MisconfiguredError,
  NotAppliedError,
  OutcomeUnknownError,
  type StoreError
} from "./store/errors.ts"
export { insured } from "./store/insured.ts"
export type { AdmitWhenDown, DenyWhenDown, InsuredOptions } from "./store/insured-options.ts"
export type { Capabilities, Hold, Page, PageRequest, Store } from "./store/port.ts"
export { route } from "./store/route.ts"
export type { AccountPattern, Route, RouteOptions } from "./store/route-table.ts"
