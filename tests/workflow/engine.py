"""case.bpmn in SpiffWorkflow: service tasks go to wanmi, user tasks to people."""

import json
from pathlib import Path

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

CASE = Path(__file__).with_name("case.bpmn")


class Services(TaskDataEnvironment):
    """A service task's operator is the name of a method of the client, its parameters are that method's."""

    def __init__(self, wanmi):
        super().__init__()
        self.wanmi = wanmi

    def call_service(self, context, operation_name, operation_params, **_):
        parameters = {name: given["value"] for name, given in operation_params.items()}
        return json.dumps(getattr(self.wanmi, operation_name)(**parameters))


class Engine(PythonScriptEngine):
    def call_service(self, task, **call):
        """As it is, so that a refusal of the service reaches who runs the case."""
        return self.environment.call_service(task.data, **call)


def run(wanmi, report, people):
    """Runs one case to its end. `people(task, data)` answers a user task with the values it sets.

    Returns the name of the end event, the case's data, and the tasks in the order in which they were done.
    """
    parser = SpiffBpmnParser()
    parser.add_bpmn_file(str(CASE))
    workflow = BpmnWorkflow(
        parser.get_spec("case"), parser.get_subprocess_specs("case"), script_engine=Engine(Services(wanmi))
    )
    start = workflow.get_next_task(state=TaskState.READY)
    start.data.update({"report": report, "key": report["id"], "is_verified": False})
    path = []
    while not workflow.completed:
        task = workflow.get_next_task(state=TaskState.READY)
        if task is None:
            raise RuntimeError(f"the case stands still after {path}")
        name = task.task_spec.bpmn_id
        if type(task.task_spec).__name__ == "UserTask":
            task.data.update(people(name, task.data))
        task.run()
        if name:
            path.append(name)
    ends = [name for name in path if name in ("joined", "refused", "voided", "closed")]
    return ends[-1], workflow.data or workflow.last_task.data, path
