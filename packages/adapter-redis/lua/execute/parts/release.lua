-- release ---------------------------------------------------------------------------------------------------------------------------------------

local held, ending = part('held'), part('ending')

-- What becomes of one leg.
local function planRelease(work)
  if work.state == 'held' or work.state == 'expired' then
    ending.plan(work, math.max(work.entry[MEASURED], 0), 'debit')
    return 'debit'
  end
  return work.state == 'none' and 'mark' or 'nothing'
end

local function release()
  if states.charged > 0 then
    return 'Conflict', 'ended'
  end
  if held.hasOtherAccounts() then
    return 'Conflict', 'legs'
  end
  local wasUnknown, wasFinalized = states.none + states.marked == legs, states.none + states.marked + states.finalized == legs
  for at = 1, legs do
    works[at].does = planRelease(works[at])
  end
  local refused = ending.overflowing()
  if refused then
    return 'Denied', 'overflow', refused
  end
  local uncounted = held.firstUncounted()
  if uncounted then
    return 'Corrupt', nil, uncounted
  end
  local isReplay = not ending.anyDoes('debit')
  for at = 1, legs do
    local work = works[at]
    if work.does == 'debit' then
      ending.finish(work, 'released', -1, 'debit')
    elseif work.does == 'mark' then
      ending.mark(work)
    end
  end
  if wasUnknown then
    return 'Unknown'
  end
  return wasFinalized and 'Finalized' or 'Released', nil, nil, isReplay
end

return release
