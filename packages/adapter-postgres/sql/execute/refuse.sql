      -- refusedBy: the first rank of all legs, and who is refused by it.
      asked := NULL;
      IF rank IS NOT NULL AND tag IN ('Denied', 'Extended') THEN
        reason := (ARRAY['windowPassed', 'unknown', 'closed', 'unit', 'overflow', 'limit'])[rank + 1];
        FOR leg IN first_leg..last_leg LOOP
          -- section leg
          IF ranks[leg] = rank THEN
            asked := concat_ws(',', asked, leg - first_leg, CASE
              WHEN kind = 'extend' THEN concat(growths[leg], ',', coalesce(leg_amounts[leg], 0))
              WHEN kind IN ('reserve', 'charge') THEN concat(leg_amounts[leg], ',', leg_amounts[leg])
              ELSE concat(debits[leg], ',', debits[leg])
            END);
            IF rank = 5 THEN
              -- section first-deadline
            END IF;
          END IF;
          -- Renewal and measures take effect, growth does not.
          growths[leg] := 0;
        END LOOP;
      END IF;
      IF tag IN ('Denied', 'Conflict', 'Undecidable') THEN
        FOR leg IN first_leg..last_leg LOOP
          does[leg] := 'nothing';
        END LOOP;
      END IF;
