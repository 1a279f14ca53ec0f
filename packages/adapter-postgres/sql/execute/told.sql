          said := concat(said, ',[', concat_ws(',', account.last_ms, CASE WHEN account.unit IS NULL THEN 0 ELSE number END,
            CASE WHEN account.is_unlimited THEN -1 ELSE coalesce(account.stored_limit, -2) END, CASE WHEN account.is_open THEN 1 ELSE 0 END, account.used,
            account.reserved, account.period, coalesce(account.start_ms, -1), coalesce(account.end_ms, -1), account.revision, account.changed_ms,
            CASE WHEN account.holds > 0 THEN 1 ELSE 0 END, coalesce(first_deadlines[leg], -1), state,
            CASE WHEN state <> is_none THEN concat_ws(',', '"' || entry.command || '"', entry.held, coalesce(entry.measured, -1), entry.deadline_ms,
              entry.expiry_cost, entry.period, entry.debited, entry.unbilled, CASE WHEN entry.late THEN 1 ELSE 0 END) END), ']');
