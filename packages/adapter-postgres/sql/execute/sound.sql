      -- isSound, before anything is altered: nothing is clamped. A sum below zero means that rows contradict each other.
      has_changed := false;
      FOR leg IN first_leg..last_leg LOOP
        -- section leg
        is_unsound := false;
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
            -- section unsound-due
          END IF;
        END IF;
        used_after := account.used + used_deltas[leg];
        reserved_after := account.reserved + reserved_deltas[leg];
        -- section unsound-sums
        IF is_unsound THEN corrupt := coalesce(corrupt, leg); END IF;
      END LOOP;
      -- A renewal that alters nothing. (Of other answers core says itself whether they are those of an earlier command.)
      IF rank IS NULL AND NOT has_changed THEN replayed := true; END IF;
