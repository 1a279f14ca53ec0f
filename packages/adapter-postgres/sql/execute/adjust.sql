        -- adjust: it has one leg.
        amount := command_amounts[command];
        IF account.revision > 0 AND adjustment_rows[item].changed_ms >= account.born_ms THEN
          IF adjustment_rows[item].digest = command_digests[command] THEN
            tag := 'Adjusted';
            replayed := true;
          ELSE
            tag := 'Conflict';
            reason := 'content';
          END IF;
        ELSE
          IF (CASE WHEN account.unit IS NULL THEN leg_units[first_leg] IS NULL ELSE leg_units[first_leg] <> account.unit END) THEN rank := 3;
          ELSIF command_choices[command] = 'credit' THEN
            IF account.stored_limit IS NULL OR amount < -account.stored_limit THEN rank := 5;
            ELSIF amount > 9007199254740991 - account.stored_limit THEN rank := 4;
            END IF;
          END IF;
          tag := CASE WHEN rank IS NULL THEN 'Adjusted' ELSE 'Denied' END;
          does[first_leg] := 'adjusted';
          -- effectOf
          used_deltas[first_leg] := CASE command_choices[command] WHEN 'reset' THEN -account.used ELSE 0 END;
          reserved_deltas[first_leg] := 0;
        END IF;
