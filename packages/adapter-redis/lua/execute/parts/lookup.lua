local function lookup()
  return states.none + states.marked == legs and 'Unknown' or 'Found'
end

return lookup
