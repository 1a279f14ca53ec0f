-- read ------------------------------------------------------------------------------------------------------------------------------------------

local function readHead(at)
  local kind, first, second, third = args[at], args[at + 4], args[at + 5], args[at + 6]
  command.kind, command.id, command.accounts, command.digest = kind, args[at + 1], args[at + 2], args[at + 3]
  if kind == 'reserve' then
    command.ttlMs = first
  elseif kind == 'extend' then
    command.ttlMs, command.policy = first, second
  elseif kind == 'finalize' then
    command.sentAgoMs, command.overage, command.ifUnknown = first, second, third
  elseif kind == 'adjust' then
    command.value, command.adjustment = first, second
  else
    -- Of `holds`; the others have neither.
    command.from, command.count = first, second
  end
  legs = args[at + 7]
end

local function readLeg(index, at)
  local work = works[index]
  if not work then
    work = {}
    works[index] = work
  end
  local terms = args[at]
  work.account, work.unit, work.limit, work.window = args[terms], args[terms + 1], args[terms + 2], terms + 3
  work.first, work.second = args[at + 1], args[at + 2]
end

-- One command, by the rules.
return function(at)
  readHead(at)
  at = at + HEAD
  for index = 1, legs do
    readLeg(index, at)
    at = at + LEG_LENGTH
  end
  if command.kind == 'holds' then
    part('holds')()
  else
    sayOutcome(decide())
  end
end
