              due_number := due_heads[number];
              WHILE due_rows[due_number].tick_ms <> tick OR due_rows[due_number].period <> entry.period LOOP
                due_number := due_nexts[due_number];
              END LOOP;
              IF due_number IS NULL THEN
                due_count := due_count + 1;
                due_number := due_count;
                due_nexts[due_number] := due_heads[number];
                due_heads[number] := due_number;
                due := ROW(account.account, account."window", tick, entry.period, 0, 0, 0)::{schema}.due;
                due_rows[due_number] := due;
                due_founds[due_number] := false;
              ELSE due := due_rows[due_number];
              END IF;
