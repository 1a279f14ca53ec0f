-- extend ----------------------------------------------------------------------------------------------------------------------------------------

local counted = part('held')

local PRICE = { [''] = 0, refund = 1, ['charge-measured'] = 2, ['charge-held'] = 3 }

local function dearest(set, asked)
  return PRICE[asked] > PRICE[set] and asked or set
end

-- Growth is admitted like a reserve, all legs or none; not at all once any leg's window has passed.
local function refuseGrowth()
  local isGrowing = false
  for at = 1, legs do
    local work = works[at]
    local growth = math.max(0, work.first - work.entry[HELD])
    ask(work, growth, math.max(0, work.first))
    isGrowing = isGrowing or growth > 0
  end
  if not isGrowing then
    return nil
  end
  local passed
  for at = 1, legs do
    local work = works[at]
    if work.entry[WITHIN] ~= work.row[PERIOD] then
      passed = passed or {}
      passed[#passed + 1] = at
    end
  end
  if passed then
    return 'windowPassed', passed
  end
  for at = 1, legs do
    if works[at].asked == 0 then
      works[at].asked = nil
    end
  end
  return refuse()
end

-- One leg, renewed, measured and (if admitted) grown. What alters nothing is no change.
local function alter(work, mayGrow)
  local entry, isActual = work.entry, work.entry[SETTLE] == 'actual'
  local deadlineMs = command.ttlMs >= 0 and math.max(entry[DEADLINE], deadlineOf(work.timeMs, command.ttlMs)) or entry[DEADLINE]
  local held = mayGrow and math.max(entry[HELD], work.first) or entry[HELD]
  local measured = math.max(entry[MEASURED], work.second)
  local policy = isActual and dearest(entry[POLICY], command.policy) or ''
  if deadlineMs == entry[DEADLINE] and held == entry[HELD] and measured == entry[MEASURED] and policy == entry[POLICY] then
    return false
  end
  local row, cost = change(work), expiryCost(entry[SETTLE], held, measured, policy)
  -- The difference first: the sum of both might not be exact.
  row[RESERVED] = row[RESERVED] + (held - entry[HELD])
  if deadlineMs == entry[DEADLINE] then
    addDue(work.slot, deadlineMs, entry[WITHIN], 0, held - entry[HELD], cost - entry[COST])
  else
    counted.leaveDue(work)
    addDue(work.slot, deadlineMs, entry[WITHIN], 1, held, cost)
  end
  entry[DEADLINE] = deadlineMs
  entry[HELD] = held
  entry[MEASURED] = measured
  entry[POLICY] = policy
  entry[COST] = cost
  entry[ALTERED] = work.timeMs
  keep(work, entry)
  return true
end

local function namesWhatItHasNot()
  for at = 1, legs do
    local work = works[at]
    if work.entry[SETTLE] ~= 'actual' and (work.first >= 0 or work.second >= 0) then
      return true
    end
  end
  return false
end

local function extend()
  if states.none == legs then
    return 'Unknown'
  end
  if states.charged > 0 then
    return 'Conflict', 'ended'
  end
  if states.held < legs then
    return 'Ended'
  end
  if counted.hasOtherAccounts() or namesWhatItHasNot() then
    return 'Conflict', 'legs'
  end
  local uncounted = counted.firstUncounted()
  if uncounted then
    return 'Corrupt', nil, uncounted
  end
  local reason, refused = refuseGrowth()
  local isAltered = false
  for at = 1, legs do
    isAltered = alter(works[at], not reason) or isAltered
  end
  return 'Extended', reason, refused, not isAltered and not reason
end

return extend
