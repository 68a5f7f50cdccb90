#!/usr/bin/env python3
"""A caller's first hour in Python, standard library only: python3 tests/clients/example.py http://127.0.0.1:8080 LNG LAT"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BASE, LNG, LAT = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])


class Refused(Exception):
    """What the service refuses, with its stable code."""

    def __init__(self, problem):
        super().__init__(problem["detail"])
        self.code = problem["type"].rsplit(":", 1)[-1]
        self.errors = problem["errors"]


def call(method, path, parameters=None, body=None, headers=None, kind="application/json"):
    """The reply's text and its headers."""
    address = BASE + path + ("?" + urllib.parse.urlencode(parameters) if parameters else "")
    request = urllib.request.Request(address, body, {"Accept-Language": "en", **(headers or {})}, method=method)
    if body is not None:
        request.add_header("Content-Type", kind)
    for _ in range(60):
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.read().decode(), reply.headers
        except urllib.error.HTTPError as error:
            # Busy, or a past version is being made ready: the service says when to come back.
            if error.code != 503 or "Retry-After" not in error.headers:
                raise Refused(json.load(error)) from None
            time.sleep(float(error.headers["Retry-After"]))
    raise TimeoutError(address)


def get(path, **parameters):
    return json.loads(call("GET", path, parameters)[0])


# Which cell is here, and how sure is that with a GPS error of 8 m?
located = get("/v1/locate", lng=LNG, lat=LAT, crs="WGS84", accuracy_m=8)
print("cell", located["place"]["cell"], located["certainty"])

# What stands near it?
near = get("/v1/components", near=f"{LNG},{LAT}", crs="WGS84", radius_m=500, limit=5)["components"]
print("near", [(component["code"], component["distance_m"]) for component in near])

# Everything in that cell, page by page; the cursor holds when the data change in between.
codes, after = [], ""
while after is not None:
    page = get("/v1/components", cell=located["place"]["cell"], limit=2, after=after)
    codes += [component["code"] for component in page["components"]]
    after = page["next"]
print("in the cell", len(codes))

# One component changes, if it is still what was seen.
path = "/v1/components/" + urllib.parse.quote(near[0]["code"])
text, headers = call("GET", path)
seen, now = headers["ETag"], json.loads(text)["version"]
change = {"author": "example.py", "reason": "seen on the spot", "state": "破损"}
changed = json.loads(call("PATCH", path, body=json.dumps(change).encode(), headers={"If-Match": seen})[0])
print("changed in version", changed["version"])
try:
    call("PATCH", path, body=json.dumps(change).encode(), headers={"If-Match": seen})
except Refused as refused:
    print("again", refused.code)
# In use now, or within a second; as it was before it can be asked for at any time.
print("before", get(path, as_known_at=now)["state"])

# Many places at once, a line each, in the order they were sent; a bad line hurts only itself.
lines = [{"id": i, "lng": LNG + i * 1e-5, "lat": LAT, "crs": "WGS84"} for i in range(3)] + [{"id": 3, "lng": LNG}]
body = "".join(json.dumps(line) + "\n" for line in lines).encode()
answers, _ = call("POST", "/v1/locate", body=body, kind="application/x-ndjson")
for answer in map(json.loads, answers.splitlines()):
    print("line", answer["error"]["type"] if "error" in answer else (answer["id"], answer["certainty"]))

# Every refusal has a stable code and names the field.
try:
    get("/v1/locate", lng=LAT, lat=LNG, crs="WGS84")
except Refused as refused:
    print("refused", refused.code, [error["pointer"] for error in refused.errors])
