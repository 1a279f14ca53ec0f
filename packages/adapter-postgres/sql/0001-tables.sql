-- The four kinds of rows, and the ledger. {schema} stands for the quoted name of the schema.
--
-- Ids are COLLATE "C": byte order of UTF-8, the order in which the machine locks and names accounts, whatever the database's locale is; and an index on
-- it survives an upgrade of the operating system's locales. Amounts and times are bigint: exact integers, as the machine's are. Their ranges are checked, so
-- that no sum of them can fail in the middle of a call or a sweep.
-- One check per table, of few parts: Postgres reads the text of every check anew for each statement that writes. Nineteen of them cost a lone call 75 us of
-- CPU, three 35, and these 25: lists of words are the dearest part, and the check of a domain is read once per connection.

CREATE TABLE {schema}.account (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  unit text,
  -- A stored limit: an amount, or unlimited, or neither: the limit lives in code.
  stored_limit bigint,
  is_unlimited boolean NOT NULL DEFAULT false,
  is_open boolean NOT NULL DEFAULT true,
  used bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  -- The sum of `holds` of its due rows, of all periods: whether one lives is known without a look at them.
  holds bigint NOT NULL DEFAULT 0,
  -- None of its due rows has a lower tick (there may be none with this one any more); null: there is none. Before this time nothing is due, and nobody looks.
  due_ms bigint,
  period bigint NOT NULL DEFAULT 0,
  start_ms bigint,
  end_ms bigint,
  -- 0: this transaction has made the row to lock it, and it is no account yet. No other transaction ever sees such a row.
  revision bigint NOT NULL DEFAULT 0,
  last_ms bigint NOT NULL DEFAULT 0,
  lead_ms bigint NOT NULL DEFAULT 0,
  born_ms bigint NOT NULL DEFAULT 0,
  changed_ms bigint NOT NULL DEFAULT 0,
  reset_ms bigint,
  PRIMARY KEY (account, "window"),
  CONSTRAINT account_is_sound CHECK (
    least(used, reserved, holds, stored_limit, last_ms, born_ms, changed_ms) >= 0
    AND greatest(used + reserved, stored_limit) <= 9007199254740991
    AND greatest(last_ms, born_ms, changed_ms, abs(lead_ms)) <= 9007199254740992
    AND NOT (is_unlimited AND stored_limit IS NOT NULL)
  )
-- Every command updates its accounts' rows. No index on a column that changes, and half of each page left free: then an update stays on its page and
-- touches no index (HOT).
) WITH (fillfactor = 50);

CREATE DOMAIN {schema}.state AS text CHECK (VALUE IN ('marked', 'held', 'finalized', 'released', 'charged'));
CREATE DOMAIN {schema}.settle AS text CHECK (VALUE IN ('actual', 'none', 'held'));
CREATE DOMAIN {schema}.when_unknown AS text CHECK (VALUE IN ('refund', 'charge-measured', 'charge-held'));

CREATE TABLE {schema}.entry (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  command text NOT NULL,
  state {schema}.state NOT NULL,
  accounts text NOT NULL,
  digest text NOT NULL,
  settle {schema}.settle NOT NULL,
  amount bigint NOT NULL,
  held bigint NOT NULL,
  measured bigint,
  when_unknown {schema}.when_unknown,
  deadline_ms bigint NOT NULL,
  expiry_cost bigint NOT NULL,
  period bigint NOT NULL,
  created_ms bigint NOT NULL,
  changed_ms bigint NOT NULL,
  debited bigint NOT NULL,
  actual bigint,
  overage text NOT NULL,
  unbilled bigint NOT NULL,
  late boolean NOT NULL,
  PRIMARY KEY (account, "window", id),
  CONSTRAINT entry_is_sound CHECK (
    least(held, deadline_ms, expiry_cost, changed_ms, debited, unbilled) >= 0
    AND greatest(deadline_ms, changed_ms) <= 9007199254740992
  )
-- An entry is updated once or twice (extended, ended), mostly once, soon: less than half of a page is filled by what is made, so that its ending finds room
-- beside it (HOT). At 80, 72 of 100 endings went to another page and wrote both indexes: 6.5 us each.
) WITH (fillfactor = 45);

-- How sweep finds old ones. On the time of making, which no update changes, so that endings stay HOT.
CREATE INDEX entry_created ON {schema}.entry (created_ms);

-- The live holds of one account and period that fall due at one tick: read as a range, in order of tick.
CREATE TABLE {schema}.due (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  tick_ms bigint NOT NULL,
  period bigint NOT NULL,
  holds bigint NOT NULL,
  amount bigint NOT NULL,
  cost bigint NOT NULL,
  PRIMARY KEY (account, "window", tick_ms, period),
  CONSTRAINT due_is_sound CHECK (holds > 0 AND least(amount, cost) >= 0)
) WITH (fillfactor = 70);

CREATE TABLE {schema}.adjustment (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  digest text NOT NULL,
  changed_ms bigint NOT NULL,
  PRIMARY KEY (account, "window", id)
);

-- Every change of every account, in order of its revisions. Rows are only ever added (and dropped by age). `used` and `reserved` of an account are the
-- sums of the deltas of its revisions above its `born_ms`.
CREATE TABLE {schema}.ledger (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  cause text NOT NULL,
  -- The request or adjustment that caused it; null: time did.
  id text COLLATE "C",
  at_ms bigint NOT NULL,
  used_delta bigint NOT NULL,
  reserved_delta bigint NOT NULL,
  -- Of an expiry: how many holds, of all periods.
  holds bigint,
  PRIMARY KEY (account, "window", revision)
);

-- To prune by age: rows lie in the order of writing, so that an index of ranges (some kilobytes for a million rows) is enough.
CREATE INDEX ledger_at ON {schema}.ledger USING brin (at_ms);
