-- What lies on a shelf of these ids.
local function readShelf(slot, shelf, ids)
  local texts = redis.call('HMGET', shelfKey(slot, shelf), unpack(ids))
  for at, id in ipairs(ids) do
    if texts[at] and not slot.entries[id] then
      slot.entries[id] = cjson.decode(texts[at])
    end
  end
end

-- The shelf of now and the one before; one that was not written since, or only before the account was born, holds nothing that is known.
local function readShelves(slot, ids)
  local row, current = slot.row, shelfOf(slot.timeMs)
  if row[SHELF] == current then
    readShelf(slot, current, ids)
  end
  if shelfOf(row[BORN]) < current then
    readShelf(slot, current - 1, ids)
  end
end

return readShelves
