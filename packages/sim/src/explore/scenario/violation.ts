import { Violation } from "../../oracle/checks.ts"

/** What the user's code did, and not the store: to run the store again would say nothing. */
export class ScenarioViolation extends Violation {}
