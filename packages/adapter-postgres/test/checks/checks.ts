/**
 * All of them, by what they are about.
 */
import type { Check } from "./check.ts"
import { corruptChecks } from "./corrupt.ts"
import { holdsChecks } from "./holds.ts"
import { ledgerChecks } from "./ledger.ts"
import { lockChecks } from "./locks.ts"
import { statementChecks } from "./statements.ts"
import { besideChecks } from "./beside.ts"
import { firstDeadlineChecks } from "./first-deadline.ts"
import { functionChecks } from "./functions.ts"
import { lifeChecks } from "./lives.ts"
import { rowChecks } from "./rows.ts"
import { sweepChecks } from "./sweep.ts"
import { sweepTurnChecks } from "./sweep-turns.ts"
import { viewChecks } from "./views.ts"

export const checksOf = {
  beside: besideChecks,
  firstDeadline: firstDeadlineChecks,
  functions: functionChecks,
  statements: statementChecks,
  rows: rowChecks,
  lives: lifeChecks,
  ledger: ledgerChecks,
  corrupt: corruptChecks,
  views: viewChecks,
  holds: holdsChecks,
  locks: lockChecks,
  sweep: [...sweepChecks, ...sweepTurnChecks]
}

export const checks: ReadonlyArray<Check> = Object.values(checksOf).flat()
