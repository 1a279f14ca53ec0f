-- One step through all keys. ARGV: the cursor, and the pattern of what to tell.
return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
