        -- finalize, release: they differ in what they debit.
        is_unreserved := false;
        is_ending := false;
        IF seen & is_charged <> 0 OR (kind = 'finalize' AND seen & is_released <> 0) THEN reason := 'ended';
        ELSIF is_other THEN reason := 'legs';
        ELSE
          FOR leg IN first_leg..last_leg LOOP
            -- section leg
            state := states[leg];
            used_delta := 0;
            reserved_delta := 0;
            IF kind = 'finalize' AND state > is_marked THEN
              -- namesOtherActuals
              IF (entry.settle = 'actual') <> (leg_amounts[leg] IS NOT NULL) THEN reason := 'legs';
              ELSIF state = is_finalized AND reason IS NULL
                AND (entry.actual IS DISTINCT FROM leg_amounts[leg] OR entry.overage <> command_choices[command]) THEN reason := 'content';
              END IF;
            END IF;
            IF state = is_held OR state = is_expired THEN
              -- endingOf
              is_late := state = is_expired;
              amount := CASE entry.settle
                WHEN 'actual' THEN coalesce(CASE kind WHEN 'finalize' THEN leg_amounts[leg] ELSE entry.measured END, 0)
                WHEN 'held' THEN entry.held
                ELSE 0
              END;
              debit := amount;
              IF command_choices[command] = 'cap' THEN
                -- capped: what settles otherwise debits no more than its own.
                own := CASE WHEN is_late THEN entry.expiry_cost ELSE entry.held END;
                spendable := {schema}.spendable_of({schema}.limit_in_force(account.is_unlimited, account.stored_limit, leg_limits[leg]),
                  account.used + account.reserved);
                IF amount - own > spendable THEN debit := own + spendable; END IF;
              END IF;
              -- effectOf
              IF entry.period <> account.period THEN used_delta := greatest(0, debit - entry.held);
              ELSIF NOT is_late THEN
                used_delta := debit;
                reserved_delta := -entry.held;
              ELSE
                used_delta := greatest(debit - entry.expiry_cost,
                  CASE WHEN entry.deadline_ms <= account.reset_ms THEN 0 ELSE -account.used END);
              END IF;
              does[leg] := CASE kind WHEN 'finalize' THEN 'finalized' ELSE 'released' END;
              is_ending := true;
              debits[leg] := debit;
              unbilled[leg] := amount - debit;
              -- endingOverflows: of what adds something, since the account itself does not overflow (its table's check).
              IF {schema}.is_overflow(account.used + account.reserved + used_delta + reserved_delta) THEN
                ranks[leg] := 4;
                rank := 4;
              END IF;
            ELSIF state <= is_marked THEN
              IF command_flags[command] THEN
                amount := coalesce(leg_amounts[leg], 0);
                debit := amount;
                in_force := {schema}.limit_in_force(account.is_unlimited, account.stored_limit, leg_limits[leg]);
                spendable := {schema}.spendable_of(in_force, account.used + account.reserved);
                IF command_choices[command] = 'cap' AND amount > spendable THEN debit := spendable; END IF;
                does[leg] := 'unreserved';
                is_ending := true;
                is_unreserved := true;
                used_delta := debit;
                debits[leg] := debit;
                unbilled[leg] := amount - debit;
                ranks[leg] := {schema}.refuse(false, false, account.is_open, account.unit <> leg_units[leg], in_force,
                  account.used + account.reserved + debit);
                rank := least(rank, ranks[leg]);
              ELSIF state = is_none THEN does[leg] := 'marked';
              END IF;
            END IF;
            used_deltas[leg] := used_delta;
            reserved_deltas[leg] := reserved_delta;
          END LOOP;
        END IF;
        IF reason IS NOT NULL THEN tag := 'Conflict';
        ELSIF is_unreserved AND command_amounts[command] >= settled_retention_ms - (input->>'longestCallMs')::bigint THEN tag := 'Undecidable';
        ELSIF rank IS NOT NULL THEN tag := 'Denied';
        ELSIF NOT is_unreserved AND seen & ~(is_none | is_marked) = 0 THEN tag := 'Unknown';
        ELSE
          tag := CASE WHEN kind = 'finalize' OR seen & ~(is_none | is_marked | is_finalized) = 0 THEN 'Finalized' ELSE 'Released' END;
          replayed := NOT is_ending;
        END IF;
