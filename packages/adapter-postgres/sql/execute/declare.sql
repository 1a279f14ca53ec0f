DECLARE
  -- What begins as null costs nothing; a value is an expression, and each expression that a call meets first takes 1 us to be made ready.
  settled_retention_ms CONSTANT bigint := (input->>'settledRetentionMs')::bigint;
  unsettled_retention_ms CONSTANT bigint := (input->>'unsettledRetentionMs')::bigint;
  locks CONSTANT integer := (input->>'locks')::integer;
  lock_timeout text;
  locked integer;
  made integer;
  now_ms bigint;
  -- States of a leg, a bit each, so that `seen` has those of all legs.
  is_none CONSTANT integer := 1;
  is_marked CONSTANT integer := 2;
  is_held CONSTANT integer := 4;
  is_finalized CONSTANT integer := 8;
  is_released CONSTANT integer := 16;
  is_expired CONSTANT integer := 32;
  is_charged CONSTANT integer := 64;
  -- The account rows, by number of account. One that is not there has revision 0.
  account_rows {schema}.account[];
  account_writes boolean[];
  units text[];
  -- Of accounts that may have something due: what has passed and is not settled, and the next tick. By number of account: which of these is its own.
  due_from_ms bigint;
  account_passed integer[];
  passed_accounts integer[];
  passed_ticks bigint[];
  passed_holds bigint[];
  passed_amounts bigint[];
  passed_costs bigint[];
  passed_lasts bigint[];
  passed_nexts bigint[];
  -- The entry rows: those that were found, with their due rows, then those that are made. By item: which one it has.
  found_items integer[];
  entries_found integer;
  entry_count integer;
  has_entry_updates boolean;
  item_entries integer[];
  entry_rows {schema}.entry[];
  -- Where those lie that were found. None but this call changes them, since their accounts are locked: an update by place spares the key, 1.1 us.
  entry_places tid[];
  entry_dues {schema}.due[];
  entry_writes boolean[];
  -- The adjustment rows, by item.
  adjustment_rows {schema}.adjustment[];
  adjusted {schema}.adjustment[];
  -- The due rows that commands alter: a list for each account, from `due_heads` on. One that was found has its sums, another what is to be added.
  due_count integer := 0;
  due_rows {schema}.due[];
  due_founds boolean[];
  due_nexts integer[];
  due_heads integer[];
  has_due_joined boolean;
  has_due_altered boolean;
  has_due_left boolean;
  -- The first live due rows of each account, in order of tick, for what a denial says of trying again. Fetched at the first denial.
  first_heads integer[];
  first_accounts integer[];
  first_ticks bigint[];
  first_periods bigint[];
  first integer;
  -- The command, and its legs by their number.
  kind text;
  first_leg integer;
  last_leg integer;
  seen integer;
  is_outside boolean;
  is_plain boolean;
  is_other boolean;
  leg_rows {schema}.account[];
  leg_entries integer[];
  leg_dues integer[];
  leg_passed integer[];
  leg_rolls {schema}.ledger[];
  leg_forgotten boolean[];
  states integer[];
  bound_starts bigint[];
  bound_ends bigint[];
  ranks integer[];
  first_deadlines bigint[];
  -- What each leg does, and its effect.
  does text[];
  growths bigint[];
  used_deltas bigint[];
  reserved_deltas bigint[];
  debits bigint[];
  unbilled bigint[];
  altered_entries {schema}.entry[];
  -- The leg at hand. (A loop over legs has a `leg` of its own.)
  leg integer;
  number integer;
  account {schema}.account;
  item integer;
  entry_number integer;
  entry {schema}.entry;
  altered {schema}.entry;
  due_number integer;
  due {schema}.due;
  state integer;
  act text;
  position integer;
  passed integer;
  window_kind text;
  time_ms bigint;
  changed_ms bigint;
  bound_end bigint;
  is_new boolean;
  is_quiet boolean;
  is_rolling boolean;
  is_late boolean;
  is_leaving boolean;
  is_ending boolean;
  is_unreserved boolean;
  is_unsound boolean;
  is_growing boolean;
  in_force bigint;
  spendable bigint;
  amount bigint;
  debit bigint;
  own bigint;
  used_delta bigint;
  reserved_delta bigint;
  used_after bigint;
  reserved_after bigint;
  tick bigint;
  due_period bigint;
  -- The verdict.
  tag text;
  reason text;
  replayed boolean;
  refused integer;
  rank integer;
  corrupt integer;
  has_changed boolean;
  asked text;
  said text;
  answers text[];
  -- What is written besides.
  expired integer[];
  expired_revisions bigint[];
  expired_periods bigint[];
  reborn integer[];
  ledger_count integer := 0;
  ledger_rows {schema}.ledger[];
