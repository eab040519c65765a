"""What the newsletters' checks share: a bench that has sent every kind of entry."""

from collections.abc import Iterator

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench


def published(key: str) -> Iterator[Bench]:
    """The bench of a platform after each kind of entry of its case has gone out."""
    sandbox, server = serve()
    sandbox.files = FILES
    bench = Bench(key, case(key), sandbox)
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        connected.publish(entries, bench.case.options[kind])
    yield bench
    stop(server)
