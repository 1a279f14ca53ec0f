-- One step through all keys. ARGV: the cursor, the pattern of the keys to look into, the tag that they begin with, and an id. It tells the next cursor and
-- which of them know of the id: what is held lies in an account's hash (`a:`), what has ended on its shelves.
local reply = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
local found = {}
for _, key in ipairs(reply[2]) do
  local field = string.sub(key, #ARGV[3] + 1, #ARGV[3] + 1) == 'a' and 'hold:' .. ARGV[4] or ARGV[4]
  if redis.call('HEXISTS', key, field) == 1 then
    found[#found + 1] = key
  end
end
return { reply[1], found }
