-- SPDX-License-Identifier: MIT
-- wrk: one kind of request, to objects drawn at random or each once, in turn; prints what it saw as one line of JSON.
local threads = {}
local number = 0

function setup(thread)
    number = number + 1
    thread:set("seed", number)
    table.insert(threads, thread)
end

function init(args)
    math.randomseed(seed * 7919)
    method, path, prefix, draw, count = args[1], args[2], args[3], args[4], tonumber(args[5])
    base, shared, body = tonumber(args[8]), tonumber(args[9]), args[10]
    bad = 0
    -- A coordinator asks for everything; of peers, each is for every step-th object.
    is_peer = args[7] == "peer"
    tokens = {}
    for token in io.lines(args[6]) do table.insert(tokens, token) end
    turn = seed - 2
    headers = {}
    if method ~= "GET" then
        headers["Content-Type"] = "application/merge-patch+json"
        headers["If-Match"] = "*"
    end
end

function request()
    local n, token = 0, math.random(1, #tokens)
    if draw == "turn" then
        turn = turn + 2
        n = math.floor((turn - 1) / shared) + 1
        if is_peer then token = (turn - 1) % #tokens + 1 end
    elseif is_peer then
        n = token * math.floor(count / #tokens)
    else
        n = math.random(1, count)
    end
    local target = path
    if prefix ~= "" then target = path:gsub("ID", prefix .. string.format("%.0f", base + n)) end
    headers["Authorization"] = "Bearer " .. tokens[token]
    return wrk.format(method, target, headers, body)
end

function response(status)
    if status ~= 200 then bad = bad + 1 end
end

function done(summary, latency)
    local failed = 0
    for _, thread in ipairs(threads) do failed = failed + thread:get("bad") end
    local errors = summary.errors
    io.write(string.format(
        'JSON {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "bad": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        failed + errors.connect + errors.read + errors.write + errors.timeout))
end
