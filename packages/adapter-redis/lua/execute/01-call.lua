-- The machine in Redis. Sections and functions are named after those of packages/core/src/machine; docs/machine.md is what both implement.
--
-- One text, put together in src/script.ts: these files in the order of their names, and before the last of them those of `parts`, each of which is run
-- when it is first needed. Redis runs the whole text at each call, and to make a function costs 0.15 us, with a far-off local in it up to
-- 0.5: one function for all 130 and names for all numbers took 70 us a call. So constants (in capitals) are put in as they are before it is sent.
--
-- A call decides all its commands on rows in memory: each account is read once and written once, however many commands name it. Nothing is written
-- before all are decided, since a script that fails half way is not rolled back. A command changes rows only when nothing can refuse it any more.
-- It answers with verdicts and with what they read off the rows; what follows from these, core reckons (verdict.ts).
--
-- KEYS   n accounts (hashes), their n indexes of ticks (sorted sets), then two shelves for each (hashes)
-- ARGV   one JSON text, a flat list (src/encode.ts): of nested objects the decoding alone took 1.8 us a command, of a list 0.5
--
-- account hash   `row`: one list, see `USED` and what follows, with the first few due rows at its end; `due:<tick>`: those of a tick for which there
--                was no room in the row; `hold:<id>`: an entry that is held, also when it has expired and nobody has ended it yet; `adjustment:<id>`
-- index          the ticks that have a field `due:<tick>`
-- shelf          entries that are not held, by id. A shelf serves for as long as an entry is remembered, then the other one does, and when its turn
--                comes again, nothing on it is known any more: so a whole shelf expires by one key. A key per entry took 2.0 us and 440 bytes.
--
-- Numbers that are absent are -1; lists of a fixed form are written by `string.format` and read by cjson (0.05 us a number, `tonumber` takes 0.12).

local args = cjson.decode(ARGV[1])
local SETTLED_RETENTION_MS, UNSETTLED_RETENTION_MS, LONGEST_CALL_MS = args[1], args[2], args[3]
local GRID_MS, MAX_TTL_MS, COLLECT_AFTER_MS = args[4], args[5], args[6]
local KEEPS_FOREVER, ACCOUNTS, FIRST_COMMAND = args[8], args[9], args[10]
local MAX_AMOUNT = 9007199254740991
-- Limits that are no amounts.
local NONE, UNLIMITED = -1, -2

-- Time is read once: the clock goes on while a script runs.
local nowMs = args[7]
if nowMs < 0 then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

local format = string.format

-- tostring(1e14) is "1e+14"; this is exact up to 2^53, and takes half the time of '%.0f'.
local function exact(number)
  return format('%d', number)
end

-- The row of an account, by place. Those from `LIVE` to `CURSOR` the rules do not know, so that nothing is counted when it is asked for: holds that
-- live; that have expired and are not collected; what all expiries of live holds would cost; how many ticks the index has; the earliest one (or an
-- earlier time); when the key expires (0: never); the shelf that was written last; when and from where the collecting of expired holds goes on.
-- From `FIRST_DUE` on stand due rows: tick, period, number, amount and cost of the holds that fall due then. An account with few needs no field and no
-- index for them, which spares 5 us a command that is alone in its account.
local USED, RESERVED, PERIOD, REVISION, LAST, LEAD, BORN, CHANGED, START, END, RESET = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local LIVE, STALE, AT_STAKE, TICKS, NEXT, EXPIRES, SHELF, COLLECT, CURSOR = 12, 13, 14, 15, 16, 17, 18, 19, 20
local STORED_LIMIT, OPEN, UNIT, FIRST_DUE = 21, 22, 23, 24
local DUE_LENGTH, MOST_DUE_IN_ROW = 5, 4

-- An entry, by place. One that is held has those up to `ALTERED`.
local STATE, COMMAND, NAMES, DIGEST, SETTLE, AMOUNT, HELD, MEASURED, POLICY, DEADLINE, COST, WITHIN = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
local CREATED, ALTERED, DEBITED, ACTUAL, OVERAGE, UNBILLED, LATE = 13, 14, 15, 16, 17, 18, 19

-- The command that is being decided, and its legs. The tables are made once and used again.
local command = {}
local works = {}
local legs = 0
-- How many of its legs are in each state.
local states = {}

-- Of each account what was read, as it is now, and what is to be written.
local slots = {}

-- What the commands of this call ask of each account, so that one HMGET brings it all.
local wanted = {}

-- What is said, text after text; and what of it legs have in common, each said once: they name its place.
local answer, facts = {}, {}

-- What a file of `parts` gives, by its name: a function, or some. It is made when it is first needed, and the rules before it.
local known = {}
local makeRules, rules, make

local function part(name)
  local found = known[name]
  if not found then
    rules = rules or makeRules()
    found = make(name)
    known[name] = found
  end
  return found
end

-- Of each command: kind, id, digests of its accounts and of its content, three values that depend on the kind, and the number of its legs. Of each leg:
-- where its account and what lives in code stand in this list, and two values more.
local HEAD, LEG_LENGTH = 8, 3
