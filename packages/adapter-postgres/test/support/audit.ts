/**
 * What must hold of the tables at every instant, asked in one statement, so that all of it is one snapshot: each account's numbers are the sums of its
 * holds and of its ledger, and its revisions have no gap.
 */

/** What holds of an entry, by its state. What a reservation was stays when it has ended. */
const entryText = `
  e.created_ms <= e.changed_ms AND e.changed_ms <= a.last_ms AND e.period <= a.period AND (e.settle = 'actual' OR (e.measured IS NULL AND e.when_unknown IS NULL))
  AND CASE
    WHEN e.command = 'reserve' THEN e.amount > 0 AND e.held >= e.amount AND e.deadline_ms % 1000 = 0 AND e.deadline_ms > e.created_ms
      AND e.expiry_cost = CASE
        WHEN e.settle = 'held' OR e.when_unknown = 'charge-held' THEN e.held
        WHEN e.settle = 'none' OR e.when_unknown = 'refund' OR e.measured IS NULL THEN 0
        WHEN e.measured < e.held THEN e.measured
        ELSE e.held
      END
    ELSE e.held = 0 AND e.expiry_cost = 0 AND e.deadline_ms = e.created_ms AND e.changed_ms = e.created_ms AND e.measured IS NULL
  END
  AND CASE e.state
    WHEN 'held' THEN e.command = 'reserve' AND (e.debited, e.unbilled, e.late, e.overage) = (0, 0, false, 'debit') AND e.actual IS NULL AND e.deadline_ms > e.changed_ms
    WHEN 'charged' THEN e.command = 'charge' AND (e.amount, e.amount, e.unbilled, e.late, e.overage) = (e.debited, e.actual, 0, false, 'debit')
    WHEN 'marked' THEN (e.amount, e.debited, e.unbilled, e.late, e.accounts, e.digest) = (0, 0, 0, false, '', '') AND e.actual IS NULL
    WHEN 'finalized' THEN (e.settle = 'actual') = (e.actual IS NOT NULL) AND e.late IS NOT NULL
    ELSE e.command = 'reserve' AND e.actual IS NULL AND e.unbilled = 0
  END`

/** Gives one row for each thing that is wrong, a text. What `sweep` has collected lies in the ledger only: ask before it. */
export const auditText = (schema: string): string => `
WITH
-- A forgotten account is not settled any more: its due rows stay, and what was due before them is gone.
row_of AS (
  SELECT a.*, least(a.last_ms, (
    SELECT min(d.tick_ms) - 1 FROM ${schema}.due AS d WHERE d.account = a.account AND d."window" = a."window"
  )) AS settled_ms
  FROM ${schema}.account AS a
),
hold AS (
  SELECT e.account, e."window", e.deadline_ms AS tick_ms, e.period, count(*)::bigint AS holds, sum(e.held)::bigint AS amount,
    sum(e.expiry_cost)::bigint AS cost
  FROM ${schema}.entry AS e JOIN row_of AS a USING (account, "window")
  WHERE e.state = 'held' AND e.changed_ms >= a.born_ms AND e.deadline_ms > a.settled_ms
  GROUP BY e.account, e."window", e.deadline_ms, e.period
),
reserved AS (
  SELECT a.account, a."window", coalesce(sum(h.amount), 0)::bigint AS amount
  FROM row_of AS a LEFT JOIN hold AS h ON h.account = a.account AND h."window" = a."window" AND h.period = a.period
  GROUP BY a.account, a."window"
),
-- What was pruned is one row, the opening; its revision is that of the last one dropped.
told AS (
  SELECT a.account, a."window", count(l.revision) FILTER (WHERE l.revision > o.revision)::bigint AS changes, o.revision AS opening, coalesce(max(l.revision), a.born_ms) AS revision,
    max(l.at_ms) AS at_ms,
    coalesce(sum(l.used_delta), 0)::bigint AS used, coalesce(sum(l.reserved_delta), 0)::bigint AS reserved
  FROM row_of AS a
  CROSS JOIN LATERAL (
    SELECT coalesce(max(p.revision), a.born_ms) AS revision FROM ${schema}.ledger AS p
    WHERE p.account = a.account AND p."window" = a."window" AND p.revision > a.born_ms AND p.cause = 'opening'
  ) AS o
  LEFT JOIN ${schema}.ledger AS l ON l.account = a.account AND l."window" = a."window" AND l.revision > a.born_ms
  GROUP BY a.account, a."window", a.born_ms, o.revision
)
SELECT format('%s %s: holds %s from %s on, and the due rows say %s', a.account, a."window", a.holds, a.due_ms, d) AS fault
  FROM row_of AS a CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.holds), 0) AS holds, min(t.tick_ms) AS tick_ms FROM ${schema}.due AS t WHERE t.account = a.account AND t."window" = a."window"
  ) AS d
  WHERE a.holds <> d.holds OR coalesce(a.due_ms > d.tick_ms, d.tick_ms IS NOT NULL)
UNION ALL
SELECT format('%s %s: reserved is %s, and its holds say %s', a.account, a."window", a.reserved, r.amount) AS fault
  FROM row_of AS a JOIN reserved AS r USING (account, "window") WHERE r.amount <> a.reserved
UNION ALL
SELECT format('%s %s: due %s, and the holds say %s', d.account, d."window", d, h)
  FROM ${schema}.due AS d FULL JOIN hold AS h USING (account, "window", tick_ms, period)
  WHERE (d.holds, d.amount, d.cost) IS DISTINCT FROM (h.holds, h.amount, h.cost)
UNION ALL
SELECT format('%s %s: an end, %s, of a window that is not open', a.account, a."window", a.end_ms)
  FROM row_of AS a WHERE (a.start_ms IS NULL AND a.end_ms IS NOT NULL) OR (a.start_ms IS NOT NULL AND a."window" = 'none')
    OR (a.end_ms IS NOT NULL AND a."window" LIKE 'idle:%')
UNION ALL
SELECT format('%s %s: an entry that no command leaves: %s', a.account, a."window", e)
  FROM row_of AS a JOIN ${schema}.entry AS e USING (account, "window") WHERE e.changed_ms >= a.born_ms AND NOT (${entryText})
UNION ALL
SELECT format('%s %s: a row that is no account yet', a.account, a."window") FROM row_of AS a WHERE a.revision = 0
UNION ALL
SELECT format('%s %s: used %s, reserved %s, revision %s, and the ledger says %s', a.account, a."window", a.used, a.reserved, a.revision, t)
  FROM row_of AS a JOIN told AS t USING (account, "window")
  WHERE (a.used, a.reserved, a.revision) <> (t.used, t.reserved, t.revision) OR t.changes <> a.revision - t.opening
UNION ALL
SELECT format('%s %s: changed at %s, and the ledger says %s', a.account, a."window", a.changed_ms, t.at_ms)
  FROM row_of AS a JOIN told AS t USING (account, "window") WHERE t.at_ms <> a.changed_ms
UNION ALL
SELECT format('%s %s, revision %s: at %s, behind %s', l.account, l."window", l.revision, l.at_ms, l.before_ms)
  FROM (
    SELECT l.*, lag(l.at_ms) OVER (PARTITION BY account, "window" ORDER BY l.revision) AS before_ms
    FROM ${schema}.ledger AS l JOIN row_of AS a USING (account, "window") WHERE l.revision > a.born_ms
  ) AS l
  WHERE l.at_ms < l.before_ms OR (l.cause = 'expired') <> (l.holds IS NOT NULL) OR l.holds < 1
UNION ALL
SELECT format('%s %s: what expired at %s is %s changes', l.account, l."window", l.at_ms, count(*))
  FROM ${schema}.ledger AS l JOIN row_of AS a USING (account, "window") WHERE l.revision > a.born_ms AND l.cause = 'expired'
  GROUP BY l.account, l."window", l.at_ms HAVING count(*) > 1`
