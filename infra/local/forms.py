"""Read the forms of an HTML page and fill them in, as a person would who takes what is offered first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes, and what it sends when its first button is pressed."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    blanks: list[str] = field(default_factory=list)
    pressed: bool = False

    def filled(self, answers: Mapping[str, str]) -> dict[str, str]:
        """The fields with `answers` in the blanks that they know."""
        return self.fields | {name: answers[name] for name in self.blanks if name in answers}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and tag in ("input", "button", "select", "option", "textarea"):
            self._control(self.forms[-1], tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        kind = given.get("type", "submit" if tag == "button" else "text")
        if kind == "submit":
            _press(form, name, value)
        elif kind in ("radio", "checkbox"):
            if "checked" in given or name not in form.fields:
                form.fields[name] = value or "on"
        elif kind == "hidden" or value:
            form.fields[name] = value
        elif name:
            form.blanks.append(name)


def _press(form: Form, name: str, value: str) -> None:
    """The first button of a form is the one that goes on."""
    if not form.pressed and name:
        form.fields[name] = value
    form.pressed = True


def forms(page: str) -> list[Form]:
    """The page's forms, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
