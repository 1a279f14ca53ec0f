-- A command gives its verdict: tag, why not, the legs that were refused (of 'Corrupt', the leg), and whether it is a replay.

-- reserve ---------------------------------------------------------------------------------------------------------------------------------------

local function admit(work)
  local row, timeMs, amount, settles = change(work), work.timeMs, work.first, work.second
  local deadlineMs = deadlineOf(timeMs, command.ttlMs)
  local cost = expiryCost(settles, amount, -1, '')
  if row[UNIT] ~= work.unit then
    row[UNIT] = work.unit
    work.slot.facts = nil
  end
  row[RESERVED] = row[RESERVED] + amount
  addDue(work.slot, deadlineMs, row[PERIOD], 1, amount, cost)
  keep(work, {
    'held', 'reserve', command.accounts, command.digest, settles, amount, amount, -1, '', deadlineMs, cost, row[PERIOD], timeMs, timeMs
  })
  work.state = 'held'
end

local function reserve()
  if states.none < legs then
    local reason = part('conflictOfNew')('held')
    if reason then
      return 'Conflict', reason
    end
    return 'Granted', nil, nil, true
  end
  askAll()
  local reason, refused = refuse()
  if reason then
    return 'Denied', reason, refused
  end
  for at = 1, legs do
    admit(works[at])
  end
  return 'Granted'
end

return reserve
