-- The state machine in SQL. Sections and functions have the names of @tallystick/core/machine, where each rule is explained; here stands only what is
-- Postgres's own. A line `-- section NAME` stands for the file `execute/NAME.sql`.
--
-- The function answers with the verdict and with what the answer reads off the rows; the store makes the answer of it with core's own functions, so that
-- nothing is reckoned twice (status, what is spendable, times left, order of refusals).
--
-- section rules

-- Decides commands in order, at one time, each on what those before it left.
--
-- What can be done once for all commands is: a statement locks, one brings the entries, one per table writes. Between them the loop over the commands runs on
-- arrays of rows and sends no statement: there an assignment takes 50 ns, to take a row out of its array 90 and to put it back 280; a SELECT costs a multiple of that.
-- What is reckoned with is a row of its own (`account`, `entry`, `due`), never a field within an array: `rows[i].used := x` builds the row anew each time.
--
-- Commands come as columns, an array for each. accounts, windows: of all commands, each once, in the order of the machine. `locks` of them are locked: all, or
-- none where every command only reads. items: each account and id that a leg names, once. legs of command c: from the end of the one before it to
-- `command_ends[c]`. A missing text or number is null.
CREATE FUNCTION {schema}.execute(
  input jsonb,
  accounts text[],
  windows text[],
  window_kinds text[],
  window_lengths bigint[],
  item_accounts integer[],
  item_ids text[],
  command_kinds text[],
  command_ends integer[],
  command_accounts text[],
  command_digests text[],
  command_ttls bigint[],
  -- overage of a finalize, whenUnknown of an extend, what an adjustment does.
  command_choices text[],
  -- How long ago a finalize was sent, the amount of an adjustment.
  command_amounts bigint[],
  -- A finalize charges what is unknown; a stored limit is unlimited.
  command_flags boolean[],
  leg_accounts integer[],
  leg_items integer[],
  leg_units text[],
  -- -1: unlimited.
  leg_limits bigint[],
  -- The amount of a reserve or charge, the total of an extend, the actual of a finalize.
  leg_amounts bigint[],
  leg_settles text[],
  leg_measures bigint[],
  -- Of a calendar window, four per leg.
  leg_starts bigint[]
) RETURNS text LANGUAGE plpgsql VOLATILE
-- The generic plan, whatever the first calls look like: all statements go from arrays to rows by key. Without the two others a plan that was made while a table
-- was small reads all of it when it has grown, until autovacuum comes by.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- The call sets it for itself: so the end of the function takes that back.
SET lock_timeout = 0
AS
$function$
#variable_conflict use_variable
-- section declare
BEGIN
  -- section preflight
  -- section lock
  -- section fetch

  first_leg := 1;
  FOR command IN 1..cardinality(command_kinds) LOOP
    kind := command_kinds[command];
    last_leg := command_ends[command];
    -- section settle
    -- section plain
    IF is_plain THEN NULL;
    ELSIF is_outside THEN answers[command] := '["NotApplied","clock"]';
    ELSE
      reason := NULL;
      replayed := false;
      rank := NULL;
      corrupt := NULL;
      IF kind IN ('reserve', 'charge') THEN
        -- section reserve
      ELSIF kind IN ('finalize', 'release') THEN
        -- section finalize
      ELSIF kind = 'extend' THEN
        -- section extend
      ELSIF kind = 'adjust' THEN
        -- section adjust
      ELSE tag := CASE WHEN seen & ~(is_none | is_marked) = 0 THEN 'Unknown' ELSE 'Found' END;
      END IF;
      -- section refuse
      -- section sound
      IF corrupt IS NOT NULL AND kind <> 'usage' THEN answers[command] := concat('["Corrupt",null,false,', corrupt - first_leg, ']');
      ELSE
        -- section change
      END IF;
    END IF;
    first_leg := last_leg + 1;
  END LOOP;

  -- section write

  RETURN concat('[', concat_ws(',', now_ms, coalesce(array_to_json(units)::text, '[]'), nullif(array_to_string(answers, ','), '')), ']');
END
$function$;
