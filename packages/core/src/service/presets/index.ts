/** The limits of the original service, ready to use. */
export { type Anonymous, anonymous, type SolvedChallenge, type VisitorRequest, type VisitorUsage } from "./anonymous.ts"
export { type Challenge, isChallenge } from "./challenge.ts"
export { type EnvironmentVariables, fromEnv, type PresetSettings } from "./from-env.ts"
export type { AnonymousOptions } from "./read-anonymous.ts"
export {
  type Registered,
  registered,
  type RegisteredOptions,
  type ReserveQuery,
  type UserRequest
} from "./registered.ts"
export type { Visitor } from "./visitor.ts"
