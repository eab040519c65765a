"""`/mcp`: the Model Context Protocol, so that an assistant can look up, check, schedule and mend posts.

Streamable HTTP without sessions: a POST is answered with JSON, and nothing is kept between two of them. What
speaks the protocol is imported with the first such POST, since no other route needs it.
"""

from typing import Any
from urllib.parse import urlsplit

from chalice.app import Blueprint, Response

from chalicelib.refusals import Refused
from chalicelib.settings import settings

from ..http import MOST, Ask, answer, problem, respond, route

blueprint = Blueprint(__name__)


@route(blueprint, "POST", "/mcp", scope=None)
def talk(ask: Ask) -> Any:
    """One message, or a batch where the protocol's version has them; the answer, or 202 where none is owed."""
    _no_foreign_page(ask.header("origin"))
    if ask.who is None or ask.who.csrf:  # a browser's cookie is no key
        return _ask_for_a_key(ask.header("authorization"))
    if len(ask.raw) > MOST:
        raise Refused(413, "too-large", "The message is larger than 1 MB. Bring files in by their address.")
    from . import messages

    status, said = messages.exchange(ask.raw, ask.header, ask.who)
    return respond("", status, {}) if said is None else answer(said, status)


@route(blueprint, "GET", "/mcp", scope=None)
def listen(ask: Ask) -> Any:
    """There is no stream to listen to: nothing is said unasked."""
    return _only_post("Lamppost says nothing unasked here. Send messages with POST.")


@route(blueprint, "DELETE", "/mcp", scope=None)
def leave(ask: Ask) -> Any:
    """There is no session to end."""
    return _only_post("There are no sessions here, so there is none to end.")


def _only_post(sentence: str) -> Response:
    refused = problem(405, "only-post", sentence)
    refused.headers["Allow"] = "POST"
    return refused


def _no_foreign_page(origin: str) -> None:
    """A browser names the page that asks; a page from elsewhere is refused, as the protocol demands."""
    ours = urlsplit(settings().public_url)
    if origin and origin != f"{ours.scheme}://{ours.netloc}":
        raise Refused(403, "foreign-origin", "Pages of other sites may not talk to Lamppost.")


def _ask_for_a_key(given: str) -> Response:
    sentence = "Send a key of the workspace: Authorization: Bearer lp.…"
    if given:
        sentence = "This key is unknown or revoked. Take another one of the workspace."
    refused = problem(401, "unauthorized", sentence)
    wrong = ', error="invalid_token"' if given else ""
    refused.headers["WWW-Authenticate"] = f'Bearer realm="Lamppost"{wrong}'
    return refused
