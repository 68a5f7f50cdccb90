-- The report in the file that REPORT names, posted over and over.
local file = assert(io.open(os.getenv("REPORT")))
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()
