  IF locks = cardinality(accounts) THEN
    -- Everything is locked, so that what one statement finds is still true at the next.
    -- One item has one account. By plain statements, which join and gather nothing, and of which a new id needs one: a tenth less of the CPU of a lone reserve or
    -- ending.
    IF cardinality(item_ids) = 1 THEN
      SELECT ARRAY[1], ARRAY[e], ARRAY[e.ctid] INTO found_items, entry_rows, entry_places FROM {schema}.entry AS e
        WHERE e.account = accounts[1] AND e."window" = windows[1] AND e.id = item_ids[1];
      IF entry_rows[1].state = 'held' THEN
        SELECT ARRAY[d] INTO entry_dues FROM {schema}.due AS d
          WHERE d.account = accounts[1] AND d."window" = windows[1] AND d.tick_ms = entry_rows[1].deadline_ms AND d.period = entry_rows[1].period;
      END IF;
    ELSE
      SELECT f.* INTO found_items, entry_rows, entry_places, entry_dues FROM (
        -- section found-entries
      ) AS f;
    END IF;
    IF due_from_ms <= now_ms THEN
      WITH account_row AS (SELECT t.ordinality AS number, t.* FROM unnest(account_rows) WITH ORDINALITY AS t)
      SELECT f.* INTO passed_accounts, passed_ticks, passed_holds, passed_amounts, passed_costs, passed_lasts, passed_nexts FROM (
        -- section found-passed
      ) AS f;
    END IF;
  ELSE
    -- What is only read comes in one statement, so that a read sees all of a reservation or nothing. Its time was taken before.
    WITH account_row AS MATERIALIZED (
      SELECT k.number, t.* FROM unnest(accounts) WITH ORDINALITY AS k (account, number)
      LEFT JOIN {schema}.account AS t ON t.account = k.account AND t."window" = windows[k.number]
      ORDER BY k.number
    )
    SELECT a.rows, e.*, p.* INTO account_rows, found_items, entry_rows, entry_places, entry_dues,
      passed_accounts, passed_ticks, passed_holds, passed_amounts, passed_costs, passed_lasts, passed_nexts
    FROM (
      SELECT array_agg(CASE WHEN t.revision IS NOT NULL THEN ROW(t.account, t."window", t.unit, t.stored_limit, t.is_unlimited, t.is_open, t.used, t.reserved,
          t.holds, t.due_ms, t.period, t.start_ms, t.end_ms, t.revision, t.last_ms, t.lead_ms, t.born_ms, t.changed_ms, t.reset_ms)::{schema}.account
        ELSE {schema}.blank_account('', '', 0, 0) END) AS rows
      FROM account_row AS t
    ) AS a
    CROSS JOIN (
      -- section found-entries
    ) AS e
    CROSS JOIN (
      -- section found-passed
    ) AS p;
  END IF;
  FOR passed IN 1..coalesce(cardinality(passed_accounts), 0) LOOP
    account_passed[passed_accounts[passed]] := passed;
  END LOOP;
  entries_found := coalesce(cardinality(found_items), 0);
  entry_count := entries_found;
  FOR entry_number IN 1..entries_found LOOP
    item_entries[found_items[entry_number]] := entry_number;
  END LOOP;
  IF 'adjust' = ANY (command_kinds) THEN
    SELECT array_agg(t ORDER BY k.number) INTO adjustment_rows FROM unnest(item_ids) WITH ORDINALITY AS k (id, number)
      LEFT JOIN {schema}.adjustment AS t
        ON t.account = accounts[item_accounts[k.number]] AND t."window" = windows[item_accounts[k.number]] AND t.id = k.id;
  END IF;
