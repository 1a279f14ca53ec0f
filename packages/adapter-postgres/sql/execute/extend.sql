        -- extend
        IF seen = is_none THEN tag := 'Unknown';
        ELSIF seen & is_charged <> 0 THEN
          tag := 'Conflict';
          reason := 'ended';
        ELSIF seen <> is_held THEN tag := 'Ended';
        ELSE
          tag := 'Extended';
          is_growing := false;
          FOR leg IN first_leg..last_leg LOOP
            -- section leg
            -- namesWhatItHasNot
            IF entry.settle <> 'actual' AND (leg_amounts[leg] IS NOT NULL OR leg_measures[leg] IS NOT NULL) THEN is_other := true; END IF;
            growths[leg] := greatest(0, leg_amounts[leg] - entry.held);
            is_growing := is_growing OR growths[leg] > 0;
            does[leg] := 'extended';
          END LOOP;
          IF is_other THEN
            tag := 'Conflict';
            reason := 'legs';
          ELSIF is_growing THEN
            -- refuseGrowth
            FOR leg IN first_leg..last_leg LOOP
              -- section leg
              IF entry.period <> account.period THEN ranks[leg] := 0;
              ELSIF growths[leg] > 0 THEN
                ranks[leg] := {schema}.refuse(true, true, account.is_open, account.unit <> leg_units[leg],
                  {schema}.limit_in_force(account.is_unlimited, account.stored_limit, leg_limits[leg]), account.used + account.reserved + growths[leg]);
              END IF;
              rank := least(rank, ranks[leg]);
            END LOOP;
          END IF;
        END IF;
