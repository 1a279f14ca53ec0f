-- windows ---------------------------------------------------------------------------------------------------------------------------------------

-- A window is where it stands in the list: its kind, and then what the kind has.

local function boundsAt(window)
  local kind = args[window]
  if kind == 'fixed' then
    local startMs = math.floor(nowMs / args[window + 1]) * args[window + 1]
    return startMs, startMs + args[window + 1]
  elseif kind == 'calendar' then
    if nowMs < args[window + 2] then
      return args[window + 1], args[window + 2]
    elseif nowMs < args[window + 3] then
      return args[window + 2], args[window + 3]
    end
    return args[window + 3], args[window + 4]
  end
end

-- Of a calendar window.
local function isOutside(window)
  return nowMs < args[window + 1] or nowMs >= args[window + 4]
end

-- Of a window that is open.
local function isRollDue(row, changedMs, window, timeMs, holdsLive)
  if args[window] == 'idle' then
    return not holdsLive and timeMs >= changedMs + args[window + 1]
  end
  -- One that is not `idle` has bounds.
  local _, endMs = boundsAt(window)
  return nowMs >= row[END] or endMs < row[START]
end

local function openWindow(row, window, timeMs)
  local startMs, endMs = boundsAt(window)
  row[START] = startMs or timeMs
  row[END] = endMs or -1
end

-- time ------------------------------------------------------------------------------------------------------------------------------------------

local function isOver(deadlineMs, timeMs)
  return timeMs >= deadlineMs
end

-- From when on an entry is unknown.
local function unknownFrom(entry)
  if entry[STATE] == 'held' then
    return entry[DEADLINE] + UNSETTLED_RETENTION_MS
  end
  return entry[ALTERED] + SETTLED_RETENTION_MS
end

local function isForgottenEntry(entry, bornMs, timeMs)
  return entry[ALTERED] < bornMs or timeMs >= unknownFrom(entry)
end
