-- The state machine in SQL. Sections and functions have the names of @tallystick/core/machine, where each rule is explained; here stands only what is
-- Postgres's own.
--
-- The function answers with the verdict and with what the answer reads off the rows; the store makes the answer of it with core's own functions, so that
-- nothing is reckoned twice (status, what is spendable, times left, order of refusals).

-- A leg, as the store sends it.
CREATE TYPE {schema}.leg AS (
  "index" integer,
  account text COLLATE "C",
  "window" text COLLATE "C",
  window_kind text,
  length_ms bigint,
  starts bigint[],
  unit text,
  has_limit boolean,
  "limit" bigint,
  amount bigint,
  settle text,
  total bigint,
  measured bigint,
  actual bigint
);

CREATE FUNCTION {schema}.deadline_of(time_ms bigint, ttl_ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (time_ms + ttl_ms + 999) / 1000 * 1000 $$;

CREATE FUNCTION {schema}.expiry_cost(settle text, held bigint, measured bigint, when_unknown text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN settle = 'held' THEN held
    WHEN settle = 'none' OR when_unknown = 'refund' THEN 0
    WHEN when_unknown = 'charge-held' THEN held
    ELSE least(coalesce(measured, 0), held)
  END
$$;

CREATE FUNCTION {schema}.dearest(before text, asked text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN asked IS NULL THEN before
    WHEN before IS NULL THEN asked
    WHEN array_position(ARRAY['refund', 'charge-measured', 'charge-held'], asked)
      > array_position(ARRAY['refund', 'charge-measured', 'charge-held'], before) THEN asked
    ELSE before
  END
$$;

-- Null: unlimited.
CREATE FUNCTION {schema}.spendable_of(lim bigint, used bigint, reserved bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN lim IS NULL THEN NULL ELSE greatest(0, lim - used - reserved) END $$;

CREATE FUNCTION {schema}.is_overflow(used bigint, reserved bigint, amount bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT amount > 9007199254740991 - used - reserved $$;

CREATE FUNCTION {schema}.is_roll_due(
  start_ms bigint, end_ms bigint, changed_ms bigint, leg {schema}.leg, bound_end_ms bigint, now_ms bigint, time_ms bigint, holds_live boolean
) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN start_ms IS NULL THEN false
    WHEN leg.window_kind = 'idle' THEN NOT holds_live AND time_ms >= changed_ms + leg.length_ms
    WHEN bound_end_ms IS NULL OR end_ms IS NULL THEN false
    ELSE now_ms >= end_ms OR bound_end_ms < start_ms
  END
$$;

-- The first rank of refusal that a leg fails: 1 unknown, 2 closed, 3 unit, 4 overflow, 5 limit; null: none. `ranks` are those that are asked.
CREATE FUNCTION {schema}.refuse(
  ranks integer[], account {schema}.account, leg {schema}.leg, is_known boolean, lim bigint, amount bigint
) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN NOT is_known AND 1 = ANY (ranks) THEN 1
    WHEN NOT account.is_open AND 2 = ANY (ranks) THEN 2
    WHEN account.unit <> leg.unit AND 3 = ANY (ranks) THEN 3
    -- Where the limit is asked too, only an unlimited account can overflow: a limited one passes its limit first.
    WHEN 4 = ANY (ranks) AND (lim IS NULL OR NOT 5 = ANY (ranks)) AND amount > 9007199254740991 - account.used - account.reserved THEN 4
    WHEN 5 = ANY (ranks) AND amount > lim - account.used - account.reserved THEN 5
  END
$$;

-- Decides commands in order, at one time, each on what those before it left. One row per command.
--
-- lock_accounts, lock_windows: the accounts of all commands but reads, each once, in the order of the machine.
CREATE FUNCTION {schema}.execute(lock_accounts text[], lock_windows text[], input jsonb) RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS
$function$
#variable_conflict use_variable
DECLARE
  max_amount CONSTANT bigint := 9007199254740991;
  reasons CONSTANT text[] := ARRAY['unknown', 'closed', 'unit', 'overflow', 'limit'];
  settled_retention_ms CONSTANT bigint := (input->>'settledRetentionMs')::bigint;
  unsettled_retention_ms CONSTANT bigint := (input->>'unsettledRetentionMs')::bigint;
  longest_call_ms CONSTANT bigint := (input->>'longestCallMs')::bigint;
  lock_timeout_before CONSTANT text := current_setting('lock_timeout');
  locks CONSTANT integer := cardinality(lock_accounts);
  locked integer;
  now_ms bigint;
  -- The command.
  command jsonb;
  kind text;
  request text;
  accounts_hash text;
  digest_hash text;
  ttl_ms bigint;
  overage_asked text;
  -- Its legs, by their number from 1: as it names them, and what counts of their rows.
  n integer;
  i integer;
  legs {schema}.leg[];
  stored {schema}.account[];
  current {schema}.account[];
  entries {schema}.entry[];
  times bigint[];
  states text[];
  is_new boolean[];
  is_known boolean[];
  limits bigint[];
  bound_starts bigint[];
  bound_ends bigint[];
  live bigint[];
  own_due {schema}.due[];
  is_outside boolean;
  -- One leg.
  fetched record;
  leg {schema}.leg;
  account {schema}.account;
  entry {schema}.entry;
  own {schema}.due;
  time_ms bigint;
  bound_start bigint;
  bound_end bigint;
  changed bigint;
  is_forgotten boolean;
  state text;
  -- The verdict.
  tag text;
  reason text;
  replayed boolean;
  rank integer;
  ranks integer[];
  asked_amounts bigint[];
  asked_wholes bigint[];
  asked json;
  corrupt integer;
  adjustment_digest text;
  facts json[];
  first_deadline_ms bigint;
  -- What one leg's own change does.
  does text[];
  growths bigint[];
  used_deltas bigint[];
  reserved_deltas bigint[];
  debits bigint[];
  unbilleds bigint[];
  own_amount bigint;
  own_debit bigint;
  own_used bigint;
  own_reserved bigint;
  spendable bigint;
  is_any boolean;
  is_late boolean;
  before {schema}.entry;
  leaving {schema}.due;
  -- What is written.
  write_accounts {schema}.account[];
  write_entries {schema}.entry[];
  write_ledger {schema}.ledger[];
  expired {schema}.account[];
  reborn {schema}.account[];
  due_joined {schema}.due[];
  due_altered {schema}.due[];
  due_left {schema}.due[];
BEGIN
  PERFORM {schema}.preflight(input);
  PERFORM set_config('lock_timeout', input->>'lockTimeoutMs', true);

  -- lockOrderOf: all rows of all commands first, in one order. Locking in the order of the legs deadlocked 397 of 480 transactions; this way none.
  -- FOR NO KEY UPDATE, since no key changes. A missing row is made before any lock is held: making waits for others that make the same one, in the same
  -- order, and nobody waits for a row that it cannot see.
  IF locks = 1 THEN
    PERFORM 1 FROM {schema}.account AS t
      WHERE t.account = lock_accounts[1] AND t."window" = lock_windows[1] FOR NO KEY UPDATE;
    GET DIAGNOSTICS locked = ROW_COUNT;
  END IF;
  IF locks > 1 OR locked = 0 THEN
    INSERT INTO {schema}.account (account, "window")
      SELECT k.account, k."window" FROM unnest(lock_accounts, lock_windows) AS k (account, "window")
      WHERE NOT EXISTS (SELECT 1 FROM {schema}.account AS t WHERE t.account = k.account AND t."window" = k."window")
      ORDER BY k.account COLLATE "C", k."window" COLLATE "C"
      ON CONFLICT DO NOTHING;
    PERFORM 1 FROM {schema}.account AS t
      JOIN unnest(lock_accounts, lock_windows) AS k (account, "window") ON t.account = k.account AND t."window" = k."window"
      ORDER BY t.account, t."window" FOR NO KEY UPDATE OF t;
    GET DIAGNOSTICS locked = ROW_COUNT;
    -- A sweep took one away between the two statements. Nothing was written: the store calls again.
    IF locked < locks THEN RAISE EXCEPTION 'an account was collected meanwhile' USING ERRCODE = '40001'; END IF;
  END IF;
  PERFORM set_config('lock_timeout', lock_timeout_before, true);

  -- After the locks: now() is the time at which the transaction began, 1.5 s ago after 1.5 s of waiting.
  now_ms := coalesce((input->>'nowMs')::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);

  FOR command IN SELECT c.value FROM jsonb_array_elements(input->'commands') WITH ORDINALITY AS c (value, position) ORDER BY c.position LOOP
    kind := command->>'kind';
    request := command->>'id';
    accounts_hash := command->>'accounts';
    digest_hash := command->>'digest';
    ttl_ms := (command->>'ttlMs')::bigint;
    overage_asked := command->>'overage';
    n := 0;
    legs := '{}'; stored := '{}'; current := '{}'; entries := '{}'; times := '{}'; states := '{}'; is_new := '{}'; is_known := '{}'; limits := '{}';
    bound_starts := '{}'; bound_ends := '{}'; live := '{}'; own_due := '{}'; does := '{}'; growths := '{}'; used_deltas := '{}';
    reserved_deltas := '{}'; debits := '{}'; unbilleds := '{}'; ranks := '{}'; asked_amounts := '{}'; asked_wholes := '{}';
    write_accounts := '{}'; write_entries := '{}'; write_ledger := '{}'; expired := '{}'; reborn := '{}';
    due_joined := '{}'; due_altered := '{}'; due_left := '{}'; facts := '{}';
    tag := NULL; reason := NULL; replayed := false; rank := NULL; asked := NULL; corrupt := NULL;
    is_outside := false;

    -- fetch: all rows of all legs in one statement, so that a read sees all of a reservation or nothing. Its time was taken before.
    FOR fetched IN
      SELECT l AS leg, a AS account, e AS entry, o AS own, clock.time_ms, adjusted.digest AS adjusted, adjusted.changed_ms AS adjusted_ms,
        coalesce(passed.ticks, 0) AS ticks, coalesce(passed.cost, 0)::bigint AS cost, coalesce(passed.amount, 0)::bigint AS amount,
        passed.last_ms, (SELECT count(*) FROM (
          SELECT 1 FROM {schema}.due AS d WHERE d.account = l.account AND d."window" = l."window" AND d.tick_ms > clock.time_ms LIMIT 2
        ) AS later) AS live
      FROM jsonb_populate_recordset(NULL::{schema}.leg, command->'legs') AS l
      LEFT JOIN {schema}.account AS a ON a.account = l.account AND a."window" = l."window" AND a.revision > 0
      LEFT JOIN {schema}.entry AS e ON e.account = l.account AND e."window" = l."window" AND e.id = request AND kind <> 'adjust'
      LEFT JOIN {schema}.adjustment AS adjusted
        ON adjusted.account = l.account AND adjusted."window" = l."window" AND adjusted.id = request AND kind = 'adjust'
      LEFT JOIN {schema}.due AS o
        ON o.account = l.account AND o."window" = l."window" AND o.tick_ms = e.deadline_ms AND o.period = e.period AND e.state = 'held'
      CROSS JOIN LATERAL (SELECT coalesce(greatest(now_ms + a.lead_ms, a.last_ms), now_ms) AS time_ms) AS clock
      LEFT JOIN LATERAL (
        SELECT count(DISTINCT d.tick_ms) AS ticks, sum(d.cost) FILTER (WHERE d.period = a.period) AS cost,
          sum(d.amount) FILTER (WHERE d.period = a.period) AS amount, max(d.tick_ms) AS last_ms
        FROM {schema}.due AS d WHERE d.account = l.account AND d."window" = l."window" AND d.tick_ms <= clock.time_ms
      ) AS passed ON true
      ORDER BY l."index"
    LOOP
      n := n + 1;
      leg := fetched.leg; account := fetched.account; entry := fetched.entry; own := fetched.own; time_ms := fetched.time_ms;

      -- boundsAt
      bound_start := NULL; bound_end := NULL;
      IF leg.window_kind = 'fixed' THEN
        bound_start := now_ms / leg.length_ms * leg.length_ms;
        bound_end := bound_start + leg.length_ms;
      ELSIF leg.window_kind = 'calendar' THEN
        IF now_ms < leg.starts[1] OR now_ms >= leg.starts[4] THEN is_outside := true; END IF;
        i := CASE WHEN now_ms < leg.starts[2] THEN 1 WHEN now_ms < leg.starts[3] THEN 2 ELSE 3 END;
        bound_start := leg.starts[i];
        bound_end := leg.starts[i + 1];
      END IF;

      -- settle: the time, then what is due.
      is_forgotten := account.revision IS NULL;
      IF NOT is_forgotten THEN
        is_any := account.last_ms <> time_ms OR account.lead_ms <> time_ms - now_ms;
        account.last_ms := time_ms;
        account.lead_ms := time_ms - now_ms;
        stored[n] := account;
        -- isForgottenAccount
        changed := greatest(account.changed_ms, fetched.last_ms);
        is_forgotten := time_ms >= changed + unsettled_retention_ms AND account.is_open AND account.stored_limit IS NULL
          AND NOT account.is_unlimited AND fetched.live = 0
          AND (account.used + fetched.cost = 0
            OR {schema}.is_roll_due(account.start_ms, account.end_ms, changed, leg, bound_end, now_ms, time_ms, false));
        IF NOT is_forgotten THEN
          -- nextDue: all expiries, one revision per tick, then at most one roll.
          IF fetched.ticks > 0 THEN
            expired := expired || account;
            account.used := account.used + fetched.cost;
            account.reserved := account.reserved - fetched.amount;
            account.revision := account.revision + fetched.ticks;
            account.changed_ms := changed;
            is_any := true;
          END IF;
          IF {schema}.is_roll_due(account.start_ms, account.end_ms, account.changed_ms, leg, bound_end, now_ms, time_ms, fetched.live > 0) THEN
            account.revision := account.revision + 1;
            write_ledger := write_ledger || ROW(leg.account, leg."window", account.revision, 'rolled', NULL, time_ms, -account.used,
              -account.reserved, NULL)::{schema}.ledger;
            account.period := account.period + 1;
            account.used := 0;
            account.reserved := 0;
            account.start_ms := NULL;
            account.end_ms := NULL;
            account.changed_ms := time_ms;
            is_any := true;
          END IF;
        END IF;
      ELSE
        stored[n] := NULL;
        is_any := false;
      END IF;
      IF is_forgotten THEN
        write_accounts[n] := CASE WHEN is_any THEN stored[n] END;
        account := ROW(leg.account, leg."window", NULL, NULL, false, true, 0, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, NULL);
        entry := NULL;
      ELSE
        write_accounts[n] := CASE WHEN is_any THEN account END;
        -- remembered
        IF entry.id IS NOT NULL AND (entry.changed_ms < account.born_ms OR time_ms >= CASE
          WHEN entry.state = 'held' THEN entry.deadline_ms + unsettled_retention_ms
          ELSE entry.changed_ms + settled_retention_ms
        END) THEN entry := NULL; END IF;
      END IF;
      IF kind = 'adjust' THEN
        adjustment_digest := CASE WHEN NOT is_forgotten AND fetched.adjusted_ms >= account.born_ms THEN fetched.adjusted END;
      END IF;
      -- stateOf
      state := CASE WHEN entry.id IS NULL THEN 'none' WHEN entry.state = 'held' AND time_ms >= entry.deadline_ms THEN 'expired' ELSE entry.state END;

      legs[n] := leg; current[n] := account; entries[n] := entry; own_due[n] := own; times[n] := time_ms; states[n] := state;
      is_new[n] := is_forgotten;
      live[n] := CASE WHEN is_forgotten THEN 0 ELSE fetched.live END;
      bound_starts[n] := bound_start; bound_ends[n] := bound_end;
      -- limitInForce: null is unlimited, if the account is known.
      is_known[n] := account.stored_limit IS NOT NULL OR account.is_unlimited OR coalesce(leg.has_limit, false);
      limits[n] := CASE WHEN account.is_unlimited THEN NULL ELSE coalesce(account.stored_limit, leg."limit") END;
      does[n] := 'nothing'; used_deltas[n] := 0; reserved_deltas[n] := 0; debits[n] := 0; unbilleds[n] := 0; growths[n] := 0;
      ranks[n] := NULL; asked_amounts[n] := 0; asked_wholes[n] := 0;
    END LOOP;

    IF is_outside THEN
      RETURN NEXT json_build_array(now_ms, 'NotApplied', 'clock', false, NULL, NULL, NULL)::text;
      CONTINUE;
    END IF;

    -- hasOtherAccounts
    is_any := false;
    FOR i IN 1..n LOOP
      IF states[i] NOT IN ('none', 'marked') AND (entries[i]).accounts <> accounts_hash THEN is_any := true; END IF;
    END LOOP;

    CASE
    WHEN kind IN ('lookup', 'usage') THEN
      tag := CASE WHEN states <@ ARRAY['none', 'marked'] THEN 'Unknown' ELSE 'Found' END;

    WHEN kind = 'adjust' THEN
      account := current[1]; leg := legs[1];
      IF adjustment_digest IS NOT NULL THEN
        IF adjustment_digest <> digest_hash THEN tag := 'Conflict'; reason := 'content';
        ELSE tag := 'Adjusted'; replayed := true;
        END IF;
      ELSE
        own_amount := (command->>'amount')::bigint;
        IF (CASE WHEN account.unit IS NULL THEN leg.unit IS NULL ELSE leg.unit <> account.unit END) THEN rank := 3;
        ELSIF command->>'adjustment' = 'credit' THEN
          IF account.stored_limit IS NULL OR own_amount < -account.stored_limit THEN rank := 5;
          ELSIF own_amount > max_amount - account.stored_limit THEN rank := 4;
          END IF;
        END IF;
        IF rank IS NULL THEN tag := 'Adjusted'; does[1] := 'adjusted';
        ELSE tag := 'Denied'; ranks[1] := rank;
        END IF;
      END IF;

    WHEN kind IN ('reserve', 'charge') THEN
      IF states <@ ARRAY['none'] THEN
        FOR i IN 1..n LOOP
          leg := legs[i];
          ranks[i] := {schema}.refuse(CASE WHEN kind = 'reserve' THEN ARRAY[1, 2, 3, 4, 5] ELSE ARRAY[1, 2, 3, 4] END,
            current[i], leg, is_known[i], limits[i], leg.amount);
          rank := least(rank, ranks[i]);
          asked_amounts[i] := leg.amount; asked_wholes[i] := leg.amount;
          does[i] := CASE WHEN kind = 'reserve' THEN 'reserved' ELSE 'charged' END;
        END LOOP;
        tag := CASE WHEN rank IS NOT NULL THEN 'Denied' WHEN kind = 'reserve' THEN 'Granted' ELSE 'Charged' END;
      ELSE
        -- conflictOfNew
        IF NOT states <@ ARRAY['none', 'held', CASE WHEN kind = 'reserve' THEN 'held' ELSE 'charged' END] THEN reason := 'ended';
        ELSIF is_any THEN reason := 'legs';
        ELSE
          FOR i IN 1..n LOOP
            IF states[i] <> 'none' AND (entries[i]).digest <> digest_hash THEN reason := 'content'; END IF;
          END LOOP;
          IF reason IS NULL AND 'none' = ANY (states) THEN reason := 'ended'; END IF;
        END IF;
        IF reason IS NOT NULL THEN tag := 'Conflict';
        ELSE
          tag := CASE WHEN kind = 'reserve' THEN 'Granted' ELSE 'Charged' END;
          replayed := true;
        END IF;
      END IF;

    WHEN kind = 'extend' THEN
      IF states <@ ARRAY['none'] THEN tag := 'Unknown';
      ELSIF 'charged' = ANY (states) THEN tag := 'Conflict'; reason := 'ended';
      ELSIF NOT states <@ ARRAY['held'] THEN tag := 'Ended';
      ELSE
        -- namesWhatItHasNot
        FOR i IN 1..n LOOP
          leg := legs[i];
          IF (entries[i]).settle <> 'actual' AND (leg.total IS NOT NULL OR leg.measured IS NOT NULL) THEN is_any := true; END IF;
        END LOOP;
        IF is_any THEN tag := 'Conflict'; reason := 'legs';
        ELSE
          -- refuseGrowth
          tag := 'Extended';
          is_any := false;
          FOR i IN 1..n LOOP
            leg := legs[i];
            growths[i] := greatest(0, coalesce(leg.total, 0) - (entries[i]).held);
            asked_amounts[i] := growths[i]; asked_wholes[i] := coalesce(leg.total, 0);
            is_any := is_any OR growths[i] > 0;
          END LOOP;
          FOR i IN 1..n LOOP
            IF is_any AND (entries[i]).period <> (current[i]).period THEN ranks[i] := 0;
            ELSIF growths[i] > 0 THEN
              ranks[i] := {schema}.refuse(ARRAY[1, 2, 3, 4, 5], current[i], legs[i], is_known[i], limits[i], growths[i]);
            END IF;
            rank := least(rank, ranks[i]);
          END LOOP;
          FOR i IN 1..n LOOP
            IF rank IS NOT NULL THEN growths[i] := 0; END IF;
            does[i] := 'extended';
          END LOOP;
        END IF;
      END IF;

    ELSE -- finalize and release differ in what they debit
      IF 'charged' = ANY (states) OR (kind = 'finalize' AND 'released' = ANY (states)) THEN reason := 'ended';
      ELSIF is_any THEN reason := 'legs';
      ELSIF kind = 'finalize' THEN
        FOR i IN 1..n LOOP
          leg := legs[i]; entry := entries[i];
          -- namesOtherActuals
          IF states[i] NOT IN ('none', 'marked') AND (entry.settle = 'actual') <> (leg.actual IS NOT NULL) THEN reason := 'legs';
          ELSIF reason IS NULL AND states[i] = 'finalized' AND (entry.actual IS DISTINCT FROM leg.actual OR entry.overage <> overage_asked) THEN
            reason := 'content';
          END IF;
        END LOOP;
      END IF;
      IF reason IS NOT NULL THEN tag := 'Conflict';
      ELSE
        FOR i IN 1..n LOOP
          leg := legs[i]; account := current[i]; entry := entries[i];
          spendable := CASE WHEN is_known[i] THEN {schema}.spendable_of(limits[i], account.used, account.reserved) ELSE 0 END;
          IF states[i] IN ('held', 'expired') THEN
            -- endingOf
            is_late := states[i] = 'expired';
            own_amount := CASE entry.settle
              WHEN 'actual' THEN CASE WHEN kind = 'finalize' THEN coalesce(leg.actual, 0) ELSE coalesce(entry.measured, 0) END
              WHEN 'held' THEN entry.held
              ELSE 0
            END;
            own_debit := own_amount;
            IF kind = 'finalize' AND overage_asked = 'cap' AND entry.settle = 'actual' THEN
              -- capped
              changed := CASE WHEN is_late THEN entry.expiry_cost ELSE entry.held END;
              IF own_amount - changed > spendable THEN own_debit := changed + spendable; END IF;
            END IF;
            -- effectOf
            own_reserved := 0;
            IF entry.period <> account.period THEN own_used := greatest(0, own_debit - entry.held);
            ELSIF NOT is_late THEN own_used := own_debit; own_reserved := -entry.held;
            ELSE
              own_used := greatest(own_debit - entry.expiry_cost,
                CASE WHEN account.reset_ms IS NOT NULL AND entry.deadline_ms <= account.reset_ms THEN 0 ELSE -account.used END);
            END IF;
            does[i] := CASE WHEN kind = 'finalize' THEN 'finalized' ELSE 'released' END;
            used_deltas[i] := own_used; reserved_deltas[i] := own_reserved; debits[i] := own_debit; unbilleds[i] := own_amount - own_debit;
            asked_amounts[i] := own_debit; asked_wholes[i] := own_debit;
            -- endingOverflows
            IF own_used + own_reserved > 0 AND {schema}.is_overflow(account.used, account.reserved, own_used + own_reserved) THEN
              ranks[i] := 4;
            END IF;
          ELSIF states[i] IN ('none', 'marked') THEN
            IF kind = 'finalize' AND command->>'ifUnknown' = 'charge' THEN
              own_amount := coalesce(leg.actual, 0);
              own_debit := CASE WHEN overage_asked = 'cap' AND own_amount > spendable THEN spendable ELSE own_amount END;
              does[i] := 'unreserved';
              used_deltas[i] := own_debit; debits[i] := own_debit; unbilleds[i] := own_amount - own_debit;
              asked_amounts[i] := own_debit; asked_wholes[i] := own_debit;
              ranks[i] := {schema}.refuse(ARRAY[1, 3, 4], account, leg, is_known[i], limits[i], own_debit);
            ELSIF states[i] = 'none' THEN does[i] := 'marked';
            END IF;
          END IF;
          rank := least(rank, ranks[i]);
        END LOOP;
        tag := CASE
          WHEN 'unreserved' = ANY (does) AND (command->>'sentAgoMs')::bigint >= settled_retention_ms - longest_call_ms THEN 'Undecidable'
          WHEN rank IS NOT NULL THEN 'Denied'
          WHEN NOT 'unreserved' = ANY (does) AND states <@ ARRAY['none', 'marked'] THEN 'Unknown'
          WHEN kind = 'finalize' OR states <@ ARRAY['none', 'marked', 'finalized'] THEN 'Finalized'
          ELSE 'Released'
        END;
        replayed := tag IN ('Finalized', 'Released') AND NOT does && ARRAY['finalized', 'released', 'unreserved']
          AND (kind = 'release' OR 'finalized' = ANY (states));
      END IF;
    END CASE;

    -- firstDeadline: only a refusal by limit reads it.
    IF rank IS NOT NULL AND tag IN ('Denied', 'Extended') THEN
      reason := CASE WHEN rank = 0 THEN 'windowPassed' ELSE reasons[rank] END;
      SELECT json_agg(json_build_array(k.i - 1, asked_amounts[k.i], asked_wholes[k.i]) ORDER BY k.i) INTO asked
        FROM generate_series(1, n) AS k (i) WHERE ranks[k.i] = rank;
    END IF;

    -- change: one revision per account, and a window is open from then on.
    corrupt := NULL;
    FOR i IN 1..n LOOP
      leg := legs[i]; account := current[i]; entry := entries[i]; own := own_due[i]; time_ms := times[i]; state := states[i];
      before := entry;
      leaving := NULL;
      first_deadline_ms := NULL;
      IF rank = 5 AND ranks[i] = 5 AND NOT is_new[i] THEN
        SELECT d.tick_ms INTO first_deadline_ms FROM {schema}.due AS d
          WHERE d.account = leg.account AND d."window" = leg."window" AND d.tick_ms > time_ms AND d.period = account.period
          ORDER BY d.tick_ms LIMIT 1;
      END IF;
      IF does[i] = 'extended' THEN
        -- alter: deadline, total, measure and policy only rise. What alters nothing is no change.
        entry.deadline_ms := greatest(entry.deadline_ms, {schema}.deadline_of(time_ms, ttl_ms));
        entry.held := entry.held + growths[i];
        entry.measured := greatest(entry.measured, leg.measured);
        entry.when_unknown := CASE WHEN entry.settle = 'actual' THEN {schema}.dearest(entry.when_unknown, command->>'whenUnknown') END;
        IF entry IS NOT DISTINCT FROM before THEN does[i] := 'nothing';
        ELSE
          entry.expiry_cost := {schema}.expiry_cost(entry.settle, entry.held, entry.measured, entry.when_unknown);
          entry.changed_ms := time_ms;
          reserved_deltas[i] := growths[i];
          -- moveDue
          IF entry.deadline_ms <> before.deadline_ms THEN
            leaving := ROW(leg.account, leg."window", before.deadline_ms, before.period, -1, -before.held, -before.expiry_cost);
            due_joined := due_joined
              || ROW(leg.account, leg."window", entry.deadline_ms, entry.period, 1, entry.held, entry.expiry_cost)::{schema}.due;
          ELSIF entry.held <> before.held OR entry.expiry_cost <> before.expiry_cost THEN
            leaving := ROW(leg.account, leg."window", entry.deadline_ms, entry.period, 0, entry.held - before.held,
              entry.expiry_cost - before.expiry_cost);
          END IF;
        END IF;
      ELSIF (rank IS NOT NULL AND tag = 'Denied') OR tag = 'Undecidable' THEN does[i] := 'nothing';
      ELSIF does[i] IN ('finalized', 'released') THEN
        -- end
        IF state = 'held' THEN
          leaving := ROW(leg.account, leg."window", entry.deadline_ms, entry.period, -1, -entry.held, -entry.expiry_cost);
        END IF;
        entry.state := does[i];
        entry.debited := debits[i];
        entry.actual := CASE WHEN kind = 'finalize' THEN leg.actual END;
        entry.overage := CASE WHEN kind = 'finalize' THEN overage_asked ELSE 'debit' END;
        entry.unbilled := unbilleds[i];
        entry.late := state = 'expired';
        entry.changed_ms := time_ms;
      ELSIF does[i] IN ('marked', 'unreserved') THEN
        -- endedWithoutHold
        entry := ROW(leg.account, leg."window", request, kind, CASE WHEN does[i] = 'marked' THEN 'marked' ELSE 'finalized' END, '', '', 'none', 0,
          0, NULL, NULL, time_ms, 0, account.period, time_ms, time_ms, 0, NULL, 'debit', 0, false);
        IF does[i] = 'unreserved' THEN
          entry.accounts := accounts_hash;
          entry.settle := CASE WHEN leg.actual IS NULL THEN 'none' ELSE 'actual' END;
          entry.debited := debits[i];
          entry.actual := leg.actual;
          entry.overage := overage_asked;
          entry.unbilled := unbilleds[i];
          account.unit := leg.unit;
        END IF;
      ELSIF does[i] = 'reserved' THEN
        -- admit
        entry := ROW(leg.account, leg."window", request, kind, 'held', accounts_hash, digest_hash, leg.settle, leg.amount, leg.amount, NULL, NULL,
          {schema}.deadline_of(time_ms, ttl_ms), {schema}.expiry_cost(leg.settle, leg.amount, NULL, NULL), account.period, time_ms, time_ms, 0,
          NULL, 'debit', 0, false);
        due_joined := due_joined || ROW(leg.account, leg."window", entry.deadline_ms, entry.period, 1, entry.held, entry.expiry_cost)::{schema}.due;
        reserved_deltas[i] := leg.amount;
        account.unit := leg.unit;
      ELSIF does[i] = 'charged' THEN
        -- debit
        entry := ROW(leg.account, leg."window", request, kind, 'charged', accounts_hash, digest_hash, 'actual', leg.amount, 0, NULL, NULL, time_ms, 0,
          account.period, time_ms, time_ms, leg.amount, leg.amount, 'debit', 0, false);
        used_deltas[i] := leg.amount;
        account.unit := leg.unit;
      ELSIF does[i] = 'adjusted' THEN
        -- effectOf
        account.unit := coalesce(account.unit, leg.unit);
        CASE command->>'adjustment'
        WHEN 'setLimit' THEN
          account.stored_limit := (command->>'amount')::bigint;
          account.is_unlimited := (command->>'isUnlimited')::boolean;
        WHEN 'credit' THEN account.stored_limit := account.stored_limit + (command->>'amount')::bigint;
        WHEN 'reset' THEN used_deltas[i] := -account.used; account.reset_ms := time_ms;
        WHEN 'close' THEN account.is_open := false;
        WHEN 'reopen' THEN account.is_open := true;
        END CASE;
      END IF;

      IF does[i] <> 'nothing' THEN
        IF is_new[i] THEN
          account.born_ms := time_ms;
          account.last_ms := time_ms;
          account.lead_ms := time_ms - now_ms;
          -- A new account's revisions start at its birth, so that they never fall, whatever was forgotten before.
          account.revision := time_ms;
          IF (stored[i]).revision IS NOT NULL THEN reborn := reborn || account; END IF;
        END IF;
        IF account.start_ms IS NULL AND leg.window_kind <> 'none' THEN
          account.start_ms := coalesce(bound_starts[i], time_ms);
          account.end_ms := bound_ends[i];
        END IF;
        account.used := account.used + used_deltas[i];
        account.reserved := account.reserved + reserved_deltas[i];
        account.revision := account.revision + 1;
        account.changed_ms := time_ms;
        write_ledger := write_ledger || ROW(leg.account, leg."window", account.revision,
          CASE does[i] WHEN 'unreserved' THEN 'finalized' ELSE does[i] END, request, time_ms, used_deltas[i], reserved_deltas[i],
          NULL)::{schema}.ledger;
        IF does[i] <> 'adjusted' THEN write_entries := write_entries || entry; END IF;
        write_accounts[i] := account;
      END IF;

      -- isSound: nothing is clamped. A sum below zero means that rows contradict each other.
      IF corrupt IS NULL AND (account.used < 0 OR account.reserved < 0 OR account.used + account.reserved > max_amount) THEN corrupt := i; END IF;
      IF leaving.tick_ms IS NOT NULL THEN
        IF own.holds IS NULL OR own.holds + leaving.holds < 0 THEN corrupt := coalesce(corrupt, i);
        ELSIF own.holds + leaving.holds = 0 THEN
          due_left := due_left || leaving;
          live[i] := live[i] - 1;
        ELSIF own.amount + leaving.amount < 0 OR own.cost + leaving.cost < 0 THEN corrupt := coalesce(corrupt, i);
        ELSE due_altered := due_altered || leaving;
        END IF;
      END IF;
      state := CASE
        WHEN does[i] = 'nothing' THEN states[i]
        WHEN does[i] = 'adjusted' THEN 'none'
        ELSE entry.state
      END;
      facts[i] := json_build_array(time_ms, account.unit, CASE WHEN account.is_unlimited THEN -1 ELSE account.stored_limit END, account.is_open,
        account.used, account.reserved, account.period, account.start_ms, account.end_ms, account.revision, account.changed_ms,
        state, CASE WHEN state <> 'none' THEN json_build_array(entry.command, entry.held, entry.measured, entry.deadline_ms, entry.expiry_cost,
          entry.period, entry.debited, entry.unbilled, entry.late) END,
        live[i] > 0 OR does[i] IN ('reserved', 'extended'), first_deadline_ms);
    END LOOP;

    IF corrupt IS NOT NULL AND kind <> 'usage' THEN
      RETURN NEXT json_build_array(now_ms, 'Corrupt', NULL, false, corrupt - 1, NULL, NULL)::text;
      CONTINUE;
    END IF;

    -- write, each table in one statement, whatever the number of legs.
    IF kind NOT IN ('lookup', 'usage') THEN
      IF cardinality(reborn) > 0 THEN
        DELETE FROM {schema}.due AS d USING unnest(reborn) AS r WHERE d.account = r.account AND d."window" = r."window";
      END IF;
      IF cardinality(expired) > 0 THEN
        WITH gone AS (
          DELETE FROM {schema}.due AS d USING unnest(expired) AS x
          WHERE d.account = x.account AND d."window" = x."window" AND d.tick_ms <= x.last_ms
          RETURNING d.account, d."window", d.tick_ms, d.period, d.holds, d.amount, d.cost, x.revision, x.period AS present
        )
        INSERT INTO {schema}.ledger
          SELECT g.account, g."window",
            max(g.revision) + row_number() OVER (PARTITION BY g.account, g."window" ORDER BY g.tick_ms), 'expired', NULL, g.tick_ms,
            coalesce(sum(g.cost) FILTER (WHERE g.period = g.present), 0), -coalesce(sum(g.amount) FILTER (WHERE g.period = g.present), 0),
            sum(g.holds)
          FROM gone AS g GROUP BY g.account, g."window", g.tick_ms;
      END IF;
      IF num_nonnulls(VARIADIC write_accounts) > 0 THEN
        UPDATE {schema}.account AS t SET unit = w.unit, stored_limit = w.stored_limit, is_unlimited = w.is_unlimited, is_open = w.is_open,
          used = w.used, reserved = w.reserved, period = w.period, start_ms = w.start_ms, end_ms = w.end_ms, revision = w.revision,
          last_ms = w.last_ms, lead_ms = w.lead_ms, born_ms = w.born_ms, changed_ms = w.changed_ms, reset_ms = w.reset_ms
        FROM unnest(write_accounts) AS w WHERE t.account = w.account AND t."window" = w."window";
      END IF;
      IF cardinality(write_entries) > 0 THEN
        INSERT INTO {schema}.entry SELECT w.* FROM unnest(write_entries) AS w
          ON CONFLICT ON CONSTRAINT entry_pkey DO UPDATE SET command = excluded.command, state = excluded.state, accounts = excluded.accounts,
            digest = excluded.digest, settle = excluded.settle, amount = excluded.amount, held = excluded.held, measured = excluded.measured,
            when_unknown = excluded.when_unknown, deadline_ms = excluded.deadline_ms, expiry_cost = excluded.expiry_cost,
            period = excluded.period, created_ms = excluded.created_ms, changed_ms = excluded.changed_ms, debited = excluded.debited,
            actual = excluded.actual, overage = excluded.overage, unbilled = excluded.unbilled, late = excluded.late;
      END IF;
      IF cardinality(due_left) > 0 THEN
        DELETE FROM {schema}.due AS d USING unnest(due_left) AS x
          WHERE d.account = x.account AND d."window" = x."window" AND d.tick_ms = x.tick_ms AND d.period = x.period;
      END IF;
      IF cardinality(due_altered) > 0 THEN
        UPDATE {schema}.due AS d SET holds = d.holds + x.holds, amount = d.amount + x.amount, cost = d.cost + x.cost
          FROM unnest(due_altered) AS x
          WHERE d.account = x.account AND d."window" = x."window" AND d.tick_ms = x.tick_ms AND d.period = x.period;
      END IF;
      IF cardinality(due_joined) > 0 THEN
        INSERT INTO {schema}.due AS d SELECT x.* FROM unnest(due_joined) AS x
          ON CONFLICT ON CONSTRAINT due_pkey
          DO UPDATE SET holds = d.holds + excluded.holds, amount = d.amount + excluded.amount, cost = d.cost + excluded.cost;
      END IF;
      IF does = ARRAY['adjusted'] THEN
        INSERT INTO {schema}.adjustment VALUES (legs[1].account, legs[1]."window", request, digest_hash, times[1])
          ON CONFLICT ON CONSTRAINT adjustment_pkey DO UPDATE SET digest = excluded.digest, changed_ms = excluded.changed_ms;
      END IF;
      IF cardinality(write_ledger) > 0 THEN INSERT INTO {schema}.ledger SELECT w.* FROM unnest(write_ledger) AS w; END IF;
    END IF;

    RETURN NEXT json_build_array(now_ms, tag, reason, replayed OR (tag = 'Extended' AND rank IS NULL AND does <@ ARRAY['nothing']), NULL, asked,
      array_to_json(facts))::text;
  END LOOP;

  -- A row that was made only to be locked is no account: nobody has seen it.
  IF locks > 0 THEN
    DELETE FROM {schema}.account AS t USING unnest(lock_accounts, lock_windows) AS k (account, "window")
      WHERE t.account = k.account AND t."window" = k."window" AND t.revision = 0;
  END IF;
END
$function$;
