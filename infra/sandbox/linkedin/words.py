"""LinkedIn's little text as its readers see it: what is not escaped ends the post there, without a word."""

import re

_TOKEN = re.compile(
    r"\\(?P<escaped>.)"
    r"|\{hashtag\|\\?#\|(?P<tag>(?:[^}\\]|\\.)+)\}"
    r"|@\[(?P<name>[^\]]+)\]\(urn:li:(?:organization|person):[A-Za-z0-9_-]+\)"
    r"|(?<!\S)(?P<bare>#\w+)"
    r"|(?P<reserved>[\\|{}@\[\]()<>#*_~])"
    r"|(?P<plain>.)",
    re.DOTALL,
)


def readable(little: str) -> str:
    """The text that is shown."""
    shown = []
    for token in _TOKEN.finditer(little):
        if token["reserved"]:
            break
        tag = token["tag"] and "#" + re.sub(r"\\(.)", r"\1", token["tag"])
        shown.append(token["escaped"] or tag or token["name"] or token["bare"] or token["plain"])
    return "".join(shown)
