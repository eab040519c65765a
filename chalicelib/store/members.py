"""People, and the workspaces that they are members of."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Literal

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.models import Model

from . import keys, table
from .records import attributes, item, model
from .table import Change, Lost

Role = Literal["owner", "editor", "reviewer"]


class Person(Model):
    """Somebody, whichever workspaces they are in; `issuer` and `subject` once an identity provider vouched."""

    id: str
    name: str
    email: str = ""
    issuer: str = ""
    subject: str = ""
    created: datetime


class Member(Model):
    """A person in a workspace. `epoch` is what their sessions must name; `seen` is the last sign-in."""

    workspace: str
    person: str
    name: str
    email: str = ""
    role: Role
    created: datetime
    seen: datetime | None = None
    epoch: int = 1
    removed: bool = False


# -- people --------------------------------------------------------------------------------------------------


def by_email(email: str) -> str:
    """What stands for an address where people are found by it."""
    return hashlib.sha256(f"mail\n{email}".encode()).hexdigest()


def by_subject(issuer: str, subject: str) -> str:
    """What stands for an identity at a provider."""
    return hashlib.sha256(f"sub\n{issuer}\n{subject}".encode()).hexdigest()


def make_person(name: str, email: str, now: datetime, number: str = "") -> Person:
    """A new person (1 write unit)."""
    person = Person(id=number or secrets.token_hex(8), name=name, email=email, created=now)
    with suppress(Lost):  # the operator, whose number is no secret
        table.put(item(person, keys.person(person.id)), new=True)
    return person


def read_person(person: str) -> Person | None:
    """One person (1 read unit)."""
    found = table.get(keys.person(person))
    return model(Person, found) if found else None


def bind(person: Person, issuer: str, subject: str) -> Person:
    """Ties a person to an identity, by which they are found from then on, all or nothing; `Lost` if they have one
    already (4 write units)."""
    put = {"issuer": issuer, "subject": subject}
    own = Change(keys.person(person.id), put, {}, Attr("subject").eq(""))
    found = Change(keys.identity(by_subject(issuer, subject)), {"person": person.id}, {})
    table.together([], [own, found], token=secrets.token_hex(16))
    return person.model_copy(update=put)


def name(digest: str, person: str) -> None:
    """From now on this is how `person` is found (1 write unit)."""
    table.put({**keys.identity(digest), "person": person})


def known(digest: str) -> Person | None:
    """Whom an address or an identity stands for (2 read units)."""
    found = table.get(keys.identity(digest))
    return read_person(found["person"]) if found else None


#: The mark of a membership that has ended.
_GONE = Attr("removed").eq(True)


# -- members -------------------------------------------------------------------------------------------------


def join(member: Member) -> None:
    """Adds a member and counts an owner, all or nothing; `Lost` if they are in already (1 read unit, 4 write units)."""
    key = keys.member(member.workspace, member.person)
    if (table.get(key) or {}).get("removed"):  # a removal that was cut short
        table.take(key, when=_GONE)
    whole = item(member, key, keys.by_member(member.person, member.workspace))
    table.together(
        [whole], _count(member.workspace, int(member.role == "owner")), token=secrets.token_hex(16)
    )


def change_role(member: Member, role: Role) -> Member:
    """Another role; `Lost` if the workspace would have no owner, or it changed meanwhile (2 to 4 write units)."""
    _alter(member, {"role": role}, (role == "owner") - (member.role == "owner"))
    return member.model_copy(update={"role": role})


def remove(member: Member) -> None:
    """Ends a membership; `Lost` as for `change_role` (3 to 5 write units)."""
    _alter(member, {"removed": True}, -int(member.role == "owner"))
    with suppress(Lost):  # invited again just now
        table.take(keys.member(member.workspace, member.person), when=_GONE)


def _alter(member: Member, put: dict[str, object], owners: int) -> None:
    place = keys.member(member.workspace, member.person)
    same = Attr("role").eq(member.role) & Attr("removed").eq(False)
    change = Change(place, attributes(put), {}, same)
    table.together([], [change, *_count(member.workspace, owners)], token=secrets.token_hex(16))


def _count(ws: str, owners: int) -> list[Change]:
    """The workspace's count of owners, which never falls to nothing."""
    if not owners:
        return []
    enough = Attr("owners").gt(1) if owners < 0 else Attr("pk").exists()
    return [Change(keys.workspace(ws), {}, {"owners": owners}, enough)]


def read(ws: str, person: str, *, consistent: bool = True) -> Member | None:
    """One member (1 read unit, half where a second late will do); one that was removed is none."""
    found = table.get(keys.member(ws, person), consistent=consistent)
    member = model(Member, found) if found else None
    return None if member is None or member.removed else member


def all_of(ws: str) -> list[Member]:
    """A workspace's members (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{ws}") & Key("sk").begins_with("member#")
    return [member for member in (model(Member, found) for found in table.pages(where)) if not member.removed]


def of_person(person: str) -> list[Member]:
    """A person's memberships, a second late at the most (half a read unit per 4 KB)."""
    where = Key("account_pk").eq(f"m#{person}")
    found = [model(Member, each) for each in table.pages(where, index="by_account")]
    return [member for member in found if not member.removed]


def note(member: Member, seen: datetime) -> None:
    """Writes a sign-in down; a failure costs only the note (2 write units)."""
    with suppress(Lost):
        table.change(keys.member(member.workspace, member.person), attributes({"seen": seen}), when=Attr("pk").exists())  # fmt: skip


def end_sessions(member: Member) -> None:
    """Makes every session of a member in this workspace worthless (2 write units)."""
    with suppress(Lost):
        table.change(keys.member(member.workspace, member.person), {}, add={"epoch": 1}, when=Attr("pk").exists())  # fmt: skip
