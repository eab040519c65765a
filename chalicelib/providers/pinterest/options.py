"""Which board a Pin is for, and how it looks there."""

import re

from pydantic import Field, ValidationInfo, field_validator

from ...text import count
from ..base import Options

_TITLE, _LINK, _ALT = 100, 2048, 500


class PinterestOptions(Options):
    """`board` and `section` are ids from the tools; an empty text is an option that was left out."""

    board: str = Field(json_schema_extra={"pattern": r"^\d+$"})
    section: str = ""
    title: str = Field("", json_schema_extra={"maxLength": _TITLE})
    link: str = Field("", json_schema_extra={"maxLength": _LINK})
    dominant_color: str = ""
    alt_text: str = Field("", json_schema_extra={"maxLength": _ALT})
    cover_key_frame_time: int | None = Field(None, ge=0)

    @field_validator("board")
    @classmethod
    def _chosen(cls, board: str) -> str:
        if not re.fullmatch(r"[0-9]+", board):
            raise ValueError("Choose the board that the Pin is for.")
        return board

    @field_validator("section")
    @classmethod
    def _numbered(cls, section: str) -> str:
        if not re.fullmatch(r"[0-9]*", section):
            raise ValueError(f"“{section[:40]}” is not the id of a section.")
        return section

    @field_validator("title", "alt_text")
    @classmethod
    def _short(cls, said: str, field: ValidationInfo) -> str:
        name, most = {"title": ("title", _TITLE)}.get(
            str(field.field_name), ("description of the picture", _ALT)
        )
        if count(said, "utf16") > most:
            raise ValueError(f"The {name} has {count(said, 'utf16')} characters; Pinterest takes {most}.")
        return said.strip()

    @field_validator("link")
    @classmethod
    def _linked(cls, link: str) -> str:
        if link and (len(link) > _LINK or not re.match(r"https?://\S+$", link)):
            raise ValueError(f"A link begins with https:// and has {_LINK:,} characters at the most.")
        return link

    @field_validator("dominant_color")
    @classmethod
    def _coloured(cls, colour: str) -> str:
        if colour and not re.fullmatch(r"#?[0-9a-fA-F]{6}", colour):
            raise ValueError(f"“{colour[:40]}” is not a colour like #6E7874.")
        return f"#{colour.removeprefix('#')}" if colour else ""
