-- Makes the sums of one account anew from its entries, in one step. Rows and their places are those of execute.
--
-- KEYS   the account's hash, its index of ticks
-- ARGV   whether to apply it (1 or 0), what it has used (- where it is kept), the largest amount
--
-- It tells: found, used and reserved as they are kept, used and reserved as they should be, live holds, whether the due rows differ, a field that cannot
-- be read, whether it was applied.

local account, index = KEYS[1], KEYS[2]
local isApplied, given, maxAmount = ARGV[1] == '1', ARGV[2], tonumber(ARGV[3])

local function exact(number)
  return string.format('%d', number)
end

local function amount(text)
  local number = text and string.match(text, '^%d+$') and tonumber(text)
  return number and number <= maxAmount and number or nil
end

local all = {}
local flat = redis.call('HGETALL', account)
for at = 1, #flat, 2 do
  all[flat[at]] = flat[at + 1]
end
if not all.row then
  return { '0' }
end

-- What stands in the row, also where somebody wrote what is no number. Then comes the unit, which may hold commas, and then the due rows that have room.
local USED, RESERVED, PERIOD, REVISION, LAST, BORN = 1, 2, 3, 4, 5, 7
local LIVE, STALE, AT_STAKE, TICKS, NEXT, COLLECT, CURSOR, NUMBERS = 12, 13, 14, 15, 16, 19, 20, 22
local DUE_LENGTH, MOST_DUE_IN_ROW = 5, 4
local row = {}
local rest = string.sub(all.row, 2)
for at = 1, NUMBERS do
  local text, after = string.match(rest, '^([^,]*),(.*)$')
  row[at] = text or ''
  rest = after or rest
end
local unitEnd = string.find(string.gsub(rest, '\\.', '--'), '"', 2, true) or #rest
local unit, tail = string.sub(rest, 1, unitEnd), string.sub(rest, unitEnd + 1, -2)
for name, at in pairs({ revision = REVISION, period = PERIOD, lastMs = LAST, bornMs = BORN }) do
  if not amount(row[at]) then
    return { '1', row[USED], row[RESERVED], '', '', '0', '0', name, '0' }
  end
end

-- The due rows as they lie there, by tick; a tick that lies in two places has what no tick has.
local kept, indexedTicks = {}, 0
for name, text in pairs(all) do
  local tick = string.match(name, '^due:(%d+)$')
  if tick then
    kept[tick] = string.sub(text, 2, -2)
    indexedTicks = indexedTicks + 1
  end
end
local fromRow, inRow = {}, 0
for tick, text in string.gmatch(tail, ',([^,]*),([^,]*,[^,]*,[^,]*,[^,]*)') do
  fromRow[tick] = fromRow[tick] and fromRow[tick] .. ',' .. text or text
  inRow = inRow + 1
end
local isReadable = select(2, string.gsub(tail, ',', '')) == inRow * DUE_LENGTH
for tick, text in pairs(fromRow) do
  kept[tick] = kept[tick] and '' or text
end

-- Expiries are done up to here: of a forgotten account only the time goes on, and what fell due since has still its due row.
local throughMs, bornMs, period = tonumber(row[LAST]), tonumber(row[BORN]), tonumber(row[PERIOD])
for tick in pairs(kept) do
  local tickMs = tonumber(tick)
  throughMs = tickMs and math.min(throughMs, tickMs - 1) or throughMs
end

local holds, stale, reserved, atStake = 0, 0, 0, 0
local due = {}
for name, text in pairs(all) do
  if string.sub(name, 1, 5) == 'hold:' then
    local entry = cjson.decode(text)
    -- As ENTRY has them.
    local held, deadlineMs, cost, within, alteredMs = entry[7], entry[10], entry[11], entry[12], entry[14]
    if deadlineMs <= throughMs or alteredMs < bornMs then
      stale = stale + 1
    else
      holds = holds + 1
      atStake = atStake + cost
      if within == period then
        reserved = reserved + held
      end
      local tick = due[deadlineMs] or {}
      due[deadlineMs] = tick
      local sums = tick[within] or { 0, 0, 0 }
      tick[within] = { sums[1] + 1, sums[2] + held, sums[3] + cost }
    end
  end
end

-- The rows of a tick stand in the order of their making, which is that of the periods.
local texts, ticks, rows, nextMs = {}, {}, 0, 0
for tickMs, tick in pairs(due) do
  local periods = {}
  for one in pairs(tick) do
    periods[#periods + 1] = one
  end
  table.sort(periods)
  local parts = {}
  for at, one in ipairs(periods) do
    local sums = tick[one]
    parts[at] = string.format('%d,%d,%d,%d', one, sums[1], sums[2], sums[3])
  end
  texts[exact(tickMs)] = table.concat(parts, ',')
  rows = rows + #parts
  ticks[#ticks + 1] = tickMs
  nextMs = (nextMs == 0 or tickMs < nextMs) and tickMs or nextMs
end

local differs = not isReadable or row[LIVE] ~= exact(holds) or row[STALE] ~= exact(stale) or row[AT_STAKE] ~= exact(atStake)
  or row[TICKS] ~= exact(indexedTicks)
for tick, text in pairs(kept) do
  differs = differs or texts[tick] ~= text
end
for tick, text in pairs(texts) do
  differs = differs or kept[tick] ~= text
end
local indexed = redis.call('ZRANGE', index, 0, -1, 'WITHSCORES')
differs = differs or #indexed ~= 2 * indexedTicks
for at = 1, #indexed, 2 do
  differs = differs or indexed[at] ~= indexed[at + 1] or not all['due:' .. indexed[at]]
end

local used = given == '-' and amount(row[USED]) or amount(given)
local isPossible = used and used + reserved <= maxAmount
local isChanged = differs or row[USED] ~= (used and exact(used)) or row[RESERVED] ~= exact(reserved)
if isApplied and isPossible and isChanged then
  local before = { row[USED], row[RESERVED] }
  for name in pairs(all) do
    if string.sub(name, 1, 4) == 'due:' then
      redis.call('HDEL', account, name)
    end
  end
  -- In the row if all have room there, else in fields with an index.
  redis.call('DEL', index)
  local places = {}
  for _, tickMs in ipairs(ticks) do
    local tick = exact(tickMs)
    if rows <= MOST_DUE_IN_ROW then
      places[#places + 1] = string.gsub(',' .. texts[tick], ',(%d+,%d+,%d+,%d+)', ',' .. tick .. ',%1')
    else
      redis.call('HSET', account, 'due:' .. tick, '[' .. texts[tick] .. ']')
      redis.call('ZADD', index, tick, tick)
    end
  end
  -- Not the time of the last change: an idle window's silence goes on. What has expired is looked through at the next change.
  row[USED], row[RESERVED], row[REVISION] = exact(used), exact(reserved), exact(tonumber(row[REVISION]) + 1)
  local isIndexed = rows > MOST_DUE_IN_ROW
  row[LIVE], row[STALE], row[AT_STAKE] = exact(holds), exact(stale), exact(atStake)
  row[TICKS], row[NEXT] = exact(isIndexed and #ticks or 0), exact(isIndexed and nextMs or 0)
  row[COLLECT], row[CURSOR] = '0', '0'
  redis.call('HSET', account, 'row', '[' .. table.concat(row, ',') .. ',' .. unit .. table.concat(places) .. ']')
  local leftMs = redis.call('PTTL', account)
  if leftMs > 0 then
    redis.call('PEXPIRE', index, exact(leftMs))
  end
  row[USED], row[RESERVED] = unpack(before)
end
return {
  '1', row[USED], row[RESERVED], used and exact(used) or '', exact(reserved), exact(holds), differs and '1' or '0', '',
  isApplied and isPossible and isChanged and '1' or '0'
}
