-- Places strewn within 0.02 degrees around the one in the address, other ones in each run.
math.randomseed(os.time())
local before, lng, lat, after

init = function()
  local path = wrk.path
  local from, to
  from, to, lng, lat = path:find("([%-%d%.]+),([%-%d%.]+)")
  before, after = path:sub(1, from - 1), path:sub(to + 1)
end

request = function()
  local x, y = lng + (math.random() - 0.5) * 0.04, lat + (math.random() - 0.5) * 0.04
  return wrk.format("GET", string.format("%s%.6f,%.6f%s", before, x, y, after))
end
