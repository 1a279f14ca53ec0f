              IF act = 'adjusted' THEN
                account.unit := coalesce(account.unit, leg_units[leg]);
                CASE command_choices[command]
                WHEN 'setLimit' THEN
                  account.stored_limit := command_amounts[command];
                  account.is_unlimited := command_flags[command];
                WHEN 'credit' THEN account.stored_limit := account.stored_limit + command_amounts[command];
                WHEN 'reset' THEN account.reset_ms := time_ms;
                WHEN 'close' THEN account.is_open := false;
                WHEN 'reopen' THEN account.is_open := true;
                END CASE;
                adjustment_rows[item] := ROW(account.account, account."window", item_ids[item], command_digests[command], time_ms)::{schema}.adjustment;
                adjusted := adjusted || adjustment_rows[item];
              ELSE
                IF act = 'reserved' THEN
                  -- section admit
                  account.unit := leg_units[leg];
                  states[leg] := is_held;
                ELSIF act = 'charged' THEN
                  -- debit
                  amount := leg_amounts[leg];
                  entry := ROW(account.account, account."window", item_ids[item], kind, 'charged', command_accounts[command], command_digests[command],
                    'actual', amount, 0, NULL, NULL, time_ms, 0, account.period, time_ms, time_ms, amount, amount, 'debit', 0, false)::{schema}.entry;
                  account.unit := leg_units[leg];
                  states[leg] := is_charged;
                ELSIF act = 'marked' THEN
                  -- endedWithoutHold
                  entry := ROW(account.account, account."window", item_ids[item], kind, 'marked', '', '', 'none', 0, 0, NULL, NULL, time_ms, 0,
                    account.period, time_ms, time_ms, 0, NULL, 'debit', 0, false)::{schema}.entry;
                  states[leg] := is_marked;
                ELSIF act = 'unreserved' THEN
                  entry := ROW(account.account, account."window", item_ids[item], kind, 'finalized', command_accounts[command], '',
                    CASE WHEN leg_amounts[leg] IS NULL THEN 'none' ELSE 'actual' END, 0, 0, NULL, NULL, time_ms, 0, account.period, time_ms, time_ms,
                    debits[leg], leg_amounts[leg], command_choices[command], unbilled[leg], false)::{schema}.entry;
                  account.unit := leg_units[leg];
                  states[leg] := is_finalized;
                ELSIF act = 'extended' THEN entry := altered;
                ELSE
                  entry.state := act;
                  entry.debited := debits[leg];
                  entry.actual := CASE kind WHEN 'finalize' THEN leg_amounts[leg] END;
                  entry.overage := CASE kind WHEN 'finalize' THEN command_choices[command] ELSE 'debit' END;
                  entry.unbilled := unbilled[leg];
                  entry.late := NOT is_leaving;
                  entry.changed_ms := time_ms;
                END IF;
                -- In the row of one that is unknown by now, if there is one.
                IF entry_number IS NULL THEN
                  entry_count := entry_count + 1;
                  entry_number := entry_count;
                  item_entries[item] := entry_number;
                ELSIF entry_number <= entries_found THEN
                  entry_writes[entry_number] := true;
                  has_entry_updates := true;
                  IF act = 'reserved' THEN entry_dues[entry_number] := NULL; END IF;
                END IF;
                entry_rows[entry_number] := entry;
              END IF;
