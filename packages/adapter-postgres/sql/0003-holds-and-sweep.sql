-- Of the schema: the number of its last migration, which replaces this function.
CREATE FUNCTION {schema}.version() RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT 3 $$;

-- What sweep must be sure of, as execute is.
CREATE FUNCTION {schema}.preflight(input jsonb) RETURNS void LANGUAGE plpgsql STABLE AS
$function$
BEGIN
  -- section preflight
END
$function$;

-- For operators: the live holds of an account, in byte order of their ids, one more than asked for. Null: the clock lies outside the calendar's windows.
CREATE FUNCTION {schema}.holds(of_account text[], of_window text[], input jsonb) RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS
$function$
DECLARE
  starts CONSTANT bigint[] := ARRAY(SELECT jsonb_array_elements_text(input->'starts'));
  said CONSTANT jsonb := {schema}.execute(input, of_account, of_window, ARRAY[input->>'windowKind'], ARRAY[(input->>'lengthMs')::bigint], '{}', '{}',
    '{usage}', '{1}', '{}', '{}', '{}', '{}', '{}', '{}', '{1}', '{}', '{}', '{}', '{}', '{}', '{}', starts);
  facts CONSTANT jsonb := said->2->5;
  now_for_account CONSTANT bigint := facts->>0;
  present_period CONSTANT bigint := facts->>6;
BEGIN
  IF said->2->>0 = 'NotApplied' THEN
    RETURN NEXT 'null';
  ELSE
    RETURN QUERY SELECT json_build_object('id', e.id, 'amount', e.amount, 'held', e.held, 'settle', e.settle, 'measured', e.measured,
        'whenUnknown', e.when_unknown, 'ageMs', now_for_account - e.created_ms, 'expiresInMs', e.deadline_ms - now_for_account,
        'windowPassed', e.period <> present_period)::text
      FROM {schema}.entry AS e JOIN {schema}.account AS a USING (account, "window")
      WHERE e.account = of_account[1] AND e."window" = of_window[1] AND e.state = 'held' AND e.deadline_ms > now_for_account
        AND e.changed_ms >= a.born_ms AND (input->>'after' IS NULL OR e.id > input->>'after')
      ORDER BY e.id LIMIT (input->>'limit')::integer + 1;
  END IF;
END
$function$;

-- The account's own time.
CREATE FUNCTION {schema}.account_time(account {schema}.account, now_ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT greatest(now_ms + account.lead_ms, account.last_ms) $$;

-- Changed before it was made, or held and changed behind its deadline: no command leaves such an entry. It stays for whoever looks into it.
CREATE FUNCTION {schema}.contradicts_itself(entry {schema}.entry) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT entry.created_ms > entry.changed_ms OR (entry.state = 'held' AND entry.changed_ms >= entry.deadline_ms) $$;

-- Whether an entry has been unknown for an hour. (What an account has of an earlier life was unknown since it was born again, and goes in its turn.)
CREATE FUNCTION {schema}.is_collectable(
  entry {schema}.entry, account {schema}.account, now_ms bigint, settled_retention_ms bigint, unsettled_retention_ms bigint
) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE WHEN entry.state = 'held' THEN entry.deadline_ms + unsettled_retention_ms ELSE entry.changed_ms + settled_retention_ms END
    + 3600000 <= {schema}.account_time(account, now_ms) AND NOT {schema}.contradicts_itself(entry)
$$;

-- How long an idle window is; null: the window is another, or none that anybody could have written.
CREATE FUNCTION {schema}.idle_of(of_window text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN of_window ~ '^idle:[0-9]{1,16}$' THEN substr(of_window, 6)::bigint END $$;

-- Whether an account has been forgotten for an hour, by its own time and by the plain clock: isForgottenAccount at that time. (A roll on paper is known from
-- the stored end; one because the clock went back is not, and such an account stays.) So does one whose rows contradict each other or themselves.
CREATE FUNCTION {schema}.is_forgotten(account {schema}.account, now_ms bigint, unsettled_retention_ms bigint) RETURNS boolean
LANGUAGE sql STABLE AS
$$
  SELECT account.is_open AND account.stored_limit IS NULL AND NOT account.is_unlimited AND hour_ago.at_ms >= account.last_ms
    -- Of most accounts this says enough. Those whose holds have expired since changed later.
    AND hour_ago.time_ms >= account.changed_ms + unsettled_retention_ms
    AND (
      SELECT paper.live = 0 AND account.reserved = paper.amount AND hour_ago.time_ms >= paper.changed_ms + unsettled_retention_ms
        AND (account.used + paper.cost = 0 OR hour_ago.at_ms >= account.end_ms
          OR hour_ago.time_ms >= paper.changed_ms + {schema}.idle_of(account."window"))
      FROM (
        SELECT greatest(account.changed_ms, max(d.tick_ms)) AS changed_ms, count(*) FILTER (WHERE d.tick_ms > hour_ago.time_ms) AS live,
          coalesce(sum(d.amount) FILTER (WHERE d.period = account.period), 0) AS amount,
          coalesce(sum(d.cost) FILTER (WHERE d.period = account.period), 0) AS cost
        FROM {schema}.due AS d WHERE d.account = account.account AND d."window" = account."window"
      ) AS paper
    )
    AND NOT EXISTS (
      SELECT 1 FROM {schema}.entry AS e WHERE e.account = account.account AND e."window" = account."window" AND {schema}.contradicts_itself(e)
    )
  FROM (SELECT now_ms - 3600000 AS at_ms, {schema}.account_time(account, now_ms) - 3600000 AS time_ms) AS hour_ago
$$;

-- Collects up to `limit` rows: first entries, in the order in which they were made, then accounts, in byte order. A call looks at some thousand of either and
-- says in `after` where the next one goes on: what lives, or contradicts itself, hides nothing behind it, and costs a pass one look.
--
-- Many may sweep at once: SKIP LOCKED, so that none waits for another or for a command; and an account's row is locked before its others are touched, in the
-- order in which commands lock.
CREATE FUNCTION {schema}.sweep(unused_accounts text[], unused_windows text[], input jsonb) RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS
$function$
DECLARE
  most CONSTANT integer := (input->>'limit')::integer;
  looks CONSTANT integer := greatest(1000, most);
  settled_retention_ms CONSTANT bigint := (input->>'settledRetentionMs')::bigint;
  unsettled_retention_ms CONSTANT bigint := (input->>'unsettledRetentionMs')::bigint;
  now_ms CONSTANT bigint := coalesce((input->>'nowMs')::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  -- What the clock has made unknown for an hour was made by then. An account that is ahead of the clock has what it made in the future, too: none but that
  -- is read behind this time, so that a sweep never reads what was made lately, however much it is.
  made_by_ms CONSTANT bigint := now_ms - least(settled_retention_ms, unsettled_retention_ms) - 3600000;
  stage CONSTANT text := coalesce(input->'after'->>0, 'entries');
  made_after_ms CONSTANT bigint := CASE WHEN stage = 'entries' THEN coalesce((input->'after'->>1)::bigint, -1) END;
  after_account CONSTANT text := CASE WHEN stage = 'accounts' THEN input->'after'->>1 ELSE '' END;
  after_window CONSTANT text := CASE WHEN stage = 'accounts' THEN input->'after'->>2 ELSE '' END;
  entries integer := 0;
  accounts integer;
  looked integer;
  looked_to_ms bigint;
  old {schema}.entry[];
  candidates {schema}.account[];
  last_account text;
  last_window text;
BEGIN
  PERFORM {schema}.preflight(input);

  IF stage = 'entries' THEN
    -- WITH TIES: the next call goes on behind a time, and no row of that time may be missed. As many have one time as one call of execute makes.
    WITH seen AS MATERIALIZED (
      SELECT * FROM (
        (SELECT e AS entry, e.created_ms FROM {schema}.entry AS e WHERE e.created_ms > made_after_ms AND e.created_ms <= made_by_ms
          ORDER BY e.created_ms FETCH FIRST (looks) ROWS WITH TIES)
        UNION ALL
        (SELECT e, e.created_ms FROM {schema}.entry AS e WHERE e.created_ms > greatest(made_after_ms, now_ms)
          ORDER BY e.created_ms FETCH FIRST (looks) ROWS WITH TIES)
      ) AS made ORDER BY created_ms FETCH FIRST (looks) ROWS WITH TIES
    )
    SELECT count(*), max(s.created_ms), ARRAY(
      SELECT s.entry FROM seen AS s JOIN {schema}.account AS a ON a.account = (s.entry).account AND a."window" = (s.entry)."window"
      WHERE {schema}.is_collectable(s.entry, a, now_ms, settled_retention_ms, unsettled_retention_ms)
      ORDER BY s.created_ms LIMIT most
    ) INTO looked, looked_to_ms, old FROM seen AS s;

    candidates := ARRAY(
      SELECT a FROM {schema}.account AS a WHERE (a.account, a."window") IN (SELECT o.account, o."window" FROM unnest(old) AS o)
      ORDER BY a.account, a."window" FOR NO KEY UPDATE SKIP LOCKED
    );
    -- Asked again, on what they are now that their accounts are locked.
    DELETE FROM {schema}.entry AS e USING unnest(old) AS o JOIN unnest(candidates) AS a ON a.account = o.account AND a."window" = o."window"
      WHERE e.account = o.account AND e."window" = o."window" AND e.id = o.id
        AND {schema}.is_collectable(e, a, now_ms, settled_retention_ms, unsettled_retention_ms);
    GET DIAGNOSTICS entries = ROW_COUNT;

    IF cardinality(old) >= most OR looked >= looks THEN
      RETURN NEXT json_build_object('entries', entries, 'accounts', 0, 'more', true, 'after',
        json_build_array('entries', CASE WHEN cardinality(old) >= most THEN old[most].created_ms - 1 ELSE looked_to_ms END::text))::text;
      RETURN;
    END IF;
  END IF;

  WITH turn AS MATERIALIZED (
    SELECT a.account, a."window" FROM {schema}.account AS a
    WHERE (a.account, a."window") > (after_account, after_window)
    ORDER BY a.account, a."window" LIMIT looks
  )
  SELECT count(*), max(t.account), max(t."window") FILTER (WHERE t.account = (SELECT max(u.account) FROM turn AS u)),
    ARRAY(
      SELECT a FROM {schema}.account AS a JOIN turn AS u USING (account, "window")
      WHERE {schema}.is_forgotten(a, now_ms, unsettled_retention_ms)
      ORDER BY a.account, a."window" LIMIT most - entries FOR NO KEY UPDATE OF a SKIP LOCKED
    )
    INTO looked, last_account, last_window, candidates FROM turn AS t;
  -- Asked again, on what they are now that they are locked.
  candidates := ARRAY(
    SELECT a FROM unnest(candidates) AS c JOIN {schema}.account AS a ON a.account = c.account AND a."window" = c."window"
    WHERE {schema}.is_forgotten(a, now_ms, unsettled_retention_ms)
    ORDER BY a.account, a."window"
  );
  DELETE FROM {schema}.entry AS x USING unnest(candidates) AS c WHERE x.account = c.account AND x."window" = c."window";
  DELETE FROM {schema}.adjustment AS x USING unnest(candidates) AS c WHERE x.account = c.account AND x."window" = c."window";
  DELETE FROM {schema}.due AS x USING unnest(candidates) AS c WHERE x.account = c.account AND x."window" = c."window";
  DELETE FROM {schema}.account AS x USING unnest(candidates) AS c WHERE x.account = c.account AND x."window" = c."window";
  GET DIAGNOSTICS accounts = ROW_COUNT;

  RETURN NEXT json_build_object('entries', entries, 'accounts', accounts, 'more', accounts >= most - entries OR looked >= looks, 'after', CASE
    -- Those behind the last one that went have not been looked at.
    WHEN accounts >= most - entries THEN json_build_array('accounts', candidates[accounts].account, candidates[accounts]."window")
    WHEN looked >= looks THEN json_build_array('accounts', last_account, last_window)
  END)::text;
END
$function$;

-- Drops what the ledger says of before `before_ms`, in the accounts' own times, and gives the number of rows dropped. What of it `used` and `reserved` still
-- rest on becomes one row of the account, with the cause 'opening': the sums over the ledger stay what they were.
CREATE FUNCTION {schema}.prune_ledger(before_ms bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
$$
  WITH gone AS (
    DELETE FROM {schema}.ledger AS l WHERE l.at_ms < before_ms
      -- An opening that nothing old has followed stays as it is; one of an account that is gone, or was born again, goes.
      AND (l.cause <> 'opening'
        OR EXISTS (
          SELECT 1 FROM {schema}.ledger AS n
          WHERE n.account = l.account AND n."window" = l."window" AND n.revision > l.revision AND n.at_ms < before_ms
        )
        OR NOT EXISTS (
          SELECT 1 FROM {schema}.account AS a WHERE a.account = l.account AND a."window" = l."window" AND a.born_ms < l.revision
        ))
    RETURNING l.*
  ), opening AS (
    -- In the place of the last one, so that revisions go on behind it without a gap.
    INSERT INTO {schema}.ledger
      SELECT g.account, g."window", max(g.revision), 'opening', NULL, max(g.at_ms), sum(g.used_delta), sum(g.reserved_delta), NULL
      FROM gone AS g JOIN {schema}.account AS a USING (account, "window") WHERE g.revision > a.born_ms
      GROUP BY g.account, g."window"
  )
  SELECT count(*) FROM gone
$$;

-- The accounts as they are now: what is due counted, whether anybody has looked since or not. For reports; the machine itself reads no view.
CREATE VIEW {schema}.account_now AS
SELECT a.account, a."window", a.unit,
  CASE WHEN a.is_unlimited THEN 'unlimited' ELSE a.stored_limit::text END AS stored_limit, a.is_open,
  CASE WHEN rolled.yes THEN 0 ELSE a.used + passed.cost END AS used,
  CASE WHEN rolled.yes THEN 0 ELSE a.reserved - passed.amount END AS reserved,
  passed.live_holds, clock.time_ms
FROM {schema}.account AS a
CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms) AS plain
CROSS JOIN LATERAL (SELECT greatest(plain.now_ms + a.lead_ms, a.last_ms) AS time_ms) AS clock
CROSS JOIN LATERAL (
  SELECT coalesce(sum(d.cost) FILTER (WHERE d.period = a.period AND d.tick_ms <= clock.time_ms), 0)::bigint AS cost,
    coalesce(sum(d.amount) FILTER (WHERE d.period = a.period AND d.tick_ms <= clock.time_ms), 0)::bigint AS amount,
    coalesce(sum(d.holds) FILTER (WHERE d.tick_ms > clock.time_ms), 0)::bigint AS live_holds,
    -- Of an account with a hold that lives it lies in the future: it is not silent.
    greatest(a.changed_ms, max(d.tick_ms)) AS changed_ms
  FROM {schema}.due AS d WHERE d.account = a.account AND d."window" = a."window"
) AS passed
CROSS JOIN LATERAL (
  SELECT coalesce(plain.now_ms >= a.end_ms OR clock.time_ms >= passed.changed_ms + {schema}.idle_of(a."window"), false) AS yes
) AS rolled
WHERE a.revision > 0;

-- `used` and `reserved` of every account, recomputed from the ledger alone.
CREATE VIEW {schema}.ledger_sums AS
SELECT a.account, a."window", coalesce(sum(l.used_delta), 0)::bigint AS used, coalesce(sum(l.reserved_delta), 0)::bigint AS reserved
FROM {schema}.account AS a
LEFT JOIN {schema}.ledger AS l ON l.account = a.account AND l."window" = a."window" AND l.revision > a.born_ms
GROUP BY a.account, a."window";
