"""AWS has a bad day: Python runs this as it starts, in every Lambda whose `PYTHONPATH` names this folder.

From inside botocore some calls are refused, break, or are never answered; the product knows nothing of it.
`FAILING` is how many of the calls fail (0.2). In `FAILING_FOLDER` a worker says that it lives (a file
`workers/<pid>`), that a commit comes next (`commits/<pid>`), and what it called (`calls`, one line a call).

    throttled   refused with the service's own code, nothing happened
    broken      500, nothing happened
    unreached   no connection: a time-out, nothing happened
    unheard     it happened, but the answer does not arrive: a time-out
"""

import json
import os
import random
from io import BytesIO
from pathlib import Path
from typing import Any

KINDS = ("throttled", "broken", "unreached", "unheard")
#: Per service: what it says when it throttles, with which status, and when it breaks.
CODES = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400, "InternalServerError"),
    "sqs": ("ThrottlingException", 400, "InternalFailure"),
    "scheduler": ("ThrottlingException", 429, "InternalServerException"),
    "s3": ("SlowDown", 503, "InternalError"),
    "kms": ("ThrottlingException", 400, "KMSInternalException"),
    "ssm": ("ThrottlingException", 400, "InternalServerError"),
    "sts": ("Throttling", 400, "InternalFailure"),
}
#: The API's function is left alone: who posts sees its answers, and says so again.
API = "lamppost-local"


class Body(BytesIO):
    """An answer's bytes as urllib3 gives them."""

    def stream(self, *_: Any, **__: Any) -> Any:
        yield from iter(lambda: self.read(65_536), b"")


class BadDay:
    """Decides about every call of a process, and writes it down."""

    def __init__(self, rate: float, folder: Path, function: str) -> None:
        self.rate, self.function = rate, function
        self.folder = folder
        self.dice = random.Random(f"{os.environ.get('FAILING_SEED', '')} {function} {os.getpid()}")

    def __call__(self, request: Any, event_name: str, **more: Any) -> Any:
        """botocore's `before-send`: an answer of ours, an exception, or None to go on."""
        _, service, operation = event_name.split(".")
        fails = service in CODES and self.dice.random() < self.rate
        kind = self.dice.choice(KINDS) if fails else "fine"
        self._note(service, operation, kind)
        if kind == "fine" and operation == "UpdateItem" and b'":intent"' in request.body:
            (self.folder / "commits" / str(os.getpid())).touch()
        return fail(kind, service, request) if fails else None

    def _note(self, *words: str) -> None:
        line = " ".join((*words, self.function)) + "\n"
        with (self.folder / "calls").open("ab", buffering=0) as file:
            file.write(line.encode())


def fail(kind: str, service: str, request: Any) -> Any:
    """One failure, as botocore would meet it."""
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

    if kind == "unreached":
        raise ConnectTimeoutError(endpoint_url=request.url)
    if kind == "unheard":
        _send(request)
        raise ReadTimeoutError(endpoint_url=request.url)
    code, status, broken = CODES[service]
    return (
        refusal(service, request.url, code, status)
        if kind == "throttled"
        else refusal(service, request.url, broken, 500)
    )


def _send(request: Any) -> None:
    from botocore.httpsession import URLLib3Session

    session = URLLib3Session(timeout=10)
    session.send(request)
    session.close()


def refusal(service: str, url: str, code: str, status: int) -> Any:
    """An error in the service's own form: XML of S3, XML of STS, JSON of all others."""
    from botocore.awsrequest import AWSResponse

    told = f"<Error><Code>{code}</Code><Message>A bad day.</Message></Error>"
    body: str = {"s3": told, "sts": f"<ErrorResponse>{told}</ErrorResponse>"}.get(
        service, json.dumps({"__type": code, "message": "A bad day."})
    )
    headers: Any = {"x-amzn-errortype": code, "Content-Length": str(len(body))}
    return AWSResponse(url, status, headers, Body(body.encode()))


def install() -> None:
    """Registers this process, and joins every botocore session that it makes."""
    function, folder = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""), os.environ.get("FAILING_FOLDER", "")
    if not folder or not function or function == API:
        return
    import botocore.handlers

    (Path(folder) / "workers" / str(os.getpid())).write_text(function)
    rate = float(os.environ.get("FAILING", "0"))
    botocore.handlers.BUILTIN_HANDLERS.append(("before-send", BadDay(rate, Path(folder), function)))


install()
