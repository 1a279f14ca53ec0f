-- adjust ----------------------------------------------------------------------------------------------------------------------------------------

local function fetchAdjustment(work, id)
  local slot = work.slot
  slot.adjustments = slot.adjustments or {}
  local known = slot.adjustments[id]
  if known == nil and slot.isThere then
    local text = redis.call('HGET', KEYS[slot.index], 'adjustment:' .. id)
    known = text and cjson.decode(text) or false
    slot.adjustments[id] = known
  end
  return known or nil
end

local function refusalOf(row, unit)
  local known = row[UNIT]
  if known == '' and unit == '' or known ~= '' and unit ~= '' and unit ~= known then
    return 'unit'
  end
  if command.adjustment ~= 'credit' then
    return nil
  end
  local limit = row[STORED_LIMIT]
  if limit < 0 or command.value < -limit then
    return 'limit'
  end
  return command.value > MAX_AMOUNT - limit and 'overflow' or nil
end

local effects = {
  setLimit = function(row, value)
    row[STORED_LIMIT] = value
  end,
  credit = function(row, value)
    row[STORED_LIMIT] = row[STORED_LIMIT] + value
  end,
  reset = function(row, _, timeMs)
    row[USED] = 0
    row[RESET] = timeMs
  end,
  close = function(row)
    row[OPEN] = 0
  end,
  reopen = function(row)
    row[OPEN] = 1
  end
}

local function adjust()
  local work = works[1]
  local known = not work.isNew and fetchAdjustment(work, command.id)
  if known and known[1] >= work.row[BORN] then
    if known[2] == command.digest then
      return 'Adjusted', nil, nil, true
    end
    return 'Conflict', 'content'
  end
  local reason = refusalOf(work.row, work.unit)
  if reason then
    return 'Denied', reason
  end
  local row, slot = change(work), work.slot
  if row[UNIT] == '' then
    row[UNIT] = work.unit
  end
  effects[command.adjustment](row, command.value, work.timeMs)
  slot.facts = nil
  local adjustment = { work.timeMs, command.digest }
  slot.adjustments = slot.adjustments or {}
  slot.adjustments[command.id] = adjustment
  slot.newAdjustments = slot.newAdjustments or {}
  slot.newAdjustments[command.id] = adjustment
  return 'Adjusted'
end

return adjust
