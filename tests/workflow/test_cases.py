"""Seven cases from report to evaluation, in a real workflow engine, against a served city.

The city is data/duty/sixty: its README says who answers for what. `WANMI` names the service.
"""

import os
import unittest

from client import Problem, Wanmi
from engine import run

EDITION = "gbt47678.5-2026"


def place(lng, lat):
    return {"lng": lng, "lat": lat, "crs": "CGCS2000"}


def report(name, kind, of_class, **more):
    """A report with all its fields; what is not known is null."""
    return {
        "id": f"{name}-{os.getpid()}",
        "kind": kind,
        "class": of_class,
        "edition": EDITION,
        "location": None,
        "component": None,
        "source": "hotline",
        "at": None,
        "mode": None,
        "ruling": None,
        "excluded_departments": [],
        **more,
    }


class People:
    """What people answer, task by task; a list is used up one answer at a time."""

    ORDINARY = {
        "verify": {"is_verified": True, "finding": "属实"},
        "send": {"is_taken": True},
        "handle": {"result": "done"},
        "postpone": {},
        "agent": {},
        "feedback": {"feedback": "已处置"},
        "check": {"is_passed": True},
        "answer": {"answered": True},
    }

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def __call__(self, task, data):
        self.asked.append((task, data))
        answer = self.answers.get(task, self.ORDINARY.get(task))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else self.ORDINARY[task]
        return answer(data) if callable(answer) else dict(answer)


class Cases(unittest.TestCase):
    def setUp(self):
        self.wanmi = Wanmi(os.environ["WANMI"])

    def case(self, of, people=None):
        people = people or People()
        end, data, path = run(self.wanmi, of, people)
        return end, data, path, people

    def test_direct(self):
        """直接派遣: one department, verified by the inspector of the place, done, checked, closed."""
        end, data, path, people = self.case(report("direct", "event", "06010", location=place(111.3025, 30.7005)))
        self.assertEqual(end, "closed")
        self.assertEqual(data["decision"]["outcome"], "direct")
        self.assertEqual(data["decision"]["department"]["id"], "HWE")
        self.assertEqual(data["decision"]["inspector"]["id"], "I-E")
        self.assertEqual(path[:3], ["start", "find_duplicates", "is_new"])
        self.assertIn("verify", path)
        kept = self.wanmi.decision(data["decision"]["id"])
        self.assertEqual(kept["state"], "closed")
        self.assertEqual([told["outcome"] for told in kept["outcomes"]], ["accepted", "closed"])
        self.assertTrue(any(rate["of"] == "HWE" for rate in data["rates"]))
        self.assertTrue(self.wanmi.replay(data["decision"]["id"])["identical"])

    def test_the_same_call_again_is_the_same_decision(self):
        """A call that was lost on the way may be sent again; the same key for another report is refused."""
        of = report("again", "event", "06027", location=place(111.3035, 30.7005))
        first, second = self.wanmi.route(of, of["id"]), self.wanmi.route(of, of["id"])
        self.assertEqual(first, second)
        with self.assertRaises(Problem) as refused:
            self.wanmi.route({**of, "class": "06028"}, of["id"])
        self.assertEqual((refused.exception.status, refused.exception.code), (422, "idempotency_key_reused"))
        self.wanmi.outcome(first["id"], {"outcome": "voided", "reason": "测试"})

    def test_returned_then_dispatched_again(self):
        """重新派遣: the maintainer sends it back with a reason; the owner is next, never the same again."""
        people = People(send=[{"is_taken": False, "reason": "不是我们养护的"}, {"is_taken": True}])
        people.answers["send"][0]["department"] = "YH1"
        of = report("returned", "component", None, component="42059101002000002")
        of["class"] = "01002"
        end, data, path, _ = self.case(of, people)
        self.assertEqual(end, "closed")
        self.assertEqual(path.count("dispatch"), 2)
        self.assertEqual(data["decision"]["department"]["id"], "PS")
        self.assertIn("excluded", [line["result"] for line in data["decision"]["because"]])

    def test_coordinated(self):
        """间接派遣: two rules tie; the coordinator picks one of the candidates."""

        def pick(data):
            candidates = [candidate["id"] for candidate in data["decision"]["candidates"]]
            return {"department": candidates[0], "reason": "协调确定"}

        of = report("coordinated", "component", "01023", component="42059201023000001")
        end, data, path, people = self.case(of, People(coordinate=pick))
        self.assertEqual(end, "closed")
        self.assertEqual({c["id"] for c in data["decision"]["candidates"]}, {"CGW", "PS"})
        self.assertIn("override", path)
        kept = self.wanmi.decision(data["decision"]["id"])
        self.assertEqual(kept["outcomes"][0]["department"], data["department"])

    def test_ruled(self):
        """领导批示: the ruling wins, and a return after it is refused."""
        ruling = {"department": "ZJ", "by": "分管副市长", "at": None}
        of = report("ruled", "component", "01001", component="42059101001000001", ruling=ruling, source="leader")
        people = People(send=[{"is_taken": False, "department": "ZJ", "reason": "不归我们"}])
        with self.assertRaises(Problem) as refused:
            self.case(of, people)
        self.assertEqual((refused.exception.status, refused.exception.code), (409, "outcome_ruled"))
        decision = self.wanmi.route(of, of["id"])
        self.assertEqual((decision["department"]["id"], decision["department"]["step"]), ("ZJ", "ruling"))
        self.wanmi.outcome(decision["id"], {"outcome": "closed"})

    def test_outside(self):
        """范围外: nobody is sent, the citizen is answered."""
        end, data, path, people = self.case(report("outside", "event", "06010", location=place(111.2990, 30.7005)))
        self.assertEqual((end, data["decision"]["outcome"]), ("refused", "outside"))
        self.assertIsNone(data["decision"]["department"])
        self.assertEqual([task for task, _ in people.asked], ["answer"])

    def test_forbidden(self):
        """管控区域: the class is not taken there; the message says why."""
        end, data, _, people = self.case(report("forbidden", "event", "09006", location=place(111.3005, 30.7035)))
        self.assertEqual((end, data["decision"]["outcome"]), ("refused", "forbidden"))
        self.assertEqual([task for task, _ in people.asked], ["answer"])

    def test_typhoon(self):
        """台风: the mode's rule beats the owner; the case is postponed, then done by an agent, checked twice."""
        of = report("typhoon", "component", "01037", component="42059201037000001", mode="typhoon", source="inspector")
        people = People(
            handle=[{"result": "postpone"}, {"result": "agent"}, {"result": "done"}, {"result": "done"}],
            check=[{"is_passed": False}, {"is_passed": True}],
        )
        end, data, path, _ = self.case(of, people)
        self.assertEqual(end, "closed")
        self.assertEqual((data["decision"]["mode"], data["decision"]["department"]["id"]), ("typhoon", "YJ"))
        self.assertNotIn("verify", path)
        self.assertEqual((path.count("postpone"), path.count("agent"), path.count("handle")), (1, 1, 4))

    def test_a_second_report_joins_the_open_case(self):
        """并案: the same component was reported an hour ago and the case is open."""
        of = report("first", "component", "01003", component="42059101003000001")
        decision = self.wanmi.route(of, of["id"])
        end, data, _, _ = self.case(report("second", "component", "01003", component="42059101003000001"))
        self.assertEqual(end, "joined")
        self.assertEqual(data["duplicates"][0]["decision"], decision["id"])
        self.wanmi.outcome(decision["id"], {"outcome": "closed"})


if __name__ == "__main__":
    unittest.main()
