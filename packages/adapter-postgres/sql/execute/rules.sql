-- What the sections share. Each is one expression, which the planner puts in its place: a call costs nothing.

-- Sums come as one value: their parts could change places, and nothing would see it.

CREATE FUNCTION {schema}.deadline_of(end_ms bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (end_ms + 999) / 1000 * 1000 $$;

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
    WHEN before IS NULL THEN asked
    WHEN array_position(ARRAY['refund', 'charge-measured', 'charge-held'], asked)
      > array_position(ARRAY['refund', 'charge-measured', 'charge-held'], before) THEN asked
    ELSE before
  END
$$;

-- limitInForce: null is no limit that is known, -1 is unlimited.
CREATE FUNCTION {schema}.limit_in_force(is_unlimited boolean, stored_limit bigint, limit_in_code bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN is_unlimited THEN -1 ELSE coalesce(stored_limit, limit_in_code) END $$;

-- Null: unlimited.
CREATE FUNCTION {schema}.spendable_of(in_force bigint, taken bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN in_force IS NULL THEN 0 WHEN in_force >= 0 THEN greatest(0, in_force - taken) END $$;

CREATE FUNCTION {schema}.is_overflow(total bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT total > 9007199254740991 $$;

CREATE FUNCTION {schema}.is_roll_due(
  start_ms bigint, end_ms bigint, changed_ms bigint, kind text, length_ms bigint, bound_end_ms bigint, now_ms bigint, time_ms bigint, holds bigint
) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN start_ms IS NULL THEN false
    WHEN kind = 'idle' THEN holds = 0 AND time_ms >= changed_ms + length_ms
    WHEN bound_end_ms IS NULL OR end_ms IS NULL THEN false
    ELSE now_ms >= end_ms OR bound_end_ms < start_ms
  END
$$;

-- The first rank of refusal that a leg fails: 1 unknown, 2 closed, 3 unit, 4 overflow, 5 limit; null: none. `total` is what would be taken with it.
CREATE FUNCTION {schema}.refuse(
  asks_open boolean, asks_limit boolean, is_open boolean, is_other_unit boolean, in_force bigint, total bigint
) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$
  SELECT CASE
    WHEN in_force IS NULL THEN 1
    WHEN asks_open AND NOT is_open THEN 2
    WHEN is_other_unit THEN 3
    -- Where the limit is asked too, only an unlimited account can overflow: a limited one passes its limit first.
    WHEN (in_force < 0 OR NOT asks_limit) AND {schema}.is_overflow(total) THEN 4
    WHEN asks_limit AND in_force >= 0 AND total > in_force THEN 5
  END
$$;

-- What counts of an account that is not there, or is forgotten: its time alone.
CREATE FUNCTION {schema}.blank_account(account text, "window" text, last_ms bigint, lead_ms bigint) RETURNS {schema}.account LANGUAGE sql IMMUTABLE AS
$$ SELECT ROW(account, "window", NULL, NULL, false, true, 0, 0, 0, NULL, 0, NULL, NULL, 0, last_ms, lead_ms, 0, 0, NULL)::{schema}.account $$;
