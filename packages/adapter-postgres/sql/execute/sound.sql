      -- isSound, before anything is altered: nothing is clamped. A sum below zero means that rows contradict each other.
      has_changed := false;
      FOR leg IN first_leg..last_leg LOOP
        -- section leg
        IF does[leg] = 'nothing' THEN
          used_deltas[leg] := 0;
          reserved_deltas[leg] := 0;
        ELSE
          is_leaving := states[leg] = is_held;
          IF does[leg] = 'extended' THEN
            -- section altered
          END IF;
          has_changed := has_changed OR does[leg] <> 'nothing';
          IF is_leaving THEN
            tick := entry.deadline_ms;
            -- section found-due
            leg_dues[leg] := due_number;
            IF due.holds < 1 OR account.holds < 1 OR (due.holds > 1 AND (due.amount < entry.held OR due.cost < entry.expiry_cost)) THEN
              corrupt := coalesce(corrupt, leg);
            END IF;
          END IF;
        END IF;
        amount := account.used + used_deltas[leg];
        own := account.reserved + reserved_deltas[leg];
        IF amount < 0 OR own < 0 OR amount + own > 9007199254740991 THEN corrupt := coalesce(corrupt, leg); END IF;
      END LOOP;
      IF tag = 'Extended' AND rank IS NULL AND NOT has_changed THEN replayed := true; END IF;
