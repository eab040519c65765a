"""In place of the AWS clients: SQS and Scheduler by the machine's clock, and every call of the others counted."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.machine import Machine


class Counted:
    """A client whose every call is a step of the machine's."""

    def __init__(self, machine: "Machine", name: str, inner: Any) -> None:
        self._machine, self._name, self._inner = machine, name, inner

    def __getattr__(self, operation: str) -> Any:
        found = getattr(self._inner, operation)
        if not callable(found) or operation.startswith("generate_") or operation in {"exceptions", "meta"}:
            return found

        def call(*args: Any, **parts: Any) -> Any:
            return self._machine.step(f"{self._name}.{operation}", lambda: found(*args, **parts), refused)

        return call


class SqsStandIn:
    """SQS as far as we use it."""

    def __init__(self, machine: "Machine") -> None:
        self._machine = machine

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": QueueName}

    def send_message(
        self, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0, MessageGroupId: str = ""
    ) -> None:
        assert 0 <= DelaySeconds <= 900
        assert not (QueueUrl.endswith(".fifo") and DelaySeconds), "a FIFO queue knows no delay per message"
        self._machine.send(QueueUrl, MessageBody, DelaySeconds)


class SchedulerStandIn:
    """EventBridge Scheduler as far as we use it: one-time schedules in UTC, up to a minute late."""

    class exceptions:
        class ConflictException(Exception):
            pass

        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, machine: "Machine") -> None:
        self._machine = machine

    def create_schedule(
        self, Name: str, ScheduleExpression: str, Target: dict[str, Any], **more: Any
    ) -> None:
        if Name in self._machine.schedules:
            raise self.exceptions.ConflictException
        self.update_schedule(Name, ScheduleExpression, Target, **more)

    def update_schedule(
        self, Name: str, ScheduleExpression: str, Target: dict[str, Any], **more: Any
    ) -> None:
        assert more["ActionAfterCompletion"] == "DELETE"
        at = datetime.strptime(ScheduleExpression, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        assert at > self._machine.clock(), "a schedule in the past"
        self._machine.schedules[Name] = (at.replace(second=0) + timedelta(seconds=59), Target["Input"])

    def delete_schedule(self, Name: str, GroupName: str) -> None:
        if self._machine.schedules.pop(Name, None) is None:
            raise self.exceptions.ResourceNotFoundException


def refused(name: str) -> Exception:
    error = {
        "Error": {"Code": "InternalServerError", "Message": "on order"},
        "ResponseMetadata": {"HTTPStatusCode": 500},
    }
    return ClientError(error, name.rpartition(".")[2])  # type: ignore[arg-type]


def cut(name: str) -> Exception:
    import httpx2

    return httpx2.ReadError(f"on order at {name}")
