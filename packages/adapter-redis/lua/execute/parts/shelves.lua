-- What lies on a shelf of these ids.
local function readShelf(slot, shelf, ids)
  local texts = redis.call('HMGET', shelfKey(slot, shelf), unpack(ids))
  for at, id in ipairs(ids) do
    if texts[at] and not slot.entries[id] then
      slot.entries[id] = cjson.decode(texts[at])
    end
  end
end

-- The shelf of now and the one before; one that was not written since holds nothing that is known.
local function readShelves(slot, ids)
  local current = shelfOf(slot.timeMs)
  local last = slot.row[SHELF]
  if last == current then
    readShelf(slot, current, ids)
  end
  readShelf(slot, current - 1, ids)
end

return readShelves
