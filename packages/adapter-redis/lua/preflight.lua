-- What the server says of itself. KEYS[1] decides which master of a Cluster answers.
return { redis.call('INFO', 'server'), redis.call('INFO', 'memory'), redis.call('INFO', 'replication') }
