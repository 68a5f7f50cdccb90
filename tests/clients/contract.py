"""What schemathesis has to know of the service: the body of bulk calls, and when 503 is an answer and no fault."""

import json

import schemathesis

POLITE = ("urn:wanmi:problem:past_building", "urn:wanmi:problem:overloaded")


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context, value):
    """One JSON value a line."""
    values = value if isinstance(value, list) else [value]
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in values).encode("utf-8", "surrogatepass")


@schemathesis.check
def polite(_context, response, _case):
    """A past city that is being built, or too much at once, says when to come back."""
    if response.status_code == 503:
        assert json.loads(response.content)["type"] in POLITE, "503 is for what passes"
        assert response.headers.get("retry-after"), "503 without Retry-After"
