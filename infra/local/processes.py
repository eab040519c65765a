"""Start other programs with a clean environment, wait until they answer, and end them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")
REGION = "us-east-1"

Program = subprocess.Popen[bytes]


class Stopped(Exception):
    """It cannot go on; says why, for a person."""


def clean(**more: str) -> dict[str, str]:
    """A small environment: nothing of the shell's secrets may reach a Lambda, or a test pass by accident."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | more


def pip_settings() -> dict[str, str]:
    """What a person's shell tells pip: which index, which certificates, which proxy."""
    mine = ("PIP_", "SSL_CERT", "REQUESTS_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
    return {name: value for name, value in os.environ.items() if name.upper().startswith(mine)}


def aws(port: int, gateway: int) -> dict[str, str]:
    """The environment in which boto3 and Chalice talk to the local AWS, and cannot talk to any other."""
    return clean(
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_ENDPOINT_URL_API_GATEWAY=f"http://127.0.0.1:{gateway}",
        PYTHONPATH=str(ROOT),
    )


def start(command: Sequence[str], log: Path, environment: Mapping[str, str], cwd: Path = ROOT) -> Program:
    """Start a program whose output goes to `log`, in a process group of its own: Ctrl-C is ours to pass on."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            cwd=cwd,
            start_new_session=True,
        )


def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path = ROOT) -> str:
    """Run a program to its end and return what it printed; its own words are in the error if it fails."""
    done = subprocess.run(
        command,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = (done.stdout + done.stderr).strip()[-3000:]
        raise Stopped(f"`{' '.join(command[:4])} …` failed with {done.returncode}:\n{words}")
    return done.stdout


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def until(ready: Callable[[], bool], process: Program, log: Path, seconds: float = 60) -> None:
    """Wait until `ready`; a program that ends or stays silent instead is an error with the end of its log."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Stopped(f"{process.args!r} did not start. The end of {log}:\n{log.read_text()[-3000:]}")
        pause(0.1)


def pause(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - this is no Lambda


def stop(process: Program, seconds: float = 30) -> None:
    """End a program with SIGTERM, so that it saves its state; the rest of its group follows it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
