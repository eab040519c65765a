import ipaddress
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import httpcore2
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import guard
from chalicelib.guard import Unsafe
from chalicelib.guarded import GuardedBackend, GuardedTransport

PUBLIC = "93.184.215.14"
METADATA = "169.254.169.254"
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.8.8.8",
    METADATA,
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


# --- what the text of an address tells


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com:443/a?b#c",
        "https://sub_domain.example.com:8443/",
        "https://例え.jp/絵.png",
        "https://xn--r8jz45g.jp",
        "https://example.com.",
        f"https://{PUBLIC}/",
        "https://[2606:4700::1111]/",
        "HTTPS://EXAMPLE.COM/",
        "https://example.com/user@host:80/\\x",
    ],
)
def test_public_addresses_pass(url: str) -> None:
    guard.refuse(url)


@pytest.mark.parametrize(
    "host", [f"[{each}]" if ":" in each else each for each in PRIVATE if "%" not in each]
)
def test_every_private_address_is_refused(host: str) -> None:
    with pytest.raises(Unsafe, match="not a public address"):
        guard.refuse(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "/etc/passwd",
        "https://",
        "https:///etc/passwd",
        "http://example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "gopher://example.com",
        "javascript:alert(1)",
        "data:text/plain,x",
        "https://user@example.com",
        "https://user:word@example.com",
        "https://example.com\\@127.0.0.1/",
        "https://127.0.0.1\\.example.com/",
        "https://example.com:22",
        "https://example.com:0",
        "https://example.com:25/",
        "https://example.com:99999",
        "https://localhost",
        "https://LOCALHOST.",
        "https://a.localhost",
        "https://ip-10-0-0-1.ec2.internal",
        "https://metadata.google.internal/",
        "https://printer.local",
        "https://intranet",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0x7f.1",
        "https://0177.0.0.1",
        "https://017700000001",
        "https://127.0.0.1.",
        "https://１２７.0.0.1",
        "https://ⓛocalhost",
        "https://%31%32%37.0.0.1",
        "https://exa mple.com",
        "https://exa\nmple.com",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://example.com:abc",
    ],
)
def test_anything_else_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Unsafe, match=r"\.$"):
        guard.refuse(url)


def test_http_is_for_those_who_ask_for_it() -> None:
    guard.refuse("http://example.com", http=True)
    with pytest.raises(Unsafe, match="not a public"):
        guard.refuse("http://127.0.0.1", http=True)


def test_a_named_place_is_allowed_and_only_that_place() -> None:
    allow = ("localhost:8001", "[::1]:8001", "127.0.0.1:80")
    for url in ("http://localhost:8001/x", "https://[::1]:8001", "http://127.0.0.1"):
        guard.refuse(url, allow=allow)
    for url in ("http://localhost:8002", "http://localhost", "https://127.0.0.1", "ftp://localhost:8001"):
        with pytest.raises(Unsafe):
            guard.refuse(url, allow=allow)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_address_is_never_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for carrier in (
        number,
        (0xFFFF << 32) + number,
        int(ipaddress.IPv6Address("64:ff9b::")) + number,
        (0x2002 << 112) + (number << 80),
        (0x20010000 << 96) + (number << 64) + 1,
    ):
        assert not guard.is_public(str(ipaddress.IPv6Address(carrier)))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global or address.is_private or address.is_multicast or address.is_link_local:
        assert not guard.is_public(str(address))


@given(
    st.text(max_size=40)
    | st.text(st.sampled_from("htps:/@[].%\\0x127a"), max_size=30).map("https://".__add__)
)
def test_any_text_is_passed_or_refused_and_nothing_else(url: str) -> None:
    with suppress(Unsafe):
        guard.refuse(url)


# --- what the name stands for, at the moment of connecting


class Recorder(httpcore2.NetworkBackend):
    """Connects to nothing; remembers where it was sent."""

    def __init__(self, dead: tuple[str, ...] = ()) -> None:
        self.sent: list[tuple[str, int]] = []
        self.dead = dead

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        self.sent.append((host, port))
        if host in self.dead:
            raise httpcore2.ConnectError("dead")
        return httpcore2.NetworkStream()


def resolver(*answers: list[str]) -> guard.Resolve:
    """Gives one answer after the other, and none when asked once more."""
    left = iter(answers)
    return lambda host, port: next(left)


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    inner = Recorder()
    backend = GuardedBackend(resolve=resolver([PUBLIC], ["127.0.0.1"]), inner=inner)
    backend.connect_tcp("rebinding.example", 443)
    assert inner.sent == [(PUBLIC, 443)]
    with pytest.raises(Unsafe, match=r"“rebinding\.example” is not a public address"):
        backend.connect_tcp("rebinding.example", 443)
    assert inner.sent == [(PUBLIC, 443)]


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_address_among_public_ones_is_refused(address: str) -> None:
    inner = Recorder()
    with pytest.raises(Unsafe):
        GuardedBackend(resolve=resolver([PUBLIC, address]), inner=inner).connect_tcp("mixed.example", 443)
    assert inner.sent == []


def test_the_next_address_is_tried_when_one_is_dead_but_not_endlessly() -> None:
    dead = [f"93.184.216.{number}" for number in range(1, 20)]
    inner = Recorder(tuple(dead))
    GuardedBackend(resolve=resolver([dead[0], PUBLIC]), inner=inner).connect_tcp("a.example", 443)
    assert inner.sent == [(dead[0], 443), (PUBLIC, 443)]
    with pytest.raises(httpcore2.ConnectError, match="dead"):
        GuardedBackend(resolve=resolver(dead), inner=inner).connect_tcp("a.example", 443)
    assert len(inner.sent) == 2 + 3


def test_an_unknown_or_impossible_name_is_a_failed_connection() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    for resolve in (unknown, resolver([])):
        with pytest.raises(httpcore2.ConnectError):
            GuardedBackend(resolve=resolve, inner=Recorder()).connect_tcp("nowhere.example", 443)
    with pytest.raises(httpcore2.ConnectError):
        GuardedBackend(inner=Recorder()).connect_tcp("a" * 64 + ".example", 443)


def test_no_unix_socket_is_ever_opened() -> None:
    with pytest.raises(Unsafe):
        GuardedBackend(inner=Recorder()).connect_unix_socket("/var/run/x.sock")


# --- over a real wire


class Site(BaseHTTPRequestHandler):
    """`/to/<address>` redirects there; every other path answers with itself."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
        else:
            self.send_response(200)
        body = self.path.encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def serve(tls: ssl.SSLContext | None = None) -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        Site.seen.clear()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def site() -> Iterator[str]:
    for server in serve():
        yield f"127.0.0.1:{server.server_port}"


def client(*allow: str) -> httpx2.Client:
    return httpx2.Client(transport=guard.guarded_transport(allow=allow), timeout=5)


def test_a_loopback_server_is_refused_unless_it_is_allowed(site: str) -> None:
    with client() as careful, pytest.raises(Unsafe):
        careful.get(f"http://{site}/secret")
    assert Site.seen == []
    with client(site) as allowed:
        assert allowed.get(f"http://{site}/x").text == "/x"


def test_a_name_that_stands_for_loopback_is_refused_at_the_connection(site: str) -> None:
    port = site.partition(":")[2]
    transport = GuardedTransport(http=True, resolve=resolver(["127.0.0.1"]))
    with httpx2.Client(transport=transport) as careful, pytest.raises(Unsafe):
        careful.get(f"http://innocent.example:{port}/secret")
    assert Site.seen == []


def test_a_proxy_from_the_environment_is_not_asked(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{site}")
    transport = GuardedTransport(http=True, resolve=resolver(["127.0.0.1"]))
    with httpx2.Client(transport=transport) as careful, pytest.raises(Unsafe):
        careful.get("http://innocent.example/")
    assert Site.seen == []


@pytest.mark.parametrize(
    "there",
    [
        f"http://{METADATA}/latest/meta-data/",
        f"https://{METADATA}/",
        "http://localhost/",
        "https://[::1]/",
        "https://user:word@example.com/",
        "file:///etc/passwd",
        "https://example.com:22/",
        "http://[oops",
        "http://0177.0.0.1/",
    ],
)
def test_a_redirect_to_anything_unsafe_is_refused(site: str, there: str) -> None:
    with client(site) as careful, pytest.raises(Unsafe), guard.follow(careful, f"http://{site}/to/{there}"):
        pass
    assert len(Site.seen) == 1


def test_the_client_itself_may_not_follow_to_the_metadata_either(site: str) -> None:
    with client(site) as careful, pytest.raises(Unsafe):
        careful.get(f"http://{site}/to/http://{METADATA}/", follow_redirects=True)


def test_redirects_are_answers_unless_they_are_followed_and_then_only_so_far(site: str) -> None:
    home = f"http://{site}"
    with client(site) as careful:
        assert careful.get(f"{home}/to/{home}/x").status_code == 302
        with guard.follow(careful, f"{home}/to/{home}/to/{home}/to/{home}/x") as answer:
            assert answer.read() == b"/x"
        with guard.follow(careful, f"{home}/to//y") as answer:
            assert answer.read() == b"/y"
        with (
            pytest.raises(Unsafe, match="more than 1 times"),
            guard.follow(careful, f"{home}/to//to//y", limit=1),
        ):
            pass


# --- TLS


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    """A TLS server for the name good.example, and a context that trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "good.example")])
    day = timedelta(days=1)
    today = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - day)
        .not_valid_after(today + 36500 * day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "site.pem"
    written = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(written + private)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    for server in serve(serving):
        yield str(server.server_port), ssl.create_default_context(cadata=written.decode())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_tls_checks_the_name_that_was_asked_for_not_the_address(
    certified: tuple[str, ssl.SSLContext],
) -> None:
    port, trusting = certified
    allow = (f"good.example:{port}", f"evil.example:{port}")
    transport = GuardedTransport(allow=allow, resolve=lambda host, port: ["127.0.0.1"], tls=trusting)
    with httpx2.Client(transport=transport, timeout=5) as careful:
        assert careful.get(f"https://good.example:{port}/x").text == "/x"
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            careful.get(f"https://evil.example:{port}/x")
