-- ending ----------------------------------------------------------------------------------------------------------------------------------------

local held = part('held')

-- min(actual, own + spendable): the difference first, since this sum might not be exact.
local function capped(work, actual, own)
  local limit = limitInForce(work)
  if limit == UNLIMITED then
    return actual
  end
  return own + math.min(actual - own, math.max(0, limit - work.row[USED] - work.row[RESERVED]))
end

-- What an ending debits does to its account: to `used`, and to `reserved`.
local function effectOf(work, debited)
  local entry, row = work.entry, work.row
  if entry[WITHIN] ~= row[PERIOD] then
    return math.max(0, debited - entry[HELD]), 0
  end
  if work.state == 'held' then
    return debited, -entry[HELD]
  end
  -- What the expiry charged is corrected in one difference: to 0 at most, and only upwards if a reset has forgiven that charge.
  local isForgiven = entry[DEADLINE] <= row[RESET]
  return math.max(debited - entry[COST], isForgiven and 0 or -row[USED]), 0
end

-- How a leg would end: what it debits, what stays unbilled, and what that does to the account.
local function planEnding(work, actual, overage)
  local entry = work.entry
  local settles = entry[SETTLE]
  local asked = settles == 'actual' and actual or settles == 'held' and entry[HELD] or 0
  local debited = asked
  if overage == 'cap' and settles == 'actual' then
    debited = capped(work, asked, work.state == 'expired' and entry[COST] or entry[HELD])
  end
  work.debited = debited
  work.unbilled = asked - debited
  work.usedDelta, work.reservedDelta = effectOf(work, debited)
end

local function endingOverflows(work)
  return isOverflow(work, work.usedDelta + work.reservedDelta)
end

-- The leg, ended as planned.
local function finish(work, state, actual, overage)
  local entry, row = work.entry, change(work)
  row[USED] = row[USED] + work.usedDelta
  row[RESERVED] = row[RESERVED] + work.reservedDelta
  if work.state == 'held' then
    held.leaveDue(work)
  end
  keep(work, entry)
  entry[STATE] = state
  entry[DEBITED] = work.debited
  entry[ACTUAL] = actual
  entry[OVERAGE] = overage
  entry[UNBILLED] = work.unbilled
  entry[LATE] = work.state == 'expired' and 1 or 0
  entry[ALTERED] = work.timeMs
  work.state = state
end

-- An entry that was never held.
local function endedWithoutHold(work, state)
  local timeMs = work.timeMs
  return {
    state, command.kind, '', '', 'none', 0, 0, -1, '', timeMs, 0, work.row[PERIOD], timeMs, timeMs, 0, -1, 'debit', 0, 0
  }
end

local function mark(work)
  change(work)
  keep(work, endedWithoutHold(work, 'marked'))
  work.state = 'marked'
end

-- The legs whose ending would make a sum too large; nil: none.
local function overflowingEndings()
  local refused
  for at = 1, legs do
    local work = works[at]
    if work.does == 'debit' and endingOverflows(work) or work.does == 'charge' and isOverflow(work, work.debited) then
      ask(work, work.debited, work.debited)
      refused = refused or {}
      refused[#refused + 1] = at
    end
  end
  return refused
end

local function anyDoes(does)
  for at = 1, legs do
    if works[at].does == does then
      return true
    end
  end
  return false
end

return {
  anyDoes = anyDoes, capped = capped, endedWithoutHold = endedWithoutHold, finish = finish, mark = mark, overflowing = overflowingEndings,
  plan = planEnding
}
