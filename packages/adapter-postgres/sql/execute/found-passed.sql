    SELECT array_agg(t.number) AS accounts, array_agg(p.ticks) AS ticks, array_agg(p.holds) AS holds, array_agg(p.amount) AS amounts,
      array_agg(p.cost) AS costs, array_agg(p.last_ms) AS lasts, array_agg(p.next_ms) AS nexts
    FROM account_row AS t
    CROSS JOIN LATERAL (SELECT greatest(now_ms + t.lead_ms, t.last_ms) AS time_ms) AS clock
    CROSS JOIN LATERAL (
      SELECT count(DISTINCT d.tick_ms) AS ticks, sum(d.holds)::bigint AS holds,
        coalesce(sum(d.amount) FILTER (WHERE d.period = t.period), 0)::bigint AS amount,
        coalesce(sum(d.cost) FILTER (WHERE d.period = t.period), 0)::bigint AS cost, max(d.tick_ms) AS last_ms,
        (SELECT min(later.tick_ms) FROM {schema}.due AS later
          WHERE later.account = t.account AND later."window" = t."window" AND later.tick_ms > clock.time_ms) AS next_ms
      FROM {schema}.due AS d WHERE d.account = t.account AND d."window" = t."window" AND d.tick_ms <= clock.time_ms
    ) AS p
    WHERE t.due_ms <= clock.time_ms
