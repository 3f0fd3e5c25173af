-- SPDX-License-Identifier: MIT
-- wrk: one kind of request, to objects drawn at random; prints what it saw as one line of JSON.
local threads = {}
local number = 0

function setup(thread)
    number = number + 1
    thread:set("seed", number)
    table.insert(threads, thread)
end

function init(args)
    math.randomseed(seed * 7919)
    method, path, prefix, count, token, body = args[1], args[2], args[3], tonumber(args[4]), args[5], args[6]
    bad = 0
    headers = { ["Authorization"] = "Bearer " .. token }
    if method ~= "GET" then
        headers["Content-Type"] = "application/merge-patch+json"
        headers["If-Match"] = "*"
    end
end

function request()
    local target = path
    if prefix ~= "" then
        target = path:gsub("ID", prefix .. string.format("%.0f", 100000000000 + math.random(1, count)))
    end
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
