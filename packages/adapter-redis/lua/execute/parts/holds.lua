-- holds -----------------------------------------------------------------------------------------------------------------------------------------

-- Some of an account's entries that are held, for operators: where to go on, time, period, then id and entry of each.
local function sayHolds()
  local work = works[1]
  if args[work.window] == 'calendar' and isOutside(work.window) then
    return say(',["NotApplied"]')
  end
  settle(work, true)
  local cursor, found = '0', {}
  if not work.isNew then
    local reply = redis.call('HSCAN', KEYS[work.account], command.from, 'MATCH', 'hold:*', 'COUNT', command.count)
    cursor, found = reply[1], reply[2]
  end
  say(format(',["Holds",%s,%d,%d', cursor, work.timeMs, work.row[PERIOD]))
  for at = 1, #found, 2 do
    say(',' .. cjson.encode(string.sub(found[at], 6)) .. ',' .. found[at + 1])
  end
  say(']')
end

return sayHolds
