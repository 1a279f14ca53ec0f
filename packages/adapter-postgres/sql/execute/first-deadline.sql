              -- firstDeadline: only a refusal by limit reads it. Of each account so many rows are fetched as its items can empty, and one more.
              IF first_heads IS NULL THEN
                first_heads := array_fill(NULL::integer, ARRAY[cardinality(accounts)]);
                SELECT array_agg(k.number), array_agg(d.tick_ms), array_agg(d.period) INTO first_accounts, first_ticks, first_periods
                  FROM (SELECT x.number, count(*) AS items FROM unnest(item_accounts) AS x (number) GROUP BY x.number) AS k
                  CROSS JOIN LATERAL (SELECT (account_rows[k.number]).*) AS a
                  CROSS JOIN LATERAL (
                    SELECT t.tick_ms, t.period FROM {schema}.due AS t
                    WHERE t.account = a.account AND t."window" = a."window" AND t.period = a.period AND t.tick_ms > greatest(now_ms + a.lead_ms, a.last_ms)
                    ORDER BY t.tick_ms LIMIT k.items + 1
                  ) AS d;
                FOR first IN REVERSE coalesce(cardinality(first_accounts), 0)..1 LOOP
                  first_heads[first_accounts[first]] := first;
                END LOOP;
              END IF;
              tick := NULL;
              -- What this call alters already, and what it does not.
              due_number := due_heads[number];
              WHILE due_number IS NOT NULL LOOP
                due := due_rows[due_number];
                IF due.period = account.period AND due.holds > 0 THEN tick := least(tick, due.tick_ms); END IF;
                due_number := due_nexts[due_number];
              END LOOP;
              first := first_heads[number];
              WHILE first_accounts[first] = number LOOP
                IF first_periods[first] = account.period THEN
                  due_number := due_heads[number];
                  WHILE due_rows[due_number].tick_ms <> first_ticks[first] OR due_rows[due_number].period <> account.period LOOP
                    due_number := due_nexts[due_number];
                  END LOOP;
                  IF due_number IS NULL OR NOT due_founds[due_number] THEN
                    tick := least(tick, first_ticks[first]);
                  END IF;
                END IF;
                first := first + 1;
              END LOOP;
              first_deadlines[leg] := tick;
