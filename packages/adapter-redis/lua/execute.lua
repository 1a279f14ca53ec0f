-- The machine in Redis. Sections and functions are named after those of packages/core/src/machine; docs/machine.md is what both implement.
-- It decides every command of a call on copies, and writes only when all are decided: a script that fails half way is not rolled back.
-- It answers with verdicts and with what they read off the rows; what follows from these, core reckons (verdict.ts).
--
-- KEYS   of each account its hash (1 to n) and its index of holds (n + 1 to 2n), then the entries
-- ARGV   one JSON text: { settings, nowMs?, keepsForever, accounts: n, commands }
--
-- account hash   the fields of AccountRow, those of `COUNTERS`, `due:<tick>` and `adjustment:<id>`
-- holds          a sorted set: request id -> deadline. Those at or below `lastMs` are stale: expired and not yet taken out
-- entry          one text, the fields of `ENTRY` in their order

local call = cjson.decode(ARGV[1])
local settings = call.settings
local MAX_AMOUNT = settings.maxAmount

-- Time is read once: the clock goes on while a script runs.
local nowMs = call.nowMs
if nowMs == nil then
  local time = redis.call('TIME')
  nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- tostring(1e14) is "1e+14"; this is exact up to 2^53.
local function exact(number)
  return string.format('%.0f', number)
end

-- rows ------------------------------------------------------------------------------------------------------------------------------------------

-- Numbers that the rules do not know, so that nothing is counted when it is asked for: holds that live, stale ones in the index, what all expiries
-- of live holds would cost, the earliest tick at which something may be due (a lower bound), the tick through which expiries are done where that is
-- not `lastMs` (of a forgotten row only its time goes on), and when the key expires (0: never).
local COUNTERS = { 'liveHolds', 'staleHolds', 'atStake', 'nextMs', 'throughMs', 'expiresMs' }
local TEXTS = { 'unit', 'storedLimit', 'open' }
local NUMBERS = { 'revision', 'used', 'reserved', 'period', 'lastMs', 'leadMs', 'bornMs', 'changedMs', 'startMs', 'endMs', 'resetMs' }
local ACCOUNT = {}
for _, names in ipairs({ TEXTS, NUMBERS, COUNTERS }) do
  for _, name in ipairs(names) do
    ACCOUNT[#ACCOUNT + 1] = name
  end
end
local ENTRY = {
  'command', 'state', 'accounts', 'digest', 'settle', 'amount', 'held', 'measured', 'whenUnknown', 'deadlineMs', 'expiryCost', 'period', 'createdMs',
  'changedMs', 'debited', 'actual', 'overage', 'unbilled', 'late'
}
local ENTRY_TEXTS = { command = true, state = true, accounts = true, digest = true, settle = true, whenUnknown = true, overage = true }

local function copy(row)
  local new = {}
  for name, value in pairs(row) do
    new[name] = value
  end
  return new
end

local function blankAccount()
  return {
    storedLimit = 'none', open = '1', used = 0, reserved = 0, period = 0, revision = 0, lastMs = 0, leadMs = 0, bornMs = 0, changedMs = 0,
    liveHolds = 0, staleHolds = 0, atStake = 0, nextMs = 0, expiresMs = 0
  }
end

-- An account as it is kept: its row (nil: none), its due rows by tick as far as they were asked for, and what is to be written.
local slots = {}

local function readDue(text)
  local rows = {}
  for period, count, amount, cost in string.gmatch(text, '(%d+) (%d+) (%d+) (%d+)') do
    rows[#rows + 1] = { period = tonumber(period), count = tonumber(count), amount = tonumber(amount), cost = tonumber(cost) }
  end
  return rows
end

-- The account's slot, fetched once; with it the due rows that the first command will need.
local function fetchAccount(index, ticks)
  local slot = slots[index]
  if slot then
    return slot
  end
  local names = {}
  for at, name in ipairs(ACCOUNT) do
    names[at] = name
  end
  for at, tickMs in ipairs(ticks) do
    names[#ACCOUNT + at] = 'due:' .. exact(tickMs)
  end
  local values = redis.call('HMGET', KEYS[index], unpack(names))
  slot = { index = index, due = {}, dueChanged = {}, holds = {}, adjustments = {}, newAdjustments = {} }
  slots[index] = slot
  for at, tickMs in ipairs(ticks) do
    slot.due[tickMs] = readDue(values[#ACCOUNT + at] or '')
  end
  if not values[#TEXTS + 1] then
    slot.isFresh = true
    return slot
  end
  local row = {}
  for at, name in ipairs(ACCOUNT) do
    local value = values[at]
    if value and at > #TEXTS then
      -- Whatever the command makes of it, the account is reported as corrupt.
      local number = tonumber(value)
      slot.isUnreadable = slot.isUnreadable or not number
      row[name] = number or 0
    else
      row[name] = value or nil
    end
  end
  slot.row = row
  slot.loaded = row
  return slot
end

local entries = {}
local changedEntries = {}

local function fetchEntry(key)
  local entry = entries[key]
  if entry ~= nil then
    return entry or nil
  end
  local text = redis.call('GET', KEYS[key])
  if not text then
    entries[key] = false
    return nil
  end
  entry = {}
  local at = 0
  for value in string.gmatch(text, '%S+') do
    at = at + 1
    local name = ENTRY[at]
    if value ~= '-' then
      entry[name] = ENTRY_TEXTS[name] and value or tonumber(value)
    end
  end
  entries[key] = entry
  return entry
end

-- Nothing of this account is in Redis that counts: it has no row, or begins anew in this call.
local function isFresh(work)
  return work.isNew or work.isBirth or work.slot.isFresh
end

local function fetchAdjustment(work, id)
  local slot = work.slot
  local known = slot.adjustments[id]
  if known == nil and not isFresh(work) then
    local text = redis.call('HGET', KEYS[slot.index], 'adjustment:' .. id)
    local changedMs, digest = string.match(text or '', '^(%d+) (%S+)$')
    known = digest and { changedMs = tonumber(changedMs), digest = digest } or false
    slot.adjustments[id] = known
  end
  return known or nil
end

-- The due rows of one tick, as this command sees them.
local function dueAt(work, tickMs)
  local rows = work.due[tickMs]
  if rows then
    return rows
  end
  if work.isBirth then
    return {}
  end
  local slot = work.slot
  rows = slot.due[tickMs]
  if not rows then
    rows = readDue(not slot.isFresh and redis.call('HGET', KEYS[slot.index], 'due:' .. exact(tickMs)) or '')
    slot.due[tickMs] = rows
  end
  return rows
end

-- The first tick after this one at which holds may be due. Those of this call are not in Redis yet.
local function nextTick(slot, afterMs)
  local tickMs
  if not slot.isFresh then
    local found = redis.call('ZRANGEBYSCORE', KEYS[call.accounts + slot.index], '(' .. exact(afterMs), '(+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    tickMs = found[2] and tonumber(found[2])
  end
  for changedMs in pairs(slot.dueChanged) do
    if changedMs > afterMs and (not tickMs or changedMs < tickMs) then
      tickMs = changedMs
    end
  end
  return tickMs
end

-- windows ---------------------------------------------------------------------------------------------------------------------------------------

local function boundsAt(window)
  if window.kind == 'fixed' then
    local startMs = math.floor(nowMs / window.lengthMs) * window.lengthMs
    return startMs, startMs + window.lengthMs
  elseif window.kind == 'calendar' then
    local starts = window.starts
    if nowMs < starts[2] then
      return starts[1], starts[2]
    elseif nowMs < starts[3] then
      return starts[2], starts[3]
    end
    return starts[3], starts[4]
  end
end

local function isOutside(window)
  return window.kind == 'calendar' and (nowMs < window.starts[1] or nowMs >= window.starts[4])
end

local function isRollDue(account, changedMs, window, timeMs, holdsLive)
  if not account.startMs then
    return false
  end
  if window.kind == 'idle' then
    return not holdsLive and timeMs >= changedMs + window.idleMs
  end
  -- A window that is open and not `idle` has bounds.
  local _, endMs = boundsAt(window)
  return nowMs >= account.endMs or endMs < account.startMs
end

local function openWindow(account, window, timeMs)
  if account.startMs or window.kind == 'none' then
    return
  end
  local startMs, endMs = boundsAt(window)
  account.startMs = startMs or timeMs
  account.endMs = endMs
end

-- time ------------------------------------------------------------------------------------------------------------------------------------------

local function accountTime(row)
  return row and math.max(nowMs + row.leadMs, row.lastMs) or nowMs
end

local function deadlineOf(timeMs, ttlMs)
  return math.ceil((timeMs + ttlMs) / settings.gridMs) * settings.gridMs
end

local function isOver(deadlineMs, timeMs)
  return timeMs >= deadlineMs
end

-- From when on an entry is unknown.
local function unknownFrom(entry)
  if entry.state == 'held' then
    return entry.deadlineMs + settings.unsettledRetentionMs
  end
  return entry.changedMs + settings.settledRetentionMs
end

local function isForgottenEntry(entry, bornMs, timeMs)
  return entry.changedMs < bornMs or timeMs >= unknownFrom(entry)
end

-- due -------------------------------------------------------------------------------------------------------------------------------------------

-- Ticks and their due rows, some at a time: an account that was left alone for a day may have one for each of its seconds.
local ROWS_PER_CALL = 200

-- The next ticks that are due; the last of them (or `afterMs` if there is none), and whether there may be more.
local function fetchTicks(slot, afterMs, timeMs)
  local key = KEYS[call.accounts + slot.index]
  local found = redis.call('ZRANGEBYSCORE', key, '(' .. exact(afterMs), exact(timeMs), 'WITHSCORES', 'LIMIT', 0, ROWS_PER_CALL)
  local names, ticks = {}, {}
  for at = 2, #found, 2 do
    local tickMs = tonumber(found[at])
    if tickMs > afterMs then
      afterMs = tickMs
      ticks[#ticks + 1] = tickMs
      names[#names + 1] = 'due:' .. exact(tickMs)
      slot.ticks[#slot.ticks + 1] = tickMs
    end
  end
  local texts = #names > 0 and redis.call('HMGET', KEYS[slot.index], unpack(names)) or {}
  for at, tickMs in ipairs(ticks) do
    slot.due[tickMs] = slot.due[tickMs] or readDue(texts[at] or '')
  end
  return afterMs, #found == 2 * ROWS_PER_CALL
end

-- All ticks that are due, in order. Fetched once per call: holds that are added later fall due later.
local function dueTicks(slot, timeMs)
  local row = slot.row
  if row.liveHolds == 0 or row.nextMs > timeMs then
    return {}
  end
  if not slot.ticks then
    slot.ticks = {}
    local afterMs = row.throughMs or row.lastMs
    local isMore
    repeat
      afterMs, isMore = fetchTicks(slot, afterMs, timeMs)
    until not isMore
    slot.nextMs = nextTick(slot, timeMs) or 0
  end
  return slot.ticks
end

-- With what is due settled on paper.
local function isForgottenAccount(work, ticks)
  local account = work.slot.row
  if not account then
    return true
  end
  local timeMs = work.timeMs
  if account.open ~= '1' or account.storedLimit ~= 'none' then
    return false
  end
  local used, changedMs, liveHolds = account.used, account.changedMs, account.liveHolds
  for _, tickMs in ipairs(ticks) do
    changedMs = math.max(changedMs, tickMs)
    for _, due in ipairs(dueAt(work, tickMs)) do
      liveHolds = liveHolds - due.count
      if due.period == account.period then
        used = used + due.cost
      end
    end
  end
  if liveHolds > 0 or timeMs < changedMs + settings.unsettledRetentionMs then
    return false
  end
  return used == 0 or isRollDue(account, changedMs, work.leg.window, timeMs, false)
end

-- All holds of one tick. Only those of the present period move sums.
local function expire(work, tickMs)
  local account = work.account
  for _, due in ipairs(dueAt(work, tickMs)) do
    account.liveHolds = account.liveHolds - due.count
    account.staleHolds = account.staleHolds + due.count
    account.atStake = account.atStake - due.cost
    if due.period == account.period then
      account.used = account.used + due.cost
      account.reserved = account.reserved - due.amount
    end
  end
  work.due[tickMs] = {}
  account.revision = account.revision + 1
  account.changedMs = math.max(account.changedMs, tickMs)
end

local function roll(work)
  local account = work.account
  account.used = 0
  account.reserved = 0
  account.period = account.period + 1
  account.startMs = nil
  account.endMs = nil
  account.revision = account.revision + 1
  account.changedMs = work.timeMs
end

-- The earliest deadline of a live hold of the present period.
local function firstDeadline(work)
  local account = work.account
  if account.reserved == 0 then
    return nil
  end
  local tickMs = nextTick(work.slot, work.timeMs)
  while tickMs do
    for _, due in ipairs(dueAt(work, tickMs)) do
      if due.period == account.period and due.count > 0 then
        return tickMs
      end
    end
    tickMs = nextTick(work.slot, tickMs)
  end
end

-- work ------------------------------------------------------------------------------------------------------------------------------------------

-- One leg while its command is decided: copies of its rows with what is due done, and what is to be written if the command stands.
local function settle(command, leg)
  local entry = leg.entry and fetchEntry(leg.entry)
  local ticks = {}
  if entry and entry.state == 'held' then
    ticks[1] = entry.deadlineMs
  end
  if command.ttlMs then
    ticks[#ticks + 1] = deadlineOf(nowMs, command.ttlMs)
  end
  local slot = fetchAccount(leg.account, ticks)
  local timeMs = accountTime(slot.row)
  local work = { leg = leg, slot = slot, timeMs = timeMs, due = {}, holds = {}, isSound = true, isChanged = false }
  local due = slot.row and dueTicks(slot, timeMs) or {}
  if isForgottenAccount(work, due) then
    work.account = blankAccount()
    work.isNew = true
    work.state = 'none'
    return work
  end
  local account = copy(slot.row)
  work.account = account
  account.lastMs = timeMs
  account.leadMs = timeMs - nowMs
  account.throughMs = nil
  if slot.ticks then
    account.nextMs = slot.nextMs
  end
  for _, tickMs in ipairs(due) do
    expire(work, tickMs)
    work.isChanged = true
  end
  if isRollDue(account, account.changedMs, leg.window, timeMs, account.liveHolds > 0) then
    roll(work)
    work.isChanged = true
  end
  if entry and not isForgottenEntry(entry, account.bornMs, timeMs) then
    work.entry = entry
  end
  work.state = work.entry and work.entry.state or 'none'
  if work.state == 'held' and isOver(work.entry.deadlineMs, timeMs) then
    work.state = 'expired'
  end
  return work
end

-- A change by the command itself: one revision, and a window is open from then on.
local function change(work)
  local account = work.account
  if work.isNew then
    work.isNew = false
    work.isBirth = true
    account.bornMs = work.timeMs
    account.lastMs = work.timeMs
    account.leadMs = work.timeMs - nowMs
    account.revision = work.timeMs
  end
  openWindow(account, work.leg.window, work.timeMs)
  account.revision = account.revision + 1
  account.changedMs = work.timeMs
  work.isChanged = true
  return account
end

-- Adds to the due row of a tick and period; one that holds nothing is gone.
local function addDue(work, tickMs, period, count, amount, cost)
  local rows = {}
  local isFound = false
  for _, due in ipairs(dueAt(work, tickMs)) do
    if due.period == period then
      isFound = true
      due = { period = period, count = due.count + count, amount = due.amount + amount, cost = due.cost + cost }
      work.isSound = work.isSound and due.count >= 0 and due.amount >= 0 and due.cost >= 0
    end
    if due.count ~= 0 then
      rows[#rows + 1] = due
    end
  end
  if not isFound then
    work.isSound = work.isSound and count > 0
    rows[#rows + 1] = { period = period, count = count, amount = amount, cost = cost }
  end
  work.due[tickMs] = rows
  local account = work.account
  account.liveHolds = account.liveHolds + count
  account.atStake = account.atStake + cost
  if count > 0 and (account.nextMs == 0 or tickMs < account.nextMs) then
    account.nextMs = tickMs
  end
end

local function isSound(work)
  local account = work.account
  local isReadable = work.isSound and not work.slot.isUnreadable
  return isReadable and account.used >= 0 and account.reserved >= 0 and account.used <= MAX_AMOUNT and account.reserved <= MAX_AMOUNT - account.used
end

-- The command stands: what it made of this leg's rows is what the next one sees. A forgotten row that stays so only notes the time.
local function commit(command, work)
  local slot = work.slot
  if work.isNew then
    if slot.row then
      slot.row = copy(slot.row)
      slot.row.throughMs = slot.row.throughMs or slot.row.lastMs
      slot.row.lastMs = work.timeMs
      slot.row.leadMs = work.timeMs - nowMs
    end
    return
  end
  if work.isBirth then
    slot.isReborn = not slot.isFresh
    slot.isFresh = true
    -- Nothing else is to be taken back: what was forgotten until now was not changed in this call.
    slot.loaded = {}
  end
  slot.ticks = nil
  slot.row = work.account
  slot.isChanged = slot.isChanged or work.isChanged
  slot.window = work.leg.window
  for tickMs, rows in pairs(work.due) do
    slot.due[tickMs] = rows
    slot.dueChanged[tickMs] = true
  end
  for id, deadlineMs in pairs(work.holds) do
    slot.holds[id] = deadlineMs
  end
  if work.newEntry then
    entries[work.leg.entry] = work.newEntry
    changedEntries[work.leg.entry] = work.timeMs
  end
  if work.newAdjustment then
    slot.adjustments[command.id] = work.newAdjustment
    slot.newAdjustments[command.id] = work.newAdjustment
  end
end

-- status ----------------------------------------------------------------------------------------------------------------------------------------

-- 'none': the account is unknown; 'unlimited'; or a number. A stored one wins over one in code.
local function limitInForce(work)
  local stored = work.account.storedLimit
  if stored == 'none' then
    return work.leg.limit or 'none'
  end
  return tonumber(stored) or stored
end

-- nil: without a limit.
local function spendableOf(work)
  local limit = limitInForce(work)
  if limit == 'unlimited' then
    return nil
  end
  return limit == 'none' and 0 or math.max(0, limit - work.account.used - work.account.reserved)
end

-- refuse ----------------------------------------------------------------------------------------------------------------------------------------

local function isOverflow(work, amount)
  return amount > MAX_AMOUNT - work.account.used - work.account.reserved
end

local fails = {
  windowPassed = function(work)
    return work.entry and work.entry.period ~= work.account.period
  end,
  unknown = function(work)
    return limitInForce(work) == 'none'
  end,
  closed = function(work)
    return work.account.open ~= '1'
  end,
  unit = function(work)
    return work.account.unit and work.leg.unit and work.account.unit ~= work.leg.unit
  end,
  overflow = function(work, amount)
    return limitInForce(work) == 'unlimited' and isOverflow(work, amount)
  end,
  limit = function(work, amount)
    local limit = limitInForce(work)
    return type(limit) == 'number' and amount > limit - work.account.used - work.account.reserved
  end
}
local RESERVE_RANKS = { 'unknown', 'closed', 'unit', 'overflow', 'limit' }
local CHARGE_RANKS = { 'unknown', 'closed', 'unit' }
local UNRESERVED_RANKS = { 'unknown', 'unit' }

-- The first rank that one of them fails, with all that fail it.
local function refuse(asked, ranks)
  for _, reason in ipairs(ranks) do
    local failing = {}
    for _, one in ipairs(asked) do
      if fails[reason](one.work, one.amount) then
        failing[#failing + 1] = one
        -- As it is now: a hold whose growth is denied may still be renewed, and then its deadline is another.
        one.work.firstDeadlineMs = reason == 'limit' and firstDeadline(one.work) or nil
      end
    end
    if #failing > 0 then
      return { reason = reason, asked = failing }
    end
  end
end

local function denied(refused)
  return { tag = 'Denied', reason = refused.reason, asked = refused.asked }
end

-- conflict --------------------------------------------------------------------------------------------------------------------------------------

local function any(works, test)
  for _, work in ipairs(works) do
    if test(work) then
      return true
    end
  end
  return false
end

local function isNone(work)
  return work.state == 'none'
end

local function isUnknown(work)
  return work.state == 'none' or work.state == 'marked'
end

local function all(works, test)
  return not any(works, function(work)
    return not test(work)
  end)
end

-- For `reserve` and `charge`: nil if this is a replay, else why it is none.
local function conflictOfNew(command, works, replayed)
  if any(works, function(work) return not (work.state == 'none' or work.state == 'held' or work.state == replayed) end) then
    return 'ended'
  end
  if any(works, function(work) return work.entry and work.entry.accounts ~= command.accounts end) then
    return 'legs'
  end
  if any(works, function(work) return work.entry and work.entry.digest ~= command.digest end) then
    return 'content'
  end
  return any(works, isNone) and 'ended' or nil
end

local function hasOtherAccounts(command, works)
  return any(works, function(work)
    return not isUnknown(work) and work.entry.accounts ~= command.accounts
  end)
end

-- cost ------------------------------------------------------------------------------------------------------------------------------------------

local PRICE = { refund = 1, ['charge-measured'] = 2, ['charge-held'] = 3 }

local function dearest(set, asked)
  if not asked or (set and PRICE[asked] <= PRICE[set]) then
    return set
  end
  return asked
end

local function expiryCost(settles, held, measured, whenUnknown)
  if settles == 'held' then
    return held
  end
  if settles == 'none' or whenUnknown == 'refund' then
    return 0
  end
  return whenUnknown == 'charge-held' and held or math.min(measured or 0, held)
end

-- reserve ---------------------------------------------------------------------------------------------------------------------------------------

local function askedOf(works)
  local asked = {}
  for at, work in ipairs(works) do
    asked[at] = { leg = at, work = work, amount = work.leg.amount, whole = work.leg.amount }
  end
  return asked
end

local function admit(command, work)
  local leg = work.leg
  local account = change(work)
  local deadlineMs = deadlineOf(work.timeMs, command.ttlMs)
  local cost = expiryCost(leg.settle, leg.amount)
  account.unit = leg.unit
  account.reserved = account.reserved + leg.amount
  addDue(work, deadlineMs, account.period, 1, leg.amount, cost)
  work.holds[command.id] = deadlineMs
  work.state = 'held'
  work.newEntry = {
    command = 'reserve', state = 'held', accounts = command.accounts, digest = command.digest, settle = leg.settle, amount = leg.amount,
    held = leg.amount, deadlineMs = deadlineMs, expiryCost = cost, period = account.period, createdMs = work.timeMs, changedMs = work.timeMs,
    debited = 0, overage = 'debit', unbilled = 0
  }
end

local function reserve(command, works)
  if not all(works, isNone) then
    local reason = conflictOfNew(command, works, 'held')
    return reason and { tag = 'Conflict', reason = reason } or { tag = 'Granted', replayed = true }
  end
  local refused = refuse(askedOf(works), RESERVE_RANKS)
  if refused then
    return denied(refused)
  end
  for _, work in ipairs(works) do
    admit(command, work)
  end
  return { tag = 'Granted' }
end

-- extend ----------------------------------------------------------------------------------------------------------------------------------------

local function growthOf(work)
  return math.max(0, (work.leg.total or 0) - work.entry.held)
end

-- Growth is admitted like a reserve, all legs or none; not at all once any leg's window has passed.
local function refuseGrowth(works)
  local asked, growing = {}, {}
  for at, work in ipairs(works) do
    asked[at] = { leg = at, work = work, amount = growthOf(work), whole = work.leg.total or 0 }
    if asked[at].amount > 0 then
      growing[#growing + 1] = asked[at]
    end
  end
  if #growing == 0 then
    return nil
  end
  return refuse(asked, { 'windowPassed' }) or refuse(growing, RESERVE_RANKS)
end

local function leaveDue(work, entry)
  addDue(work, entry.deadlineMs, entry.period, -1, -entry.held, -entry.expiryCost)
end

-- One leg, renewed, measured and (if admitted) grown. What alters nothing is no change.
local function alter(command, work, mayGrow)
  local entry, leg = work.entry, work.leg
  local deadlineMs = math.max(entry.deadlineMs, command.ttlMs and deadlineOf(work.timeMs, command.ttlMs) or 0)
  local growth = mayGrow and growthOf(work) or 0
  local measured = leg.measured and math.max(entry.measured or 0, leg.measured) or entry.measured
  local whenUnknown = entry.settle == 'actual' and dearest(entry.whenUnknown, command.whenUnknown) or nil
  if deadlineMs == entry.deadlineMs and growth == 0 and measured == entry.measured and whenUnknown == entry.whenUnknown then
    return false
  end
  local after = copy(entry)
  after.deadlineMs = deadlineMs
  after.held = entry.held + growth
  after.measured = measured
  after.whenUnknown = whenUnknown
  after.expiryCost = expiryCost(entry.settle, after.held, measured, whenUnknown)
  after.changedMs = work.timeMs
  local account = change(work)
  account.reserved = account.reserved + growth
  if deadlineMs == entry.deadlineMs then
    addDue(work, deadlineMs, entry.period, 0, growth, after.expiryCost - entry.expiryCost)
  else
    leaveDue(work, entry)
    addDue(work, deadlineMs, entry.period, 1, after.held, after.expiryCost)
    work.holds[command.id] = deadlineMs
  end
  work.newEntry = after
  return true
end

local function extend(command, works)
  if all(works, isNone) then
    return { tag = 'Unknown' }
  end
  if any(works, function(work) return work.state == 'charged' end) then
    return { tag = 'Conflict', reason = 'ended' }
  end
  if any(works, function(work) return work.state ~= 'held' end) then
    return { tag = 'Ended' }
  end
  local function namesWhatItHasNot(work)
    return work.entry.settle ~= 'actual' and (work.leg.total or work.leg.measured)
  end
  if hasOtherAccounts(command, works) or any(works, namesWhatItHasNot) then
    return { tag = 'Conflict', reason = 'legs' }
  end
  local refused = refuseGrowth(works)
  local isAltered = false
  for _, work in ipairs(works) do
    isAltered = alter(command, work, not refused) or isAltered
  end
  return { tag = 'Extended', replayed = not isAltered and not refused, reason = refused and refused.reason, asked = refused and refused.asked }
end

-- ending ----------------------------------------------------------------------------------------------------------------------------------------

-- min(actual, own + spendable), without the sum, which might not be exact.
local function capped(work, actual, own)
  local spendable = spendableOf(work)
  if not spendable or actual - own <= spendable then
    return actual
  end
  return own + spendable
end

-- What an ending does to its account.
local function effectOf(work, debited)
  local entry, account = work.entry, work.account
  if entry.period ~= account.period then
    return math.max(0, debited - entry.held), 0
  end
  if work.state == 'held' then
    return debited, -entry.held
  end
  -- What the expiry charged is corrected in one difference: to 0 at most, and only upwards if a reset has forgiven that charge.
  local isForgiven = account.resetMs and entry.deadlineMs <= account.resetMs
  return math.max(debited - entry.expiryCost, isForgiven and 0 or -account.used), 0
end

local function endingOf(work, actual, overage)
  local entry = work.entry
  local asked = entry.settle == 'actual' and actual or entry.settle == 'held' and entry.held or 0
  local debited = asked
  if overage == 'cap' and entry.settle == 'actual' then
    debited = capped(work, asked, work.state == 'expired' and entry.expiryCost or entry.held)
  end
  local usedDelta, reservedDelta = effectOf(work, debited)
  return { debited = debited, unbilled = asked - debited, usedDelta = usedDelta, reservedDelta = reservedDelta }
end

local function endingOverflows(work, ending)
  local delta = ending.usedDelta + ending.reservedDelta
  return delta > 0 and isOverflow(work, delta)
end

-- The leg, ended.
local function finish(command, work, ending, how)
  local entry = work.entry
  local account = change(work)
  account.used = account.used + ending.usedDelta
  account.reserved = account.reserved + ending.reservedDelta
  if work.state == 'held' then
    leaveDue(work, entry)
  end
  work.holds[command.id] = false
  local after = copy(entry)
  after.state = how.state
  after.debited = ending.debited
  after.actual = how.actual
  after.overage = how.overage
  after.unbilled = ending.unbilled
  after.late = work.state == 'expired' and 1 or nil
  after.changedMs = work.timeMs
  work.newEntry = after
  work.state = how.state
end

local function endedWithoutHold(command, work, state)
  return {
    command = command.kind, state = state, settle = 'none', amount = 0, held = 0, deadlineMs = work.timeMs, expiryCost = 0,
    period = work.account.period, createdMs = work.timeMs, changedMs = work.timeMs, debited = 0, overage = 'debit', unbilled = 0
  }
end

local function mark(command, work)
  change(work)
  work.newEntry = endedWithoutHold(command, work, 'marked')
  work.state = 'marked'
end

-- finalize --------------------------------------------------------------------------------------------------------------------------------------

local function conflictOfFinalize(command, works)
  if any(works, function(work) return work.state == 'released' or work.state == 'charged' end) then
    return 'ended'
  end
  local function namesOtherActuals(work)
    return not isUnknown(work) and (work.entry.settle == 'actual') ~= (work.leg.actual ~= nil)
  end
  if hasOtherAccounts(command, works) or any(works, namesOtherActuals) then
    return 'legs'
  end
  local function isOther(work)
    return work.state == 'finalized' and (work.entry.actual ~= work.leg.actual or work.entry.overage ~= command.overage)
  end
  return any(works, isOther) and 'content' or nil
end

-- What becomes of one leg.
local function planOf(command, work)
  local actual = work.leg.actual or 0
  if work.state == 'held' or work.state == 'expired' then
    return 'debit', endingOf(work, actual, command.overage)
  end
  if work.state == 'finalized' then
    return 'nothing'
  end
  if command.ifUnknown == 'mark' then
    return work.state == 'none' and 'mark' or 'nothing'
  end
  local debited = command.overage == 'cap' and capped(work, actual, 0) or actual
  return 'charge', { debited = debited, unbilled = actual - debited }
end

-- A debit without a hold.
local function chargeUnreserved(command, work, ending)
  local account = change(work)
  account.used = account.used + ending.debited
  account.unit = work.leg.unit
  local entry = endedWithoutHold(command, work, 'finalized')
  entry.accounts = command.accounts
  entry.settle = work.leg.actual and 'actual' or 'none'
  entry.debited = ending.debited
  entry.actual = work.leg.actual
  entry.overage = command.overage
  entry.unbilled = ending.unbilled
  work.newEntry = entry
  work.state = 'finalized'
end

local function refuseEnding(plans)
  local charged, overflowing = {}, {}
  for at, plan in ipairs(plans) do
    local asked = plan.ending and { leg = at, work = plan.work, amount = plan.ending.debited, whole = plan.ending.debited }
    if plan.does == 'charge' then
      charged[#charged + 1] = asked
    end
    if plan.does == 'debit' and endingOverflows(plan.work, plan.ending) or plan.does == 'charge' and isOverflow(plan.work, plan.ending.debited) then
      overflowing[#overflowing + 1] = asked
    end
  end
  return refuse(charged, UNRESERVED_RANKS) or #overflowing > 0 and { reason = 'overflow', asked = overflowing } or nil
end

local function finalize(command, works)
  local reason = conflictOfFinalize(command, works)
  if reason then
    return { tag = 'Conflict', reason = reason }
  end
  local plans = {}
  local counts = { debit = 0, charge = 0, mark = 0, nothing = 0 }
  local wasFinalized = any(works, function(work) return work.state == 'finalized' end)
  local wasUnknown = all(works, isUnknown)
  for at, work in ipairs(works) do
    local does, ending = planOf(command, work)
    plans[at] = { work = work, does = does, ending = ending }
    counts[does] = counts[does] + 1
  end
  if counts.charge > 0 and command.sentAgoMs >= settings.settledRetentionMs - settings.longestCallMs then
    return { tag = 'Undecidable' }
  end
  local refused = refuseEnding(plans)
  if refused then
    return denied(refused)
  end
  for _, plan in ipairs(plans) do
    if plan.does == 'mark' then
      mark(command, plan.work)
    elseif plan.does == 'charge' then
      chargeUnreserved(command, plan.work, plan.ending)
    elseif plan.does == 'debit' then
      finish(command, plan.work, plan.ending, { state = 'finalized', actual = plan.work.leg.actual, overage = command.overage })
    end
  end
  if counts.charge == 0 and wasUnknown then
    return { tag = 'Unknown' }
  end
  return { tag = 'Finalized', replayed = wasFinalized and counts.debit == 0 and counts.charge == 0 }
end

-- release ---------------------------------------------------------------------------------------------------------------------------------------

local function release(command, works)
  if any(works, function(work) return work.state == 'charged' end) then
    return { tag = 'Conflict', reason = 'ended' }
  end
  if hasOtherAccounts(command, works) then
    return { tag = 'Conflict', reason = 'legs' }
  end
  local wasUnknown = all(works, isUnknown)
  local wasFinalized = all(works, function(work) return isUnknown(work) or work.state == 'finalized' end)
  local endings, overflowing = {}, {}
  for at, work in ipairs(works) do
    if work.state == 'held' or work.state == 'expired' then
      endings[at] = endingOf(work, work.entry.measured or 0, 'debit')
      if endingOverflows(work, endings[at]) then
        overflowing[#overflowing + 1] = { leg = at, work = work, amount = endings[at].debited, whole = endings[at].debited }
      end
    end
  end
  if #overflowing > 0 then
    return denied({ reason = 'overflow', asked = overflowing })
  end
  for at, work in ipairs(works) do
    if endings[at] then
      finish(command, work, endings[at], { state = 'released', overage = 'debit' })
    elseif work.state == 'none' then
      mark(command, work)
    end
  end
  if wasUnknown then
    return { tag = 'Unknown' }
  end
  return { tag = wasFinalized and 'Finalized' or 'Released', replayed = next(endings) == nil }
end

-- charge ----------------------------------------------------------------------------------------------------------------------------------------

local function debit(command, work)
  local leg = work.leg
  local account = change(work)
  account.unit = leg.unit
  account.used = account.used + leg.amount
  work.state = 'charged'
  work.newEntry = {
    command = 'charge', state = 'charged', accounts = command.accounts, digest = command.digest, settle = 'actual', amount = leg.amount, held = 0,
    deadlineMs = work.timeMs, expiryCost = 0, period = account.period, createdMs = work.timeMs, changedMs = work.timeMs, debited = leg.amount,
    actual = leg.amount, overage = 'debit', unbilled = 0
  }
end

local function charge(command, works)
  if not all(works, isNone) then
    local reason = conflictOfNew(command, works, 'charged')
    return reason and { tag = 'Conflict', reason = reason } or { tag = 'Charged', replayed = true }
  end
  local asked, overflowing = askedOf(works), {}
  for _, one in ipairs(asked) do
    if isOverflow(one.work, one.amount) then
      overflowing[#overflowing + 1] = one
    end
  end
  local refused = refuse(asked, CHARGE_RANKS) or #overflowing > 0 and { reason = 'overflow', asked = overflowing }
  if refused then
    return denied(refused)
  end
  for _, work in ipairs(works) do
    debit(command, work)
  end
  return { tag = 'Charged' }
end

-- adjust ----------------------------------------------------------------------------------------------------------------------------------------

local function refusalOf(adjustment, account, unit)
  if not account.unit and not unit or account.unit and unit and unit ~= account.unit then
    return 'unit'
  end
  if adjustment.kind ~= 'credit' then
    return nil
  end
  local limit = tonumber(account.storedLimit)
  if not limit or adjustment.amount < -limit then
    return 'limit'
  end
  return adjustment.amount > MAX_AMOUNT - limit and 'overflow' or nil
end

local effects = {
  setLimit = function(account, adjustment)
    local limit = adjustment.limit
    account.storedLimit = type(limit) == 'number' and exact(limit) or limit
  end,
  credit = function(account, adjustment)
    account.storedLimit = exact(tonumber(account.storedLimit) + adjustment.amount)
  end,
  reset = function(account, _, timeMs)
    account.used = 0
    account.resetMs = timeMs
  end,
  close = function(account)
    account.open = '0'
  end,
  reopen = function(account)
    account.open = '1'
  end
}

local function adjust(command, works)
  local work, adjustment = works[1], command.adjustment
  local known = fetchAdjustment(work, command.id)
  if known and not work.isNew and known.changedMs >= work.account.bornMs then
    return known.digest == command.digest and { tag = 'Adjusted', replayed = true } or { tag = 'Conflict', reason = 'content' }
  end
  local reason = refusalOf(adjustment, work.account, work.leg.unit)
  if reason then
    return denied({ reason = reason, asked = {} })
  end
  local account = change(work)
  account.unit = account.unit or work.leg.unit
  effects[adjustment.kind](account, adjustment, work.timeMs)
  work.newAdjustment = { changedMs = work.timeMs, digest = command.digest }
  return { tag = 'Adjusted' }
end

-- read ------------------------------------------------------------------------------------------------------------------------------------------

local function lookup(_, works)
  return { tag = all(works, isUnknown) and 'Unknown' or 'Found' }
end

local function usage()
  return { tag = 'Usage' }
end

-- decide ----------------------------------------------------------------------------------------------------------------------------------------

local commands = {
  reserve = reserve, extend = extend, finalize = finalize, release = release, charge = charge, adjust = adjust, lookup = lookup, usage = usage
}

local function decide(command)
  for _, leg in ipairs(command.legs) do
    if isOutside(leg.window) then
      return { tag = 'NotApplied', reason = 'clock' }, {}
    end
  end
  local works = {}
  for at, leg in ipairs(command.legs) do
    works[at] = settle(command, leg)
  end
  local verdict = commands[command.kind](command, works)
  for at, work in ipairs(works) do
    if not isSound(work) then
      return { tag = 'Corrupt', leg = at }, {}
    end
  end
  if command.kind ~= 'lookup' and command.kind ~= 'usage' then
    for _, work in ipairs(works) do
      commit(command, work)
    end
  end
  return verdict, works
end

-- answer ----------------------------------------------------------------------------------------------------------------------------------------

local answer = {}

-- Numbers as texts: the integers of a reply are read by clients, and ioredis 6.0 makes 9007199254740992 of 2^53 - 1.
local function say(value)
  answer[#answer + 1] = type(value) == 'number' and exact(value) or value or false
end

say(nowMs)

-- The verdict: tag, reason, leg, replayed, then the legs that were refused.
local function sayVerdict(verdict)
  say(verdict.tag)
  say(verdict.reason)
  say(verdict.leg)
  say(verdict.replayed and 1)
  local asked = verdict.asked or {}
  say(#asked)
  for _, one in ipairs(asked) do
    say(one.leg)
    say(one.amount)
    say(one.whole)
  end
end

-- What core's `LegFacts` are made of.
local function sayLeg(work)
  local account, entry = work.account, work.newEntry or work.entry
  say(work.timeMs)
  say(work.state)
  say(account.liveHolds > 0 and 1)
  say(work.firstDeadlineMs)
  say(not work.isNew and 1)
  say(account.unit)
  say(account.storedLimit)
  say(account.open)
  say(account.used)
  say(account.reserved)
  say(account.period)
  say(account.startMs)
  say(account.endMs)
  say(account.revision)
  say(account.changedMs)
  say(entry and entry.command)
  if entry then
    say(entry.held)
    say(entry.measured)
    say(entry.deadlineMs)
    say(entry.expiryCost)
    say(entry.period)
    say(entry.debited)
    say(entry.unbilled)
    say(entry.late)
  end
end

-- write -----------------------------------------------------------------------------------------------------------------------------------------

-- How long a row is kept at least, in milliseconds of the server's clock: until it has been forgotten for an hour (docs/readings.md, 37). nil: for ever,
-- since what it says counts until somebody resets it. Each live hold ends a day after the last change at the latest, and its expiry is a change.
local function keptForMs(slot)
  local row, window = slot.row, slot.window
  if row.open ~= '1' or row.storedLimit ~= 'none' or window.kind == 'none' and row.used + row.atStake > 0 then
    return nil
  end
  local windowMs = window.kind == 'idle' and window.idleMs or row.endMs and row.endMs - nowMs or 0
  return row.leadMs + math.max(settings.unsettledRetentionMs, windowMs) + settings.maxTtlMs + settings.gridMs + settings.collectAfterMs
end

-- Renewed for a day more than it needs, so that a busy account does it once a day.
local function renewExpiry(slot)
  local row = slot.row
  local keptMs = slot.isChanged and keptForMs(slot)
  if slot.isChanged and not keptMs then
    if row.expiresMs > 0 then
      row.expiresMs = 0
      return 'PERSIST'
    end
    return nil
  end
  if not slot.isChanged and row.expiresMs == 0 then
    return nil
  end
  if row.expiresMs < nowMs + (keptMs or row.leadMs + settings.collectAfterMs) then
    row.expiresMs = nowMs + (keptMs or row.leadMs + settings.collectAfterMs) + settings.maxTtlMs
    return 'PEXPIREAT'
  end
end

-- Stale holds leave the index a few at a time, so that 100,000 that expired at once hold nobody up.
local STALE_PER_CALL = 64

local function dropStale(slot, key)
  local row = slot.row
  local stale = redis.call('ZRANGEBYSCORE', key, '-inf', exact(row.lastMs), 'LIMIT', 0, STALE_PER_CALL)
  if #stale > 0 then
    redis.call('ZREM', key, unpack(stale))
  end
  row.staleHolds = #stale < STALE_PER_CALL and 0 or math.max(1, row.staleHolds - #stale)
end

local function writeHolds(slot)
  local key = KEYS[call.accounts + slot.index]
  local added, removed = {}, {}
  for id, deadlineMs in pairs(slot.holds) do
    if deadlineMs then
      added[#added + 1] = exact(deadlineMs)
      added[#added + 1] = id
    else
      removed[#removed + 1] = id
    end
  end
  -- Added first: an index that is emptied in between is gone, and its expiry with it.
  if #added > 0 then
    redis.call('ZADD', key, unpack(added))
  end
  if #removed > 0 then
    redis.call('ZREM', key, unpack(removed))
  end
  if slot.isChanged and slot.row.staleHolds > 0 then
    dropStale(slot, key)
  end
  return #added > 0
end

local function textOfDue(rows)
  local texts = {}
  for at, due in ipairs(rows) do
    texts[at] = exact(due.period) .. ' ' .. exact(due.count) .. ' ' .. exact(due.amount) .. ' ' .. exact(due.cost)
  end
  return table.concat(texts, ';')
end

-- The fields of the account that differ from what was loaded.
local function writeAccount(slot)
  local set, gone = {}, {}
  local function put(name, text)
    set[#set + 1] = name
    set[#set + 1] = text
  end
  local row, loaded = slot.row, slot.loaded or {}
  for at, name in ipairs(ACCOUNT) do
    local value = row[name]
    if value ~= loaded[name] then
      if value == nil then
        gone[#gone + 1] = name
      else
        put(name, at > #TEXTS and exact(value) or value)
      end
    end
  end
  for tickMs in pairs(slot.dueChanged) do
    local rows = slot.due[tickMs]
    if #rows > 0 then
      put('due:' .. exact(tickMs), textOfDue(rows))
    else
      gone[#gone + 1] = 'due:' .. exact(tickMs)
    end
  end
  for id, adjustment in pairs(slot.newAdjustments) do
    put('adjustment:' .. id, exact(adjustment.changedMs) .. ' ' .. adjustment.digest)
  end
  if #set > 0 then
    redis.call('HSET', KEYS[slot.index], unpack(set))
  end
  -- Lua 5.1 unpacks some 8,000 values at most, and of ticks alone there may be more.
  for first = 1, slot.isReborn and 0 or #gone, ROWS_PER_CALL do
    redis.call('HDEL', KEYS[slot.index], unpack(gone, first, math.min(first + ROWS_PER_CALL - 1, #gone)))
  end
end

local function writeSlot(slot)
  local account, holds = KEYS[slot.index], KEYS[call.accounts + slot.index]
  if slot.isReborn then
    redis.call('UNLINK', account, holds)
  end
  local wasHeld = slot.loaded and slot.loaded.liveHolds and slot.loaded.liveHolds > 0
  local isAdded = writeHolds(slot)
  local renewal = not call.keepsForever and renewExpiry(slot)
  writeAccount(slot)
  if renewal == 'PERSIST' then
    redis.call('PERSIST', account)
    redis.call('PERSIST', holds)
  elseif renewal then
    redis.call('PEXPIREAT', account, exact(slot.row.expiresMs))
    redis.call('PEXPIREAT', holds, exact(slot.row.expiresMs))
  elseif isAdded and not wasHeld and slot.row.expiresMs > 0 then
    -- An index that was empty was gone, and its expiry with it.
    redis.call('PEXPIREAT', holds, exact(slot.row.expiresMs))
  end
end

local function textOfEntry(entry)
  local texts = {}
  for at, name in ipairs(ENTRY) do
    local value = entry[name]
    texts[at] = value == nil and '-' or ENTRY_TEXTS[name] and value or exact(value)
  end
  return table.concat(texts, ' ')
end

-- An entry goes an hour after it has become unknown in its account's time.
local function writeEntry(key, timeMs)
  local entry = entries[key]
  if call.keepsForever then
    redis.call('SET', KEYS[key], textOfEntry(entry))
  else
    local leftMs = unknownFrom(entry) - timeMs + settings.collectAfterMs
    redis.call('SET', KEYS[key], textOfEntry(entry), 'PXAT', exact(nowMs + leftMs))
  end
end

-- A key of ours that holds something else is found before the first write; accounts and entries were read, and so are known.
local function checkIndexes(changed)
  for _, slot in ipairs(changed) do
    if next(slot.holds) then
      redis.call('ZCARD', KEYS[call.accounts + slot.index])
    end
  end
end

local function write()
  local changed = {}
  for _, slot in pairs(slots) do
    if slot.row and slot.row ~= slot.loaded then
      changed[#changed + 1] = slot
    end
  end
  if #changed > 1 then
    checkIndexes(changed)
  end
  for _, slot in ipairs(changed) do
    writeSlot(slot)
  end
  for key, timeMs in pairs(changedEntries) do
    writeEntry(key, timeMs)
  end
end

-- holds -----------------------------------------------------------------------------------------------------------------------------------------

-- One account's live holds for operators, in the order of their deadlines, from `from` on.
local function sayHolds(command)
  local work = settle(command, command.legs[1])
  say(work.timeMs)
  say(work.account.period)
  local key = KEYS[call.accounts + work.slot.index]
  local first = redis.call('ZCOUNT', key, '-inf', exact(work.timeMs)) + command.from
  for _, id in ipairs(redis.call('ZRANGE', key, first, first + command.count - 1)) do
    say(id)
  end
end

local function sayEntries(command)
  for _, leg in ipairs(command.legs) do
    local entry = fetchEntry(leg.entry) or { state = 'none' }
    say(entry.state)
    for _, name in ipairs({ 'amount', 'held', 'settle', 'measured', 'whenUnknown', 'createdMs', 'deadlineMs', 'period' }) do
      say(entry[name])
    end
  end
end

-- ------------------------------------------------------------------------------------------------------------------------------------------------

for _, command in ipairs(call.commands) do
  if command.kind == 'holds' then
    sayHolds(command)
  elseif command.kind == 'entries' then
    sayEntries(command)
  else
    local verdict, works = decide(command)
    sayVerdict(verdict)
    say(#works)
    for _, work in ipairs(works) do
      sayLeg(work)
    end
  end
end
write()
return answer
