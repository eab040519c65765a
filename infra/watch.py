"""What tells the operator that something is wrong: alarms, the topic they speak to, a dashboard.

Alarms cost about ten cents a month each, the first ten nothing. So there is one per queue, and one each for errors
and throttles of all functions in the account's region: a stage in an account of its own hears only of itself.
"""

import json
from collections.abc import Sequence
from typing import Any

from infra.lanes import Lane

LATE = 15 * 60
"""Seconds that a message may wait in a lane: longer means that people's posts are late."""

Resource = dict[str, Any]


def resources(stage: str, platforms: Sequence[Lane]) -> dict[str, Resource]:
    """A topic, a dashboard, and an alarm for each thing that should never happen."""
    prefix = f"lamppost-{stage}"
    queues = {"Due": f"{prefix}-due", "Outbox": f"{prefix}-outbox"}
    queues |= {lane.name: lane.queue(stage) for lane in platforms}
    found = {"Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": f"{prefix}-alarms"}}}
    found["DeadLetters"] = _dead(f"{prefix}-dead")
    found["DeadFifoLetters"] = _dead(f"{prefix}-dead.fifo")
    found |= {f"{name}Late": _late(queue) for name, queue in queues.items()}
    found["Errors"] = _count(f"{prefix}-errors", "Errors", "A function raised: the dashboard shows which.")
    found["Throttles"] = _count(
        f"{prefix}-throttles", "Throttles", "A function was held back by a limit: the dashboard shows which."
    )
    found["Dashboard"] = _dashboard(prefix)
    return found


def _alarm(name: str, says: str, metric: str, **more: Any) -> Resource:
    properties = {
        "AlarmName": name,
        "AlarmDescription": says,
        "MetricName": metric,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [{"Ref": "Alarms"}],
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties | more}


def _queue(name: str) -> Resource:
    return {"Namespace": "AWS/SQS", "Dimensions": [{"Name": "QueueName", "Value": name}]}


def _dead(queue: str) -> Resource:
    """Counts letters as the function behind the queue takes them: SQS does not count its own moves as sent."""
    return _alarm(
        f"{queue}-letters",
        "A message could not be processed: see the logs, then `make redrive`.",
        "NumberOfMessagesReceived",
        **_queue(queue),
    )


def _late(queue: str) -> Resource:
    return _alarm(
        f"{queue}-late",
        f"Something has waited here for over {LATE // 60} minutes: posts are late.",
        "ApproximateAgeOfOldestMessage",
        **_queue(queue),
        Statistic="Maximum",
        EvaluationPeriods=5,
        Threshold=LATE,
    )


def _count(name: str, metric: str, says: str) -> Resource:
    return _alarm(name, says, metric, Namespace="AWS/Lambda")


def _dashboard(prefix: str) -> Resource:
    """Six graphs, each of which finds its queues or functions by their common prefix."""
    graphs = [
        _graph("Oldest message, seconds", prefix, "ApproximateAgeOfOldestMessage", "Maximum"),
        _graph("Messages waiting", prefix, "ApproximateNumberOfMessagesVisible", "Maximum"),
        _graph("Invocations", prefix, "Invocations", "Sum"),
        _graph("Errors", prefix, "Errors", "Sum"),
        _graph("Duration, milliseconds", prefix, "Duration", "p95"),
        _graph("Throttles", prefix, "Throttles", "Sum"),
    ]
    widgets = [
        {**graph, "x": 12 * (at % 2), "y": 6 * (at // 2), "width": 12, "height": 6}
        for at, graph in enumerate(graphs)
    ]
    text = json.dumps({"widgets": widgets}, separators=(",", ":"))
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": prefix, "DashboardBody": {"Fn::Sub": text}},
    }


def _graph(title: str, prefix: str, metric: str, statistic: str) -> Resource:
    where = "AWS/SQS,QueueName" if "Message" in metric else "AWS/Lambda,FunctionName"
    search = f"SEARCH('{{{where}}} MetricName=\"{metric}\" \"{prefix}\"', '{statistic}', 60)"
    properties = {
        "title": title,
        "metrics": [[{"expression": search, "id": "found"}]],
        "period": 60,
        "region": "${AWS::Region}",
    }
    return {"type": "metric", "properties": properties}
