-- The four kinds of rows, and the ledger. {schema} stands for the quoted name of the schema.
--
-- Ids are COLLATE "C": byte order of UTF-8, the order in which the machine locks and names accounts, whatever the database's locale is; and an index on
-- it survives an upgrade of the operating system's locales. Amounts and times are bigint: exact integers, as the machine's are. Their ranges are checked, so
-- that no sum of them can fail in the middle of a call or a sweep.

CREATE TABLE {schema}.account (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  unit text,
  -- A stored limit: an amount, or unlimited, or neither: the limit lives in code.
  stored_limit bigint CHECK (stored_limit BETWEEN 0 AND 9007199254740991),
  is_unlimited boolean NOT NULL DEFAULT false CHECK (NOT is_unlimited OR stored_limit IS NULL),
  is_open boolean NOT NULL DEFAULT true,
  used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  -- The sum of `holds` of its due rows, of all periods: whether one lives is known without a look at them.
  holds bigint NOT NULL DEFAULT 0 CHECK (holds >= 0),
  -- None of its due rows has a lower tick (there may be none with this one any more); null: there is none. Before this time nothing is due, and nobody looks.
  due_ms bigint,
  period bigint NOT NULL DEFAULT 0,
  start_ms bigint,
  end_ms bigint,
  -- 0: this transaction has made the row to lock it, and it is no account yet. No other transaction ever sees such a row.
  revision bigint NOT NULL DEFAULT 0,
  last_ms bigint NOT NULL DEFAULT 0 CHECK (last_ms BETWEEN 0 AND 9007199254740992),
  lead_ms bigint NOT NULL DEFAULT 0 CHECK (lead_ms BETWEEN -9007199254740992 AND 9007199254740992),
  born_ms bigint NOT NULL DEFAULT 0 CHECK (born_ms BETWEEN 0 AND 9007199254740992),
  changed_ms bigint NOT NULL DEFAULT 0 CHECK (changed_ms BETWEEN 0 AND 9007199254740992),
  reset_ms bigint,
  PRIMARY KEY (account, "window"),
  CHECK (used + reserved <= 9007199254740991)
-- Every command updates its accounts' rows. No index on a column that changes, and half of each page left free: then an update stays on its page and
-- touches no index (HOT).
) WITH (fillfactor = 50);

CREATE TABLE {schema}.entry (
  account text COLLATE "C" NOT NULL,
  "window" text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  command text NOT NULL,
  state text NOT NULL CHECK (state IN ('marked', 'held', 'finalized', 'released', 'charged')),
  accounts text NOT NULL,
  digest text NOT NULL,
  settle text NOT NULL CHECK (settle IN ('actual', 'none', 'held')),
  amount bigint NOT NULL,
  held bigint NOT NULL CHECK (held >= 0),
  measured bigint,
  when_unknown text CHECK (when_unknown IN ('refund', 'charge-measured', 'charge-held')),
  deadline_ms bigint NOT NULL CHECK (deadline_ms BETWEEN 0 AND 9007199254740992),
  expiry_cost bigint NOT NULL CHECK (expiry_cost >= 0),
  period bigint NOT NULL,
  created_ms bigint NOT NULL,
  changed_ms bigint NOT NULL CHECK (changed_ms BETWEEN 0 AND 9007199254740992),
  debited bigint NOT NULL CHECK (debited >= 0),
  actual bigint,
  overage text NOT NULL,
  unbilled bigint NOT NULL CHECK (unbilled >= 0),
  late boolean NOT NULL,
  PRIMARY KEY (account, "window", id)
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
  holds bigint NOT NULL CHECK (holds > 0),
  amount bigint NOT NULL CHECK (amount >= 0),
  cost bigint NOT NULL CHECK (cost >= 0),
  PRIMARY KEY (account, "window", tick_ms, period)
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
