    -- plain: what nearly every command is, of one leg with nothing due: a new id that fits, or a hold that ends at what it used. By the rules of the sections
    -- below, whose rows and parts it takes, and leaves out what cannot be: 55 steps instead of 115. In a call of 200 a reserve takes 19.8 us of
    -- the server's CPU instead of 23.5, a finalize 22.9 instead of 28.6. Whatever is not so goes their way.
    is_plain := false;
    IF is_quiet AND first_leg = last_leg AND NOT is_outside THEN
      leg := first_leg;
      IF kind = 'reserve' AND entry_number IS NULL THEN
        -- section refused
        is_plain := refused IS NULL;
        IF is_plain THEN
          -- section admit
          entry_count := entry_count + 1;
          entry_number := entry_count;
          item_entries[item] := entry_number;
          -- section find-due
          due_rows[due_number] := ROW(due.account, due."window", due.tick_ms, due.period, due.holds + 1, due.amount + amount, due.cost + entry.expiry_cost
            )::{schema}.due;
          account := ROW(account.account, account."window", leg_units[leg], account.stored_limit, account.is_unlimited, account.is_open, account.used,
            account.reserved + amount, account.holds + 1, least(account.due_ms, tick), account.period, account.start_ms, account.end_ms, account.revision + 1,
            account.last_ms, account.lead_ms, account.born_ms, time_ms, account.reset_ms)::{schema}.account;
          ledger_count := ledger_count + 1;
          ledger_rows[ledger_count] := ROW(account.account, account."window", account.revision, 'reserved', item_ids[item], time_ms, 0, amount, NULL
            )::{schema}.ledger;
          state := is_held;
          said := '["Granted",null,false,null,[]';
        END IF;
      ELSIF kind = 'finalize' AND state = is_held THEN
        amount := leg_amounts[leg];
        IF NOT is_other AND entry.settle = 'actual' AND command_choices[command] = 'debit' AND entry.period = account.period THEN
          tick := entry.deadline_ms;
          -- section found-due
          -- section unsound-due
          used_after := account.used + amount;
          reserved_after := account.reserved - entry.held;
          -- section unsound-sums
          -- Neither what is unsound, nor what names no amount: that is null here.
          is_plain := NOT is_unsound;
        END IF;
        IF is_plain THEN
          due_rows[due_number] := ROW(due.account, due."window", due.tick_ms, due.period, due.holds - 1, due.amount - entry.held,
            due.cost - entry.expiry_cost)::{schema}.due;
          account := ROW(account.account, account."window", account.unit, account.stored_limit, account.is_unlimited, account.is_open, used_after,
            reserved_after, account.holds - 1, account.due_ms, account.period, account.start_ms, account.end_ms, account.revision + 1,
            account.last_ms, account.lead_ms, account.born_ms, time_ms, account.reset_ms)::{schema}.account;
          ledger_count := ledger_count + 1;
          ledger_rows[ledger_count] := ROW(account.account, account."window", account.revision, 'finalized', item_ids[item], time_ms, amount, -entry.held, NULL
            )::{schema}.ledger;
          entry := ROW(entry.account, entry."window", entry.id, entry.command, 'finalized', entry.accounts, entry.digest, entry.settle, entry.amount,
            entry.held, entry.measured, entry.when_unknown, entry.deadline_ms, entry.expiry_cost, entry.period, entry.created_ms, time_ms, amount, amount,
            'debit', 0, false)::{schema}.entry;
          IF entry_number <= entries_found THEN
            entry_writes[entry_number] := true;
            has_entry_updates := true;
          END IF;
          state := is_finalized;
          said := '["Finalized",null,false,null,[]';
        END IF;
      END IF;
      IF is_plain THEN
        entry_rows[entry_number] := entry;
        account_rows[number] := account;
        account_writes[number] := true;
        -- section told
        answers[command] := said || ']';
      END IF;
    END IF;
