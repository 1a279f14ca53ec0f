        -- change: one revision per account, and a window is open from then on. Then what the answer reads of it: -1 stands for null, -2 for no stored limit.
        said := concat('["', tag, '",', CASE WHEN reason IS NULL THEN 'null' ELSE '"' || reason || '"' END, ',', CASE WHEN replayed THEN 'true' ELSE 'false' END,
          ',null,[', asked, ']');
        FOR leg IN first_leg..last_leg LOOP
          -- section leg
          act := does[leg];
          IF kind NOT IN ('lookup', 'usage') THEN
            account_writes[number] := true;
            IF leg_passed[leg] IS NOT NULL THEN
              account_passed[number] := NULL;
              IF passed_ticks[leg_passed[leg]] > 0 THEN
                expired := expired || number;
                expired_revisions[number] := account_rows[number].revision;
                expired_periods[number] := account_rows[number].period;
              END IF;
            END IF;
            IF leg_rolls[leg].revision IS NOT NULL THEN
              ledger_count := ledger_count + 1;
              ledger_rows[ledger_count] := leg_rolls[leg];
            END IF;
            IF act <> 'nothing' THEN
              -- section act
              account_rows[number] := account;
            ELSIF leg_forgotten[leg] THEN
              -- It stays as it was; only its time goes on.
              account_rows[number].last_ms := account.last_ms;
              account_rows[number].lead_ms := account.lead_ms;
            ELSE account_rows[number] := account;
            END IF;
          END IF;

          state := states[leg];
          -- section told
        END LOOP;
        answers[command] := said || ']';
