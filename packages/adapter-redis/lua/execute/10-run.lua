-- run -------------------------------------------------------------------------------------------------------------------------------------------

-- What all of them will need of each account.
local at = FIRST_COMMAND
while args[at] do
  local name = 'hold:' .. args[at + 1]
  local next = at + HEAD + LEG_LENGTH * args[at + 7]
  for leg = at + HEAD, next - 1, LEG_LENGTH do
    want(args[args[leg]], name)
  end
  at = next
end

answer[1] = '[' .. exact(nowMs)
at = FIRST_COMMAND
while args[at] do
  local kind, next = args[at], at + HEAD + LEG_LENGTH * args[at + 7]
  if not (kind == 'reserve' and plainReserve(at, next - 1) or kind == 'finalize' and plainFinalize(at, next - 1)) then
    rules = rules or makeRules()
    rules(at)
  end
  at = next
end
write()
say(',[' .. table.concat(facts, ',') .. ']]')
return table.concat(answer)
