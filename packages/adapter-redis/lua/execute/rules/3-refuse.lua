-- status ----------------------------------------------------------------------------------------------------------------------------------------

-- NONE: the account is unknown; UNLIMITED; or an amount. A stored one wins over one in code.
local function limitInForce(work)
  local stored = work.row[STORED_LIMIT]
  return stored == NONE and work.limit or stored
end

local function isOverflow(work, amount)
  return amount > MAX_AMOUNT - work.row[USED] - work.row[RESERVED]
end

-- refuse ----------------------------------------------------------------------------------------------------------------------------------------

-- The ranks, in their order.
local RANKS = { 'unknown', 'closed', 'unit', 'overflow', 'limit' }
local LIMIT, NO_RANK = 5, 6

-- The first rank that a leg fails. What it asks for stands in `asked`, and in `whole` what the same would be as a new request. To debit needs no room,
-- and to debit without a hold no open account; whether endings overflow is asked of all of them together (`overflowing`).
local function rankOf(work)
  local row, limit, kind = work.row, limitInForce(work), command.kind
  if limit == NONE then
    return 1
  elseif row[OPEN] ~= 1 and kind ~= 'finalize' then
    return 2
  elseif row[UNIT] ~= work.unit and row[UNIT] ~= '' then
    return 3
  elseif kind == 'finalize' then
    return NO_RANK
  elseif kind == 'charge' or limit == UNLIMITED then
    return isOverflow(work, work.asked) and 4 or NO_RANK
  end
  return work.asked > limit - row[USED] - row[RESERVED] and LIMIT or NO_RANK
end

-- The first rank that one of them fails, with all that fail it. A leg that asks for nothing is not refused.
local function refuse()
  local first, refused = NO_RANK, nil
  for at = 1, legs do
    local work = works[at]
    local rank = work.asked and rankOf(work) or NO_RANK
    if rank < first then
      first, refused = rank, {}
    end
    if rank == first and refused then
      refused[#refused + 1] = at
    end
  end
  for at = 1, first == LIMIT and #refused or 0 do
    -- As it is now: a hold whose growth is denied may still be renewed, and then its deadline is another.
    local work = works[refused[at]]
    work.firstDeadlineMs = part('firstDeadline')(work)
  end
  return RANKS[first], refused
end

local function ask(work, asked, whole)
  work.asked = asked
  work.whole = whole
end

-- New requests ask for the first value of each leg.
local function askAll()
  for at = 1, legs do
    ask(works[at], works[at].first, works[at].first)
  end
end

-- conflict --------------------------------------------------------------------------------------------------------------------------------------

local function isUnknown(work)
  return work.state == 'none' or work.state == 'marked'
end

-- cost ------------------------------------------------------------------------------------------------------------------------------------------

local function expiryCost(settles, held, measured, policy)
  if settles == 'held' then
    return held
  end
  if settles == 'none' or policy == 'refund' then
    return 0
  end
  return policy == 'charge-held' and held or math.min(math.max(measured, 0), held)
end
