-- One look at one keyspace of a broker, as JSON in both directions. It writes nothing.
--
-- Names come in ARGV and not in KEYS: a key that an ACL refuses, or that is no list, must spoil
-- only its own queue. Celery knows no Redis Cluster, where this would matter.
--
-- ARGV[1]: {prefix, separator, steps, sample, queues = {{name, mark}...}, lists = {...},
--           cursor, news, page = {first, last} or false, fetch = {tags...}, check = {tags...},
--           exchanges = {...}}
-- A queue's mark is that of the sample that is known: "" asks for one in any case, "-" for none.

local ask = cjson.decode(ARGV[1])
local MARK_BYTES = 300
-- Redis serves nobody else meanwhile: what is large is read in small parts, up to this.
local MOST_BYTES = 4 * 1024 * 1024
local PART = 20

-- What read() returns, or {error = text} where Redis refuses it.
local function spared(read, ...)
  local good, answer = pcall(read, ...)
  if good then
    return answer
  end
  return {error = type(answer) == 'table' and answer.err or tostring(answer)}
end

-- The body comes first, often as kilobytes of base64: it is cut out before the rest is read.
local function without_body(raw)
  local _, opened = string.find(string.sub(raw, 1, 16), '"body": "', 1, true)
  local closed = opened and string.find(raw, '"', opened + 1, true)
  if not closed or string.sub(raw, closed - 1, closed - 1) == '\\' then
    return raw
  end
  return string.sub(raw, 1, opened) .. string.sub(raw, closed)
end

local function decoded(raw)
  local good, value = pcall(cjson.decode, without_body(raw))
  return good and type(value) == 'table' and value or nil
end

local function text(value)
  return type(value) == 'string' and value or ''
end

-- JSON as Python writes it knows NaN and Infinity; cjson reads them and fails to write them.
local function number(value)
  return type(value) == 'number' and value >= 0 and value < 1e15 and value or nil
end

-- {task, id, eta, enqueued, work} of a message; nil when it is none.
local function facts(message)
  local headers = type(message) == 'table' and message.headers
  if type(headers) ~= 'table' or type(message.properties) ~= 'table' then
    return nil
  end
  return {
    task = text(headers.task),
    id = text(headers.id),
    eta = text(headers.eta),
    enqueued = number(headers.sf_enqueued_at),
    work = number(headers.sf_work_seconds),
  }
end

local function key_of(queue, step)
  if step == 0 then
    return ask.prefix .. queue
  end
  return ask.prefix .. queue .. ask.separator .. step
end

local function count_in(sum, fact)
  local group = sum.tasks[fact.task] or {0, 0, 0}
  group[1] = group[1] + 1
  if fact.work then
    group[2], group[3] = group[2] + fact.work, group[3] + 1
  end
  sum.tasks[fact.task] = group
  if fact.enqueued and fact.enqueued < (sum.oldest or math.huge) then
    sum.oldest = fact.enqueued
  end
  sum.head = sum.head or fact.id
end

local function add_to(sum, raw)
  local fact = facts(decoded(raw))
  sum.sampled = sum.sampled + 1
  if not fact then
    sum.garbage = sum.garbage + 1
  elseif fact.eta ~= '' then
    sum.later[#sum.later + 1] = {fact.eta, fact.task, fact.enqueued or 0, fact.work or -1}
  else
    count_in(sum, fact)
  end
end

-- The messages that are delivered next: from the right, the most urgent list first.
local function summary(lists, most)
  local sum, bytes = {tasks = {}, later = {}, garbage = 0, sampled = 0}, 0
  for _, key in ipairs(lists) do
    local last = -1
    while sum.sampled < most and bytes < MOST_BYTES do
      local size = math.min(PART, most - sum.sampled)
      local part = redis.call('LRANGE', key, last - size + 1, last)
      for at = #part, 1, -1 do
        bytes = bytes + #part[at]
        add_to(sum, part[at])
      end
      last = last - size
      if #part < size then break end
    end
  end
  return sum
end

local function look_at_queue(name, known)
  local depth, lists = 0, {}
  for _, step in ipairs(ask.steps) do
    local key = key_of(name, step)
    local length = redis.call('LLEN', key)
    if length > 0 then
      depth, lists[#lists + 1] = depth + length, key
    end
  end
  if depth == 0 or known == '-' then
    return {depth = depth}
  end
  local head = redis.call('LINDEX', lists[1], -1)
  local mark = redis.sha1hex(string.sub(head, -MARK_BYTES)) .. math.min(depth, ask.sample)
  if mark == known then
    return {depth = depth}
  end
  return {depth = depth, mark = mark, sample = summary(lists, ask.sample)}
end

local function look_at_list(key)
  return redis.call('LLEN', key)
end

local function bindings_of(exchange)
  return redis.call('SMEMBERS', ask.prefix .. '_kombu.binding.' .. exchange)
end

local unacked, index = ask.prefix .. 'unacked', ask.prefix .. 'unacked_index'
local out = {queues = {}, lists = {}, bindings = {}}
local unacked_bytes = 0

local function told(tag, score)
  local raw = redis.call('HGET', unacked, tag)
  unacked_bytes = unacked_bytes + (raw and #raw or 0)
  local parts = raw and decoded(raw)
  local fact = parts and facts(parts[1])
  if not fact then
    return {tag, score}
  end
  local exchange = text(parts[2])
  if exchange ~= '' and not out.bindings[exchange] and not ask.exchanges[exchange] then
    out.bindings[exchange] = bindings_of(exchange)
  end
  return {tag, score, fact.task, fact.eta, fact.work or -1, exchange, text(parts[3])}
end

-- Those that came after the cursor, oldest first. `more` says that not all of them are told.
local function read_new(seen)
  local fresh = redis.call(
    'ZRANGEBYSCORE', index, '(' .. ask.cursor, '+inf', 'WITHSCORES', 'LIMIT', 0, ask.news)
  seen.more = #fresh >= 2 * ask.news
  for at = 1, #fresh, 2 do
    if unacked_bytes > MOST_BYTES then
      seen.more = true
      return
    end
    seen.new[#seen.new + 1] = told(fresh[at], fresh[at + 1])
  end
end

local function read_named(seen)
  for _, tag in ipairs(ask.fetch) do
    local score = redis.call('ZSCORE', index, tag)
    if score and unacked_bytes <= MOST_BYTES then
      seen.new[#seen.new + 1] = told(tag, score)
    end
  end
end

local function read_bindings_again()
  for exchange, is_old in pairs(ask.exchanges) do
    if is_old then
      out.bindings[exchange] = bindings_of(exchange)
    end
  end
end

local function look_at_deliveries()
  read_bindings_again()
  local count = redis.call('ZCARD', index)
  local seen = {count = count, new = {}, page = {}, gone = {}, more = false}
  if count > 0 then
    read_new(seen)
    read_named(seen)
    if ask.page then
      seen.page = redis.call('ZREVRANGE', index, ask.page[1], ask.page[2])
    end
  end
  for at, tag in ipairs(ask.check) do
    if count == 0 or not redis.call('ZSCORE', index, tag) then
      seen.gone[#seen.gone + 1] = at
    end
  end
  return seen
end

for _, queue in ipairs(ask.queues) do
  out.queues[#out.queues + 1] = spared(look_at_queue, queue[1], queue[2])
end
for _, key in ipairs(ask.lists) do
  out.lists[#out.lists + 1] = spared(look_at_list, key)
end
out.deliveries = spared(look_at_deliveries)
return cjson.encode(out)
