        -- reserve, charge: admit or deny a new id, replay or refuse a known one.
        IF seen = is_none THEN
          tag := CASE kind WHEN 'reserve' THEN 'Granted' ELSE 'Charged' END;
          FOR leg IN first_leg..last_leg LOOP
            -- section leg
            amount := leg_amounts[leg];
            -- section refused
            ranks[leg] := refused;
            rank := least(rank, refused);
            IF kind = 'reserve' THEN
              does[leg] := 'reserved';
              used_deltas[leg] := 0;
              reserved_deltas[leg] := amount;
            ELSE
              does[leg] := 'charged';
              used_deltas[leg] := amount;
              reserved_deltas[leg] := 0;
            END IF;
          END LOOP;
          IF rank IS NOT NULL THEN tag := 'Denied'; END IF;
        ELSE
          -- conflictOfNew
          tag := 'Conflict';
          IF seen & ~(is_none | is_held | CASE kind WHEN 'reserve' THEN is_held ELSE is_charged END) <> 0 THEN reason := 'ended';
          ELSIF is_other THEN reason := 'legs';
          ELSE
            FOR leg IN first_leg..last_leg LOOP
              -- section leg
              IF states[leg] <> is_none AND entry.digest <> command_digests[command] THEN reason := 'content'; END IF;
            END LOOP;
            IF reason IS NULL AND seen & is_none <> 0 THEN reason := 'ended'; END IF;
          END IF;
          IF reason IS NULL THEN
            tag := CASE kind WHEN 'reserve' THEN 'Granted' ELSE 'Charged' END;
            replayed := true;
          END IF;
        END IF;
