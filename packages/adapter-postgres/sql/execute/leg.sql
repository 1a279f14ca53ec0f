          -- A command of one leg has its rows at hand already.
          IF first_leg < last_leg THEN
            number := leg_accounts[leg];
            account := leg_rows[leg];
            entry_number := leg_entries[leg];
            entry := entry_rows[entry_number];
          END IF;
