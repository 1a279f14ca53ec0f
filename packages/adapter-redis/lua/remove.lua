-- One step through all keys. ARGV: the cursor, and the pattern of what to remove.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
if #found[2] > 0 then
  redis.call('UNLINK', unpack(found[2]))
end
return { found[1], #found[2] }
