/**
 * Reads the rows of a schema with SQL, as `sql/0001-tables.sql` lays them out, and its ledger.
 */
import type { Audit, Problem } from "./place.ts"
import { auditRows, joined } from "./rows.ts"
import type { AuditedEntry } from "./rows.ts"

type Row = Readonly<Record<string, unknown>>
type Query = (text: string) => Promise<ReadonlyArray<Row>>

export const auditPostgres = async (query: Query, schema: string): Promise<Audit> => {
  // One snapshot for all: the server may still be working off what dead clients sent.
  const [row] = await query(`SELECT json_build_object(
    'accounts', (SELECT coalesce(json_agg(a), '[]') FROM ${schema}.account a),
    'entries', (SELECT coalesce(json_agg(e), '[]') FROM ${schema}.entry e),
    'ledger', (SELECT coalesce(json_agg(l), '[]') FROM (${ledgerOf(schema)}) l)
  ) AS rows`)
  const { accounts, entries, ledger } = row!["rows"] as Record<"accounts" | "entries" | "ledger", ReadonlyArray<Row>>
  const entriesOf = Map.groupBy(entries, nameOf)
  const ledgerRow = new Map(ledger.map((sums) => [nameOf(sums), sums]))
  return joined(
    accounts.map((account) => {
      const name = nameOf(account)
      return joined([
        auditRows({ account: accountOf(name, account), entries: (entriesOf.get(name) ?? []).map(entryOf) }),
        auditLedger(name, account, ledgerRow.get(name))
      ])
    })
  )
}

/** Per account, of the revisions since its row was made. */
const ledgerOf = (schema: string): string => `
  SELECT l.account, l."window", sum(l.used_delta) AS used, sum(l.reserved_delta) AS reserved,
         min(l.revision) AS first, max(l.revision) AS last, count(*) AS rows
  FROM ${schema}.ledger l JOIN ${schema}.account a ON a.account = l.account AND a."window" = l."window"
  WHERE l.revision > a.born_ms GROUP BY 1, 2`

/** Every change is in it, and together they make the account. */
const auditLedger = (name: string, account: Row, ledger: Row | undefined): Audit => {
  const problems: Array<Problem> = []
  const must = (invariant: Problem["invariant"], field: string, found: unknown, expected: unknown): void => {
    if (Number(found) !== Number(expected))
      problems.push({
        invariant,
        because: `the ledger of ${name} makes ${field} ${String(found)}, but it is ${String(expected)}`
      })
  }
  must("I3", "used", ledger?.["used"] ?? 0, account["used"])
  must("I2", "reserved", ledger?.["reserved"] ?? 0, account["reserved"])
  must("I3", "the last revision", ledger?.["last"] ?? 0, account["revision"])
  must("I3", "the number of changes", ledger?.["rows"] ?? 0, Number(account["revision"]) - Number(account["born_ms"]))
  return { checks: 4, problems }
}

const nameOf = (row: Row): string => {
  const window = String(row["window"])
  return window === "none" ? String(row["account"]) : `${String(row["account"])} per ${window}`
}

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value))

const accountOf = (name: string, row: Row) => ({
  name,
  used: Number(row["used"]),
  reserved: Number(row["reserved"]),
  period: Number(row["period"]),
  lastMs: Number(row["last_ms"]),
  revision: Number(row["revision"]),
  startMs: numberOrNull(row["start_ms"]),
  resetMs: numberOrNull(row["reset_ms"])
})

const entryOf = (row: Row): AuditedEntry => ({
  id: String(row["id"]),
  state: String(row["state"]),
  held: Number(row["held"]),
  debited: Number(row["debited"]),
  expiryCost: Number(row["expiry_cost"]),
  deadlineMs: Number(row["deadline_ms"]),
  changedMs: Number(row["changed_ms"]),
  period: Number(row["period"])
})
