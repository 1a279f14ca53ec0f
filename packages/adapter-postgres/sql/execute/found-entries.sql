    SELECT array_agg(k.number) AS items, array_agg(e) AS entries, array_agg(e.ctid) AS places, array_agg(d) AS dues FROM unnest(item_ids) WITH ORDINALITY AS k (id, number)
    JOIN {schema}.entry AS e
      ON e.account = accounts[item_accounts[k.number]] AND e."window" = windows[item_accounts[k.number]] AND e.id = k.id
    LEFT JOIN {schema}.due AS d
      ON d.account = e.account AND d."window" = e."window" AND d.tick_ms = e.deadline_ms AND d.period = e.period
