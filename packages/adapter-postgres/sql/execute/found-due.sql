            -- section find-due
            IF NOT due_founds[due_number] AND entry_dues[entry_number].holds IS NOT NULL THEN
              due_founds[due_number] := true;
              due.holds := due.holds + entry_dues[entry_number].holds;
              due.amount := due.amount + entry_dues[entry_number].amount;
              due.cost := due.cost + entry_dues[entry_number].cost;
              due_rows[due_number] := due;
            END IF;
