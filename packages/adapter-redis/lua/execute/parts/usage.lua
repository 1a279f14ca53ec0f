local function usage()
  return 'Usage'
end

return usage
