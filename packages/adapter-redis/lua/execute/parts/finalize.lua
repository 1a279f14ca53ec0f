-- finalize --------------------------------------------------------------------------------------------------------------------------------------

local held, ending = part('held'), part('ending')

-- Whether the actuals are not exactly those of the legs that are paid by what was used.
local function namesOtherActuals(work)
  return not isUnknown(work) and (work.entry[SETTLE] == 'actual') ~= (work.first >= 0)
end

local function isOtherEnding(work)
  return work.state == 'finalized' and (work.entry[ACTUAL] ~= work.first or work.entry[OVERAGE] ~= command.overage)
end

local function anyWork(test)
  for at = 1, legs do
    if test(works[at]) then
      return true
    end
  end
  return false
end

local function conflictOfFinalize()
  if states.released > 0 or states.charged > 0 then
    return 'ended'
  end
  if held.hasOtherAccounts() or anyWork(namesOtherActuals) then
    return 'legs'
  end
  return anyWork(isOtherEnding) and 'content' or nil
end

-- What becomes of one leg.
local function planFinalize(work)
  local actual = math.max(work.first, 0)
  if work.state == 'held' or work.state == 'expired' then
    ending.plan(work, actual, command.overage)
    return 'debit'
  end
  if work.state == 'finalized' then
    return 'nothing'
  end
  if command.ifUnknown == 'mark' then
    return work.state == 'none' and 'mark' or 'nothing'
  end
  work.debited = command.overage == 'cap' and ending.capped(work, actual, 0) or actual
  work.unbilled = actual - work.debited
  ask(work, work.debited, work.debited)
  return 'charge'
end

-- A debit without a hold.
local function chargeUnreserved(work)
  local row = change(work)
  row[USED] = row[USED] + work.debited
  row[UNIT] = work.unit
  work.slot.facts = nil
  local entry = ending.endedWithoutHold(work, 'finalized')
  entry[NAMES] = command.accounts
  entry[SETTLE] = work.first >= 0 and 'actual' or 'none'
  entry[DEBITED] = work.debited
  entry[ACTUAL] = work.first
  entry[OVERAGE] = command.overage
  entry[UNBILLED] = work.unbilled
  keep(work, entry)
  work.state = 'finalized'
end

-- Why the endings as planned cannot be.
local function refuseEnding()
  local reason, refused = refuse()
  if reason then
    return reason, refused
  end
  refused = ending.overflowing()
  return refused and 'overflow', refused
end

local function finalize()
  local conflict = conflictOfFinalize()
  if conflict then
    return 'Conflict', conflict
  end
  local wasFinalized, wasUnknown = states.finalized > 0, states.none + states.marked == legs
  for at = 1, legs do
    works[at].does = planFinalize(works[at])
  end
  local isCharge = ending.anyDoes('charge')
  if isCharge and command.sentAgoMs >= SETTLED_RETENTION_MS - LONGEST_CALL_MS then
    return 'Undecidable'
  end
  local reason, refused = refuseEnding()
  if reason then
    return 'Denied', reason, refused
  end
  local uncounted = held.firstUncounted()
  if uncounted then
    return 'Corrupt', nil, uncounted
  end
  local isReplay = wasFinalized and not isCharge and not ending.anyDoes('debit')
  for at = 1, legs do
    local work = works[at]
    if work.does == 'debit' then
      ending.finish(work, 'finalized', work.first, command.overage)
    elseif work.does == 'mark' then
      ending.mark(work)
    elseif work.does == 'charge' then
      chargeUnreserved(work)
    end
  end
  if not isCharge and wasUnknown then
    return 'Unknown'
  end
  return 'Finalized', nil, nil, isReplay
end

return finalize
