    -- settle: the time, then what is due: all expiries, one revision per tick, then at most one roll. On copies: `change` keeps them.
    seen := 0;
    is_outside := false;
    is_other := false;
    FOR leg IN first_leg..last_leg LOOP
      number := leg_accounts[leg];
      account := account_rows[number];
      time_ms := greatest(now_ms + account.lead_ms, account.last_ms);
      account.lead_ms := time_ms - now_ms;
      account.last_ms := time_ms;

      -- boundsAt
      window_kind := window_kinds[number];
      IF window_kind <> 'none' THEN
        bound_end := NULL;
        IF window_kind = 'fixed' THEN
          bound_starts[leg] := now_ms / window_lengths[number] * window_lengths[number];
          bound_end := bound_starts[leg] + window_lengths[number];
        ELSE
          -- calendar; an `idle` window has no starts.
          position := leg * 4 - 3;
          IF now_ms < leg_starts[position] OR now_ms >= leg_starts[position + 3] THEN is_outside := true; END IF;
          IF now_ms >= leg_starts[position + 2] THEN position := position + 2;
          ELSIF now_ms >= leg_starts[position + 1] THEN position := position + 1;
          END IF;
          bound_starts[leg] := leg_starts[position];
          bound_end := leg_starts[position + 1];
        END IF;
        bound_ends[leg] := bound_end;
      END IF;

      is_new := account.revision = 0;
      passed := account_passed[number];
      -- Without a window, with nothing due and not silent: none of what follows can be, and it is 7 steps. (A new one has been silent since 1970.)
      is_quiet := window_kind = 'none' AND passed IS NULL AND time_ms < account.changed_ms + unsettled_retention_ms;
      IF NOT is_quiet AND NOT is_new THEN
        changed_ms := greatest(account.changed_ms, passed_lasts[passed]);
        own := account.holds - coalesce(passed_holds[passed], 0);
        is_rolling := {schema}.is_roll_due(account.start_ms, account.end_ms, changed_ms, window_kind, window_lengths[number],
          bound_end, now_ms, time_ms, own);
        -- isForgottenAccount
        IF time_ms >= changed_ms + unsettled_retention_ms AND account.is_open AND account.stored_limit IS NULL AND NOT account.is_unlimited
          AND own = 0 AND (is_rolling OR account.used + coalesce(passed_costs[passed], 0) = 0) THEN
          is_new := true;
          leg_forgotten[leg] := true;
          account := {schema}.blank_account(account.account, account."window", time_ms, account.lead_ms);
        ELSE
          IF passed IS NOT NULL THEN
            leg_passed[leg] := passed;
            account.used := account.used + passed_costs[passed];
            account.reserved := account.reserved - passed_amounts[passed];
            account.holds := own;
            account.revision := account.revision + passed_ticks[passed];
            account.changed_ms := changed_ms;
            account.due_ms := passed_nexts[passed];
          END IF;
          IF is_rolling THEN
            account.revision := account.revision + 1;
            leg_rolls[leg] := ROW(account.account, account."window", account.revision, 'rolled', NULL, time_ms, -account.used, -account.reserved,
              NULL)::{schema}.ledger;
            account.period := account.period + 1;
            account.used := 0;
            account.reserved := 0;
            account.start_ms := NULL;
            account.end_ms := NULL;
            account.changed_ms := time_ms;
          END IF;
          is_quiet := passed IS NULL AND account.start_ms IS NOT NULL;
        END IF;
      END IF;

      -- remembered, stateOf
      item := leg_items[leg];
      entry_number := item_entries[item];
      state := is_none;
      IF entry_number IS NOT NULL AND NOT is_new AND kind <> 'adjust' THEN
        entry := entry_rows[entry_number];
        IF entry.changed_ms >= account.born_ms THEN
          IF entry.state = 'held' THEN
            IF time_ms < entry.deadline_ms THEN state := is_held;
            ELSIF time_ms < entry.deadline_ms + unsettled_retention_ms THEN state := is_expired;
            END IF;
          ELSIF time_ms < entry.changed_ms + settled_retention_ms THEN
            state := CASE entry.state WHEN 'finalized' THEN is_finalized WHEN 'released' THEN is_released WHEN 'charged' THEN is_charged ELSE is_marked END;
          END IF;
        END IF;
        -- hasOtherAccounts
        IF state > is_marked AND entry.accounts <> command_accounts[command] THEN is_other := true; END IF;
      END IF;
      seen := seen | state;
      states[leg] := state;
      does[leg] := 'nothing';
      IF first_leg < last_leg THEN
        leg_rows[leg] := account;
        leg_entries[leg] := entry_number;
      END IF;
    END LOOP;
