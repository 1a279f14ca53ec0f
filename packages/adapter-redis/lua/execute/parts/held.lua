-- What endings and extensions ask of an entry.

local function hasOtherAccounts()
  for at = 1, legs do
    local work = works[at]
    if not isUnknown(work) and work.entry[NAMES] ~= command.accounts then
      return true
    end
  end
  return false
end

-- Whether the hold can leave its tick and its sum, or change there: what it counts must be counted.
local function isCounted(work)
  local entry, row = work.entry, work.row
  local due = dueAt(work.slot, entry[DEADLINE])
  local at = placeOf(due, entry[WITHIN])
  return at and due[at + 1] > 0 and due[at + 2] >= entry[HELD] and due[at + 3] >= entry[COST]
    and (entry[WITHIN] ~= row[PERIOD] or row[RESERVED] >= entry[HELD])
end

-- The first leg whose hold is not counted where it must be; nil: all are.
local function firstUncounted()
  for at = 1, legs do
    if works[at].state == 'held' and not isCounted(works[at]) then
      return at
    end
  end
end

local function leaveDue(work)
  local entry = work.entry
  addDue(work.slot, entry[DEADLINE], entry[WITHIN], -1, -entry[HELD], -entry[COST])
end

return { hasOtherAccounts = hasOtherAccounts, firstUncounted = firstUncounted, leaveDue = leaveDue }
