// Each script gets one key, the head; the others follow from its hash tag, so that a cluster keeps them in one slot:
//   {namespace}/<key>     an entry: `<version> <value>`       {namespace}:keys   all keys in order (zset, score 0)
//   {namespace}:head      the last sequence                   {namespace}:log    which commit wrote which keys (stream)
//   {namespace}:logs      keys with batches (set)             {namespace}~<key>  what was appended under a key (stream)
//   {namespace}:feed      the channel of hints
// A script that fails in the middle is not undone: whatever can fail is looked at before the first write.

const PRELUDE = `
local space = string.sub(KEYS[1], 1, -6)
local function text(number) return string.format('%.0f', number) end
local function since(stream, sequence) return redis.call('XRANGE', space .. stream, text(sequence + 1), '+') end
local function headNow()
  local head = redis.call('GET', KEYS[1])
  if not head then
    local now = redis.call('TIME')
    head = text(tonumber(now[1]) * 1000000 + tonumber(now[2]))
    redis.call('SET', KEYS[1], head)
  end
  return head
end
`;

/**
 * ARGV: keys of the operations as JSON, after and which keys must be untouched since, number of checks, (key, version)…,
 * (type, key, value or sequence, expiry)…. Gives the sequence, or nothing when a condition does not hold.
 *
 * A log begins at the microseconds since 1970. So one that was lost and began anew is ahead of whatever the old one has
 * reached, and no sequence or version of old means anything in it.
 */
export const COMMIT: string = `${PRELUDE}
local head = tonumber(headNow())
local at = 5
for _ = 1, tonumber(ARGV[4]) do
  local entry = redis.call('GET', space .. '/' .. ARGV[at])
  if (entry and string.match(entry, '^%d+') or '') ~= ARGV[at + 1] then return false end
  at = at + 2
end
local after = tonumber(ARGV[2])
if after then
  local commits = since(':log', after)
  if #commits ~= head - after then return false end
  local written = {}
  for _, commit in ipairs(commits) do for _, key in ipairs(cjson.decode(commit[2][2])) do written[key] = true end end
  for _, key in ipairs(cjson.decode(ARGV[3])) do if written[key] then return false end end
end
local sequence = text(head + 1)
redis.call('SET', KEYS[1], sequence)
local batch = 0
while ARGV[at] do
  local kind, key, value, expiry = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if kind == 'append' then
    redis.call('XADD', space .. '~' .. key, sequence .. '-' .. batch, 'batch', value)
    redis.call('SADD', space .. ':logs', key)
    batch = batch + 1
  elseif kind == 'trim' then
    redis.call('XTRIM', space .. '~' .. key, 'MINID', text(tonumber(value) + 1))
    if redis.call('XLEN', space .. '~' .. key) == 0 then
      redis.call('DEL', space .. '~' .. key)
      redis.call('SREM', space .. ':logs', key)
    end
  elseif kind == 'delete' then
    redis.call('DEL', space .. '/' .. key)
    redis.call('ZREM', space .. ':keys', key)
  else
    if expiry == '' then redis.call('SET', space .. '/' .. key, sequence .. ' ' .. value)
    else redis.call('SET', space .. '/' .. key, sequence .. ' ' .. value, 'PXAT', expiry) end
    redis.call('ZADD', space .. ':keys', 0, key)
  end
  at = at + 4
end
redis.call('XADD', space .. ':log', 'MAXLEN', 512, sequence .. '-0', 'keys', ARGV[1])
redis.call('PUBLISH', space .. ':feed', sequence .. ' ' .. (#ARGV[1] < 8000 and ARGV[1] or ''))
return sequence
`;

/** ARGV: after or an empty text. Gives the head, the commits after it and, for each key, the batches after it. */
export const CHANGES: string = `${PRELUDE}
local head = headNow()
local after = tonumber(ARGV[1])
if not after or after > tonumber(head) then return { head } end
local batches = {}
for _, key in ipairs(redis.call('SMEMBERS', space .. ':logs')) do
  batches[#batches + 1] = key
  batches[#batches + 1] = since('~' .. key, after)
end
return { head, since(':log', after), batches }
`;

/** ARGV: lower bound, prefix, how many. Gives how many were looked at, then (key, entry)…; keys that have expired leave the index. */
export const LIST: string = `${PRELUDE}
local keys = redis.call('ZRANGEBYLEX', space .. ':keys', ARGV[1], '(' .. ARGV[2] .. '\\255', 'LIMIT', 0, ARGV[3])
local page = { #keys }
for _, key in ipairs(keys) do
  local entry = redis.call('GET', space .. '/' .. key)
  if entry then
    page[#page + 1] = key
    page[#page + 1] = entry
  else
    redis.call('ZREM', space .. ':keys', key)
  end
end
page[#page + 1] = keys[#keys]
return page
`;
