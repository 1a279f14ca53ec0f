            refused := {schema}.refuse(true, kind = 'reserve', account.is_open, account.unit <> leg_units[leg],
              {schema}.limit_in_force(account.is_unlimited, account.stored_limit, leg_limits[leg]), account.used + account.reserved + leg_amounts[leg]);
