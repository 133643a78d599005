-- Settles a lease: what was used is charged, what was held is free.
-- KEYS: leases of the node, nodes, the mark that the lease was reconciled, one a meter. ARGV: lease, node, then for each meter:
-- kind, held, used, limit, whether it was used at once, period (ms). Answers the parts of budgets that were reached.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local GRAINS, DAY = 16384, 86400000
redis.call('ZADD', KEYS[2], now, ARGV[2])
local function whole(number) return string.format('%.0f', number) end
local known = redis.call('HDEL', KEYS[1], ARGV[1]) == 1
if not known and redis.call('EXISTS', KEYS[3]) == 1 then return {} end

local told = {}
for index = 1, #KEYS - 3 do
  local at, key = 2 + (index - 1) * 6, KEYS[3 + index]
  local kind, used = ARGV[at + 1], tonumber(ARGV[at + 3])
  local held = known and tonumber(ARGV[at + 2]) or 0
  if kind == 'rate' then
    if ARGV[at + 5] ~= '1' then
      local kept = redis.call('HMGET', key, 'b', 's', 'h')
      local backlog, seen, before = tonumber(kept[1] or 0), tonumber(kept[2] or 0), tonumber(kept[3] or 0)
      if now > seen then backlog = math.max(0, backlog - (now - seen) * GRAINS) end
      redis.call('HSET', key, 'b', whole(backlog + used), 's', whole(now), 'h', whole(math.max(0, before - held)))
      redis.call('PEXPIRE', key, 2 * tonumber(ARGV[at + 6]) + DAY)
    end
  elseif kind == 'budget' then
    local kept = redis.call('HMGET', key, 'u', 'h')
    if kept[1] then
      local before, limit = tonumber(kept[1]), tonumber(ARGV[at + 4])
      redis.call('HSET', key, 'u', whole(before + used), 'h', whole(math.max(0, tonumber(kept[2] or 0) - held)))
      for _, percent in ipairs({80, 100}) do
        if before * 100 < limit * percent and limit * percent <= (before + used) * 100 then
          told[#told + 1] = index
          told[#told + 1] = percent
          told[#told + 1] = before + used
        end
      end
    elseif used > 0 then
      redis.call('HINCRBYFLOAT', key, 'x', whole(used))
    end
  elseif held > 0 then
    redis.call('HSET', key, 'h', whole(math.max(0, tonumber(redis.call('HGET', key, 'h') or 0) - held)))
  end
end
return told
