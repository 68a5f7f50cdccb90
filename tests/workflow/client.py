"""What a workflow engine needs of wanmi: five calls, standard library only."""

import json
import urllib.error
import urllib.request


class Problem(Exception):
    """A refusal as problem+json: `code` is stable, `title` and `detail` are for people."""

    def __init__(self, status, body):
        self.status = status
        self.body = json.loads(body or b"{}")
        self.code = self.body.get("type", "").rsplit(":", 1)[-1]
        super().__init__(f"{status} {self.code}: {self.body.get('detail') or self.body.get('title')}")


class Wanmi:
    def __init__(self, address):
        self.address = address.rstrip("/")

    def call(self, method, path, body=None, headers=None):
        """The reply's bytes and headers; a refusal is raised as Problem."""
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.read(), reply.headers
        except urllib.error.HTTPError as error:
            raise Problem(error.code, error.read()) from None

    def route(self, report, key):
        """A report → a recorded decision. The same key and report give the same decision, however often they are sent."""
        body, headers = self.call("POST", "/v1/route", report, {"Idempotency-Key": key})
        return {"id": headers["Wanmi-Decision"], **json.loads(body)}

    def outcome(self, decision_id, outcome):
        """What became of a decision: accepted, returned, overridden, closed, voided."""
        body, _ = self.call("POST", f"/v1/decisions/{decision_id}/outcomes", outcome)
        return json.loads(body)

    def duplicates(self, report):
        """Open reports that may be this one."""
        body, _ = self.call("POST", "/v1/duplicates", report)
        return json.loads(body)["duplicates"]

    def rates(self, by):
        """How often decisions were returned or overridden."""
        body, _ = self.call("GET", f"/v1/decisions/rates?by={by}")
        return json.loads(body)["rates"]

    def decision(self, decision_id):
        """A recorded decision and what became of it."""
        body, _ = self.call("GET", f"/v1/decisions/{decision_id}")
        return json.loads(body)

    def replay(self, decision_id):
        """The decision as it was, and as it would be today."""
        body, _ = self.call("GET", f"/v1/decisions/{decision_id}/replay")
        return json.loads(body)
