-- charge ----------------------------------------------------------------------------------------------------------------------------------------

local function debit(work)
  local row, timeMs, amount = change(work), work.timeMs, work.first
  row[UNIT] = work.unit
  row[USED] = row[USED] + amount
  work.slot.facts = nil
  keep(work, {
    'charged', 'charge', command.accounts, command.digest, 'actual', amount, 0, -1, '', timeMs, 0, row[PERIOD], timeMs, timeMs, amount, amount,
    'debit', 0, 0
  })
  work.state = 'charged'
end

local function charge()
  if states.none < legs then
    local reason = part('conflictOfNew')('charged')
    if reason then
      return 'Conflict', reason
    end
    return 'Charged', nil, nil, true
  end
  askAll()
  local reason, refused = refuse()
  if reason then
    return 'Denied', reason, refused
  end
  for at = 1, legs do
    debit(works[at])
  end
  return 'Charged'
end

return charge
