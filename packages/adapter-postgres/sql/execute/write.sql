  -- write: each table in one statement, whatever the number of commands. What has passed first: what is reborn begins without due rows.
  IF expired IS NOT NULL THEN
    WITH gone AS (
      DELETE FROM {schema}.due AS d USING unnest(expired) AS x (number)
      WHERE d.account = accounts[x.number] AND d."window" = windows[x.number] AND d.tick_ms <= account_rows[x.number].last_ms
      RETURNING x.number, d.tick_ms, d.period, d.holds, d.amount, d.cost
    )
    INSERT INTO {schema}.ledger
      SELECT accounts[g.number], windows[g.number],
        expired_revisions[g.number] + row_number() OVER (PARTITION BY g.number ORDER BY g.tick_ms), 'expired', NULL, g.tick_ms,
        coalesce(sum(g.cost) FILTER (WHERE g.period = expired_periods[g.number]), 0),
        -coalesce(sum(g.amount) FILTER (WHERE g.period = expired_periods[g.number]), 0), sum(g.holds)
      FROM gone AS g GROUP BY g.number, g.tick_ms;
  END IF;
  IF reborn IS NOT NULL THEN
    DELETE FROM {schema}.due AS d USING unnest(reborn) AS x (number) WHERE d.account = accounts[x.number] AND d."window" = windows[x.number];
  END IF;

  FOR number IN 1..cardinality(accounts) LOOP
    units[number] := account_rows[number].unit;
  END LOOP;
  IF account_writes IS NOT NULL THEN
    UPDATE {schema}.account AS t SET unit = w.unit, stored_limit = w.stored_limit, is_unlimited = w.is_unlimited, is_open = w.is_open,
      used = w.used, reserved = w.reserved, holds = w.holds, due_ms = w.due_ms, period = w.period, start_ms = w.start_ms, end_ms = w.end_ms,
      revision = w.revision, last_ms = w.last_ms, lead_ms = w.lead_ms, born_ms = w.born_ms, changed_ms = w.changed_ms, reset_ms = w.reset_ms
    FROM unnest(account_rows) WITH ORDINALITY AS w
    WHERE account_writes[w.ordinality] AND t.account = w.account AND t."window" = w."window";
  END IF;
  -- A row that was made only to be locked is no account: nobody has seen it.
  IF made > 0 THEN
    DELETE FROM {schema}.account AS t USING unnest(accounts) WITH ORDINALITY AS k (account, number)
      WHERE t.account = k.account AND t."window" = windows[k.number] AND t.revision = 0;
  END IF;

  IF entry_count > entries_found THEN
    INSERT INTO {schema}.entry SELECT w.* FROM unnest(entry_rows[entries_found + 1:entry_count]) AS w;
  END IF;
  IF has_entry_updates THEN
    UPDATE {schema}.entry AS e SET command = w.command, state = w.state, accounts = w.accounts, digest = w.digest, settle = w.settle, amount = w.amount,
      held = w.held, measured = w.measured, when_unknown = w.when_unknown, deadline_ms = w.deadline_ms, expiry_cost = w.expiry_cost, period = w.period,
      created_ms = w.created_ms, changed_ms = w.changed_ms, debited = w.debited, actual = w.actual, overage = w.overage, unbilled = w.unbilled, late = w.late
    FROM unnest(entry_rows) WITH ORDINALITY AS w
    WHERE entry_writes[w.ordinality] AND e.ctid = entry_places[w.ordinality];
  END IF;

  FOR due_number IN 1..due_count LOOP
    IF due_rows[due_number].holds = 0 THEN has_due_left := true;
    ELSIF due_founds[due_number] THEN has_due_altered := true;
    ELSE has_due_joined := true;
    END IF;
  END LOOP;
  IF has_due_left THEN
    DELETE FROM {schema}.due AS d USING unnest(due_rows) WITH ORDINALITY AS w
      WHERE due_founds[w.ordinality] AND w.holds = 0
        AND d.account = w.account AND d."window" = w."window" AND d.tick_ms = w.tick_ms AND d.period = w.period;
  END IF;
  IF has_due_altered THEN
    UPDATE {schema}.due AS d SET holds = w.holds, amount = w.amount, cost = w.cost
      FROM unnest(due_rows) WITH ORDINALITY AS w
      WHERE due_founds[w.ordinality]
        AND d.account = w.account AND d."window" = w."window" AND d.tick_ms = w.tick_ms AND d.period = w.period;
  END IF;
  IF has_due_joined THEN
    INSERT INTO {schema}.due AS d
      SELECT w.account, w."window", w.tick_ms, w.period, w.holds, w.amount, w.cost
      FROM unnest(due_rows) WITH ORDINALITY AS w
      WHERE NOT due_founds[w.ordinality] AND w.holds > 0
      ON CONFLICT ON CONSTRAINT due_pkey
      DO UPDATE SET holds = d.holds + excluded.holds, amount = d.amount + excluded.amount, cost = d.cost + excluded.cost;
  END IF;

  IF adjusted IS NOT NULL THEN
    INSERT INTO {schema}.adjustment SELECT w.* FROM unnest(adjusted) AS w
      ON CONFLICT ON CONSTRAINT adjustment_pkey DO UPDATE SET digest = excluded.digest, changed_ms = excluded.changed_ms;
  END IF;
  IF ledger_count > 0 THEN INSERT INTO {schema}.ledger SELECT w.* FROM unnest(ledger_rows) AS w; END IF;
