              time_ms := account.last_ms;
              item := leg_items[leg];
              is_leaving := false;
              tick := NULL;
              IF account.revision = 0 THEN
                account.born_ms := time_ms;
                -- A new account's revisions start at its birth, so that they never fall, whatever was forgotten before.
                account.revision := time_ms;
                IF leg_forgotten[leg] THEN
                  reborn := reborn || number;
                  account_passed[number] := NULL;
                END IF;
              END IF;
              IF account.start_ms IS NULL AND window_kinds[number] <> 'none' THEN
                account.start_ms := coalesce(bound_starts[leg], time_ms);
                account.end_ms := bound_ends[leg];
              END IF;

              IF act = 'finalized' OR act = 'released' THEN
                -- end
                is_leaving := states[leg] = is_held;
                states[leg] := CASE kind WHEN 'finalize' THEN is_finalized ELSE is_released END;
              ELSIF act = 'extended' THEN
                -- moveDue
                altered := altered_entries[leg];
                altered.changed_ms := time_ms;
                IF altered.deadline_ms <> entry.deadline_ms THEN
                  is_leaving := true;
                  tick := altered.deadline_ms;
                  entry_dues[entry_number] := NULL;
                ELSIF altered.held <> entry.held OR altered.expiry_cost <> entry.expiry_cost THEN
                  due_number := leg_dues[leg];
                  due := due_rows[due_number];
                  due.amount := due.amount + altered.held - entry.held;
                  due.cost := due.cost + altered.expiry_cost - entry.expiry_cost;
                  due_rows[due_number] := due;
                END IF;
              END IF;
              IF is_leaving THEN
                due_number := leg_dues[leg];
                due := due_rows[due_number];
                due.holds := due.holds - 1;
                due.amount := due.amount - entry.held;
                due.cost := due.cost - entry.expiry_cost;
                due_rows[due_number] := due;
                account.holds := account.holds - 1;
              END IF;
              -- section entry
              IF tick IS NOT NULL THEN
                -- section find-due
                due.holds := due.holds + 1;
                due.amount := due.amount + entry.held;
                due.cost := due.cost + entry.expiry_cost;
                due_rows[due_number] := due;
                account.holds := account.holds + 1;
                account.due_ms := least(account.due_ms, tick);
              END IF;

              account.used := account.used + used_deltas[leg];
              account.reserved := account.reserved + reserved_deltas[leg];
              account.revision := account.revision + 1;
              account.changed_ms := time_ms;
              ledger_count := ledger_count + 1;
              ledger_rows[ledger_count] := ROW(account.account, account."window", account.revision, CASE act WHEN 'unreserved' THEN 'finalized' ELSE act END,
                item_ids[item], time_ms, used_deltas[leg], reserved_deltas[leg], NULL)::{schema}.ledger;
