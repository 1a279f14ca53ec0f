/** HTTP: denials as responses, and whose request it is. */
export { type AddressedRequest, clientAddress, type ClientAddressOptions } from "./client-address.ts"
export {
  denialResponse,
  type DenialResponseOptions,
  type Problem,
  type ProblemBody,
  problemOf,
  type ProblemRefusal
} from "./problem.ts"
export type { ProblemKind } from "./problem-kind.ts"
