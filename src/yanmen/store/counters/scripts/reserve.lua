-- Reserves amounts on every meter, or on none. One round trip, atomic.
-- KEYS: leases of the node, nodes, one a meter. ARGV: lease, node, what to keep of the lease, then for each meter:
-- kind, amount, limit, whether it is used at once, what the record tells of it (-1: not asked yet), end (ms; or period).
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local GRAINS, SOON, DAY = 16384, 1000000, 86400000
redis.call('ZADD', KEYS[2], now, ARGV[2])
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return {0} end

local function whole(number) return string.format('%.0f', number) end
local meters, missing, worst = {}, {}, nil
local function deny(index, remaining, retry)
  if worst == nil or (retry < 0 and worst[3] >= 0) or (worst[3] >= 0 and retry > worst[3]) then
    worst = {index, math.max(0, remaining), retry}
  end
end

for index = 1, #KEYS - 2 do
  local at = 3 + (index - 1) * 6
  local kind, need, cap = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local meter = {kind = kind, need = need, cap = cap, once = ARGV[at + 4] == '1', ends = tonumber(ARGV[at + 6])}
  if kind == 'rate' then
    local kept = redis.call('HMGET', KEYS[2 + index], 'b', 's', 'h')
    local backlog, seen, held = tonumber(kept[1] or 0), tonumber(kept[2] or 0), tonumber(kept[3] or 0)
    if now > seen then backlog = math.max(0, backlog - (now - seen) * GRAINS) end
    meter.backlog, meter.held = backlog, held
    if backlog + held + need > cap then
      local retry = -1
      if need <= cap then
        retry = math.max(math.ceil((backlog + need - cap) / GRAINS), held > 0 and SOON or 0)
      end
      deny(index, cap - backlog - held, retry)
    end
  elseif kind == 'budget' then
    local kept = redis.call('HMGET', KEYS[2 + index], 'u', 'h', 'x')
    local used, held = kept[1], tonumber(kept[2] or 0)
    if not used then
      local told = tonumber(ARGV[at + 5])
      if told < 0 then missing[#missing + 1] = index end
      used = math.max(0, told) + tonumber(kept[3] or 0)
    end
    used = tonumber(used)
    meter.used, meter.held = used, held
    if used + held + need > cap then
      local retry = -1
      if held > 0 and used + need <= cap then retry = SOON
      elseif need <= cap and meter.ends > 0 then retry = math.max(0, meter.ends * 1000 - now) end
      deny(index, cap - used - held, retry)
    end
  else
    meter.held = tonumber(redis.call('HGET', KEYS[2 + index], 'h') or 0)
    if meter.held + need > cap then deny(index, cap - meter.held, need <= cap and SOON or -1) end
  end
  meters[index] = meter
end

if #missing > 0 then return {2, unpack(missing)} end

local left = {}
for index, meter in ipairs(meters) do
  local key = KEYS[2 + index]
  if worst == nil then
    if meter.kind == 'rate' then
      if meter.once then meter.backlog = meter.backlog + meter.need else meter.held = meter.held + meter.need end
      redis.call('HSET', key, 'b', whole(meter.backlog), 's', whole(now), 'h', whole(meter.held))
      redis.call('PEXPIRE', key, 2 * meter.ends + DAY)
    elseif meter.kind == 'budget' then
      redis.call('HSET', key, 'u', whole(meter.used), 'h', whole(meter.held + meter.need))
      redis.call('HDEL', key, 'x')
      if meter.ends > 0 then redis.call('PEXPIREAT', key, meter.ends + 2 * DAY) end
    else
      redis.call('HSET', key, 'h', whole(meter.held + meter.need))
    end
  end
  if meter.kind == 'rate' then
    left[#left + 1] = index
    left[#left + 1] = math.max(0, meter.cap - meter.backlog - meter.held)
    left[#left + 1] = math.ceil((meter.backlog + meter.held) / GRAINS)
  end
end
if worst ~= nil then return {1, worst[1], worst[2], worst[3], unpack(left)} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {0, unpack(left)}
