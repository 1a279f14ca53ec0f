-- decide ----------------------------------------------------------------------------------------------------------------------------------------

-- Accounts that nobody else has touched in this call are as they were.
local function forget()
  for at = 1, legs do
    local slot = works[at].slot
    if not slot.isTouched then
      slots[slot.index] = nil
    end
  end
end

local function decide()
  for at = 1, legs do
    local window = works[at].window
    if args[window] == 'calendar' and isOutside(window) then
      return 'NotApplied', 'clock'
    end
  end
  local isRead = command.kind == 'lookup' or command.kind == 'usage'
  states.none, states.marked, states.held, states.finalized, states.released, states.expired, states.charged = 0, 0, 0, 0, 0, 0, 0
  local unsound
  for at = 1, legs do
    local work = works[at]
    work.asked = nil
    settle(work, isRead)
    states[work.state] = states[work.state] + 1
    unsound = unsound or not isSound(work) and at
  end
  if unsound then
    forget()
    return 'Corrupt', nil, unsound
  end
  local tag, reason, refused, isReplay = part(command.kind)()
  if tag == 'Corrupt' then
    forget()
  elseif not isRead then
    for at = 1, legs do
      commit(works[at])
    end
  end
  return tag, reason, refused, isReplay
end

