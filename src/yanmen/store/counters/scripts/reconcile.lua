-- A node that is dead: all that it had reserved counts as used, and its seats are free.
-- KEYS: its leases, nodes. ARGV: the node, microseconds without a sign of life, the beginning of marks and of meters' keys.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local GRAINS = 16384
local function whole(number) return string.format('%.0f', number) end
local seen = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not seen or tonumber(seen) > now - tonumber(ARGV[2]) then return {} end

local sums, names, count = {}, {}, 0
local leases = redis.call('HGETALL', KEYS[1])
for at = 1, #leases, 2 do
  count = count + 1
  redis.call('SET', ARGV[3] .. leases[at], 1, 'EX', 86400)
  for _, entry in ipairs(cjson.decode(leases[at + 1])) do
    local name, kind, held, once = entry[1], entry[2], tonumber(entry[3]), entry[4]
    local key = ARGV[4] .. name
    if kind == 'rate' and once == 0 then
      local kept = redis.call('HMGET', key, 'b', 's', 'h')
      local backlog, last = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
      if now > last then backlog = math.max(0, backlog - (now - last) * GRAINS) end
      local left = math.max(0, tonumber(kept[3] or 0) - held)
      redis.call('HSET', key, 'b', whole(backlog + held), 's', whole(now), 'h', whole(left))
    elseif kind == 'budget' then
      local kept = redis.call('HMGET', key, 'u', 'h')
      if kept[1] then
        local left = math.max(0, tonumber(kept[2] or 0) - held)
        redis.call('HSET', key, 'u', whole(tonumber(kept[1]) + held), 'h', whole(left))
        if not sums[name] then names[#names + 1] = name end
        sums[name] = (sums[name] or 0) + held
      end
    elseif kind == 'concurrent' then
      redis.call('HSET', key, 'h', whole(math.max(0, tonumber(redis.call('HGET', key, 'h') or 0) - held)))
    end
  end
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
local said = {count}
for _, name in ipairs(names) do
  said[#said + 1] = name
  said[#said + 1] = whole(sums[name])
end
return said
