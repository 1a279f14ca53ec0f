-- Makes the sums of one account anew from its entries, in one step. Rows and their spelling are those of execute.lua.
--
-- KEYS   the account's hash, its index of holds, then its entries
-- ARGV   whether to apply it (1 or 0), what it has used (- where it is kept), the largest amount, then the ids of the entries
--
-- It tells: found, used and reserved as they are kept, used and reserved as they should be, live holds, whether the due rows differ, a field that cannot
-- be read, whether it was applied. `again`: the index names an entry that is not among the keys.

local account, index = KEYS[1], KEYS[2]
local isApplied, given, maxAmount = ARGV[1] == '1', ARGV[2], tonumber(ARGV[3])

local function exact(number)
  return string.format('%.0f', number)
end

local function amount(text)
  local number = text and string.match(text, '^%d+$') and tonumber(text)
  return number and number <= maxAmount and number or nil
end

local row = {}
local flat = redis.call('HGETALL', account)
for at = 1, #flat, 2 do
  row[flat[at]] = flat[at + 1]
end
if not row.revision then
  return { '0' }
end
for _, name in ipairs({ 'revision', 'period', 'lastMs', 'bornMs' }) do
  if not amount(row[name]) then
    return { '1', row.used or '', row.reserved or '', '', '', '0', '0', name, '0' }
  end
end

local keyOf = {}
for at = 4, #ARGV do
  keyOf[ARGV[at]] = KEYS[at - 1]
end
for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  if not keyOf[id] then
    return { 'again' }
  end
end

-- Expiries are done up to here.
local throughMs = tonumber(row.throughMs or row.lastMs)
local bornMs, period = tonumber(row.bornMs), tonumber(row.period)
local holds, reserved, atStake, nextMs = 0, 0, 0, 0
local due, live = {}, {}
for id, key in pairs(keyOf) do
  local entry, at = {}, 0
  for value in string.gmatch(redis.call('GET', key) or '', '%S+') do
    at = at + 1
    entry[at] = value
  end
  -- As ENTRY has them: state, held, deadlineMs, expiryCost, period, changedMs.
  local state, held, deadlineMs, cost, entryPeriod, changedMs =
    entry[2], tonumber(entry[7]), tonumber(entry[10]), tonumber(entry[11]), tonumber(entry[12]), tonumber(entry[14])
  if state == 'held' and deadlineMs > throughMs and changedMs >= bornMs then
    holds = holds + 1
    atStake = atStake + cost
    nextMs = (nextMs == 0 or deadlineMs < nextMs) and deadlineMs or nextMs
    if entryPeriod == period then
      reserved = reserved + held
    end
    local tick = due[deadlineMs] or {}
    due[deadlineMs] = tick
    local sums = tick[entryPeriod] or { 0, 0, 0 }
    tick[entryPeriod] = { sums[1] + 1, sums[2] + held, sums[3] + cost }
    live[#live + 1] = { id, deadlineMs }
  end
end

-- The rows of a tick stand in the order of their making, which is that of the periods.
local texts = {}
for tickMs, tick in pairs(due) do
  local periods = {}
  for one in pairs(tick) do
    periods[#periods + 1] = one
  end
  table.sort(periods)
  local parts = {}
  for at, one in ipairs(periods) do
    local sums = tick[one]
    parts[at] = exact(one) .. ' ' .. exact(sums[1]) .. ' ' .. exact(sums[2]) .. ' ' .. exact(sums[3])
  end
  texts['due:' .. exact(tickMs)] = table.concat(parts, ';')
end
local differs = row.liveHolds ~= exact(holds) or row.atStake ~= exact(atStake)
for name, value in pairs(row) do
  -- Only those that are not done: a forgotten account keeps what it is not asked for.
  local tickMs = tonumber(string.match(name, '^due:(%d+)$') or '')
  differs = differs or tickMs ~= nil and tickMs > throughMs and texts[name] ~= value
end
for name, value in pairs(texts) do
  differs = differs or row[name] ~= value
end

local used = given == '-' and amount(row.used) or amount(given)
local isPossible = used and used + reserved <= maxAmount
local isChanged = differs or row.used ~= (used and exact(used)) or row.reserved ~= exact(reserved)
if isApplied and isPossible and isChanged then
  for name in pairs(row) do
    if string.sub(name, 1, 4) == 'due:' then
      redis.call('HDEL', account, name)
    end
  end
  for name, value in pairs(texts) do
    redis.call('HSET', account, name, value)
  end
  -- Not the time of the last change: an idle window's silence goes on.
  redis.call('HSET', account, 'used', exact(used), 'reserved', exact(reserved), 'liveHolds', exact(holds), 'staleHolds', '0', 'atStake', exact(atStake),
    'nextMs', exact(nextMs), 'revision', exact(tonumber(row.revision) + 1))
  redis.call('DEL', index)
  for _, one in ipairs(live) do
    redis.call('ZADD', index, exact(one[2]), one[1])
  end
  local leftMs = redis.call('PTTL', account)
  if leftMs > 0 then
    redis.call('PEXPIRE', index, exact(leftMs))
  end
end
return {
  '1', row.used or '', row.reserved or '', used and exact(used) or '', exact(reserved), exact(holds), differs and '1' or '0', '',
  isApplied and isPossible and isChanged and '1' or '0'
}
