"""OAuth 1.0a and 2.0 by Authlib, which is imported only where a protocol is spoken."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .models import Token
from .problems import Reconnect, Rejected, Retry
from .signin import OAuth1, OAuth2

if TYPE_CHECKING:
    from .sessions import Session


def consent(
    session: "Session", auth: OAuth2 | OAuth1, redirect: str, state: str, verifier: str
) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to remember until it comes back (a request token's secret)."""
    if isinstance(auth, OAuth1):
        return _consent1(session, auth, redirect)
    client = _client(session, auth, redirect)
    url, _ = client.create_authorization_url(
        session.provider.absolute(session, auth.authorize),
        state=state,
        code_verifier=verifier if auth.pkce else None,
        **auth.extra,
    )
    address, _, query = url.partition("?")
    return f"{address}?{_renamed(query, auth)}", {}


def _consent1(session: "Session", auth: OAuth1, redirect: str) -> tuple[str, dict[str, str]]:
    client = _client1(session, auth, redirect_uri=redirect)
    asked = _speak(
        session, client.fetch_request_token, session.provider.absolute(session, auth.request_token)
    )
    if asked.get("oauth_callback_confirmed") != "true":
        raise Reconnect(f"{session.provider.title} did not accept our callback address.")
    client.redirect_uri = None  # it is known from the request token; the address stays as documented
    url = client.create_authorization_url(session.provider.absolute(session, auth.authorize))
    return url, {"token": asked["oauth_token"], "secret": asked["oauth_token_secret"]}


def exchange(
    session: "Session",
    auth: OAuth2 | OAuth1,
    redirect: str,
    query: Mapping[str, str],
    kept: Mapping[str, str],
) -> Token:
    """The token for what the callback brought; `kept` is the verifier, or OAuth 1.0a's request token."""
    if isinstance(auth, OAuth1):
        return _exchange1(session, auth, query, kept)
    client = _client(session, auth, redirect)
    # Meta and Reddit hang `#_` on their codes, which some browsers' code sends on.
    body = {"code": query["code"].removesuffix("#_"), "redirect_uri": redirect}
    if auth.pkce:
        body["code_verifier"] = kept["verifier"]
    answer = _speak(
        session,
        client.fetch_token,
        session.provider.absolute(session, auth.token),
        method=auth.token_method,
        grant_type="authorization_code",
        headers={"Accept": "application/json", **auth.token_headers, **_FORM},
        **body,
        **auth.token_extra,
    )
    return token_of(session, auth, answer)


def _exchange1(session: "Session", auth: OAuth1, query: Mapping[str, str], kept: Mapping[str, str]) -> Token:
    if query.get("oauth_token") != kept["token"]:
        raise Reconnect("This answer belongs to another sign-in. Begin again.")
    client = _client1(session, auth, token=kept["token"], token_secret=kept["secret"])
    url = session.provider.absolute(session, auth.access_token)
    answer = _speak(session, client.fetch_access_token, url, query["oauth_verifier"])
    return Token(access=answer["oauth_token"], secret=answer["oauth_token_secret"])


def refresh(session: "Session", auth: OAuth2) -> Token:
    """The next token; an old refresh token stays where the answer brings no new one."""
    if not session.token.refresh:
        raise Reconnect(f"{session.provider.title} gave no way to renew the access by itself.")
    client = _client(session, auth, None)
    client.scope = None
    answer = _speak(
        session,
        client.refresh_token,
        session.provider.absolute(session, auth.token),
        refresh_token=session.token.refresh,
        headers={"Accept": "application/json", **auth.token_headers, **_FORM},
    )
    fresh = token_of(session, auth, answer)
    kept = {
        "refresh": fresh.refresh or session.token.refresh,
        "refresh_expires": fresh.refresh_expires or session.token.refresh_expires,
        "scopes": fresh.scopes or session.token.scopes,
        "data": {**session.token.data, **fresh.data},
    }
    return fresh.model_copy(update=kept)


def revoke(session: "Session", auth: OAuth2) -> None:
    """Tells the platform that the token is no longer wanted (RFC 7009)."""
    client = _client(session, auth, None)
    url = session.provider.absolute(session, auth.revoke)
    client.revoke_token(url, token=session.token.access)


def token_of(session: "Session", auth: OAuth2, answer: Mapping[str, Any]) -> Token:
    """A token endpoint's answer as a `Token`; scopes may be a list, or text with commas or spaces."""
    answer = session.provider.token_answer(dict(answer))
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        raise Retry(
            f"{session.provider.title} gave an answer without a token."
        )  # no clear no: it costs no grant
    scopes, refresh = answer.get("scope"), answer.get("refresh_token")
    return Token(
        access=access,
        refresh=refresh if isinstance(refresh, str) and refresh else None,
        expires=_until(session, answer.get("expires_in") or auth.lifetime),
        refresh_expires=_until(
            session, answer.get("refresh_token_expires_in") or answer.get("refresh_expires_in")
        ),
        scopes=_scopes(scopes),
        data={name: answer[name] for name in auth.keep if name in answer},
    )


def _scopes(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        return tuple(given.replace(",", " ").split())
    return tuple(each for each in given if isinstance(each, str)) if isinstance(given, list) else ()


def _until(session: "Session", seconds: Any) -> Any:
    try:
        return session.now + timedelta(seconds=float(seconds)) if seconds else None
    except (ValueError, TypeError, OverflowError):
        return None


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _renamed(form: str, auth: OAuth2) -> str:
    """A query or form with the names that a dialect wants instead of the standard ones."""
    from urllib.parse import parse_qsl, urlencode

    if not auth.names:
        return form
    return urlencode([(auth.names.get(name, name), value) for name, value in parse_qsl(form, True)])


def _client(session: "Session", auth: OAuth2, redirect: str | None) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        client_id=session.app[auth.client_id],
        client_secret=session.app.get(auth.client_secret) or None,
        token_endpoint_auth_method=auth.client_auth,
        revocation_endpoint_auth_method=auth.client_auth,
        scope=auth.separator.join(session.provider.scopes(session)) or None,
        redirect_uri=redirect,
        code_challenge_method="S256" if auth.pkce else None,
        transport=_way(session, auth),
    )


def _client1(session: "Session", auth: OAuth1, **more: Any) -> Any:
    from authlib.integrations.httpx_client import OAuth1Client

    return OAuth1Client(
        session.app[auth.consumer_key],
        client_secret=session.app[auth.consumer_secret],
        transport=_way(session),
        **more,
    )


def _speak(session: "Session", call: Callable[..., Any], *args: Any, **parts: Any) -> dict[str, Any]:
    """One step of a protocol by Authlib, its errors as problems; a passing one never costs the grant."""
    import httpx2
    from authlib.integrations.base_client import OAuthError

    from .guard import Unsafe

    title = session.provider.title
    try:
        return dict(call(*args, **parts))
    except Unsafe as unsafe:
        raise Rejected(f"{title} cannot be reached there. {unsafe}") from unsafe
    except httpx2.HTTPError as lost:
        raise Retry(f"{title} did not answer the sign-in.", words=type(lost).__name__) from lost
    except OAuthError as refused:
        raise Reconnect(f"{title} refused the access. Connect again.", words=str(refused)) from refused
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as strange:
        raise Retry(
            f"{title} gave an answer that could not be read.", words=type(strange).__name__
        ) from strange


def _way(session: "Session", auth: OAuth2 | None = None) -> Any:
    """A transport for Authlib: our client, the sandbox's route, and the provider's judgement of refusals."""
    import httpx2

    class Way(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            headers = {
                name: value
                for name, value in request.headers.items()
                if name not in {"host", "content-length"}
            }
            response = session.wire.send(
                session.provider.key,
                request.method,
                str(request.url),
                guarded=session.provider.own_hosts,
                headers=headers,
                content=_renamed(request.read().decode(), auth) if auth else request.read(),
            )
            answer = Answer(response, session.provider.title)
            if (problem := session.provider.judge_grant(answer)) is not None:
                raise problem
            kind = answer.header("content-type").partition(";")[0] or "application/json"
            headers = {"content-type": f"{kind}; charset=utf-8"}
            return httpx2.Response(response.status_code, headers=headers, content=answer.text.encode())

    return Way()
