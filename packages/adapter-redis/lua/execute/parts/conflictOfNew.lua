-- Whether the entry of any leg says something else at this place.
local function anyDiffers(place, expected)
  for at = 1, legs do
    local entry = works[at].entry
    if entry and entry[place] ~= expected then
      return true
    end
  end
  return false
end

-- For `reserve` and `charge`: nil if this is a replay, else why it is none.
local function conflictOfNew(replayed)
  for at = 1, legs do
    local state = works[at].state
    if state ~= 'none' and state ~= 'held' and state ~= replayed then
      return 'ended'
    end
  end
  if anyDiffers(NAMES, command.accounts) then
    return 'legs'
  end
  if anyDiffers(DIGEST, command.digest) then
    return 'content'
  end
  return states.none > 0 and 'ended' or nil
end

return conflictOfNew
