"""People: invited by a link, given a role, removed; and signed out everywhere."""

from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, people, staff
from chalicelib.refusals import Refused
from chalicelib.store import members
from chalicelib.store.members import Member, Role

from .given import Given
from .http import Ask, route
from .shapes import PeopleShown, PersonInvited, PersonShown, SignedOut

blueprint = Blueprint(__name__)

ONE = "/v1/people/{person}"


class NewPerson(Given):
    """Whom to invite: `owner` may all, `editor` writes posts, `reviewer` reads and decides on them."""

    name: str = Field(min_length=1, max_length=100, description="Their name.")
    email: str = Field(
        "",
        max_length=254,
        pattern=r"^$|^[^@\s]+@[^@\s]+$",
        description="The address that an identity provider will vouch for.",
    )
    role: Role = Field("editor", description="What they may do.")


class NewRole(Given):
    """What a person may do from now on."""

    role: Role = Field(description="`owner`, `editor` or `reviewer`.")


@route(blueprint, "GET", "/v1/people", scope="admin", answers=PeopleShown)
def listed(ask: Ask) -> Any:
    """The workspace's people, by name."""
    found = sorted(members.all_of(ask.workspace), key=lambda each: each.name.lower())
    return {"people": [shown(each) for each in found]}


@route(
    blueprint,
    "POST",
    "/v1/people",
    scope="admin",
    body=NewPerson,
    answers=PersonInvited,
    status=201,
    repeatable=True,
)
def invite(ask: Ask, given: NewPerson) -> Any:
    """Adds a person; `link` signs them in once, and is to be handed to them."""
    member, link = staff.invite(ask.workspace, given.name, given.email, given.role, clock.now())
    return {**shown(member), "link": link}


@route(blueprint, "PATCH", ONE, scope="admin", body=NewRole, answers=PersonShown)
def change(ask: Ask, given: NewRole, person: str) -> Any:
    """Another role, from the person's next request on."""
    return shown(staff.change_role(ask.workspace, person, given.role))


@route(blueprint, "DELETE", ONE, scope="admin", answers=PersonShown)
def remove(ask: Ask, person: str) -> Any:
    """Ends a membership at once; posts and keys stay."""
    return shown(staff.remove(ask.workspace, person))


@route(blueprint, "POST", f"{ONE}/link", scope="admin", answers=PersonInvited, status=201, repeatable=True)
def link(ask: Ask, person: str) -> Any:
    """Another link that signs a person in once, into this workspace alone."""
    member = staff.load(ask.workspace, person)
    return {**shown(member), "link": people.link_for(member, clock.now(), staff.INVITED)}


@route(blueprint, "POST", "/v1/signout", answers=SignedOut)
def sign_out(ask: Ask) -> Any:
    """Ends every session of who asks, in every browser."""
    if not ask.caller.person:
        raise Refused(
            409, "no-person", "A key is ended by revoking it, and with it whoever signed in with it."
        )
    return {"workspaces": staff.sign_out_everywhere(ask.caller)}


def shown(member: Member) -> dict[str, Any]:
    """A member as clients see them."""
    plain = member.model_dump(mode="json", include={"name", "email", "role", "created", "seen"})
    return {"id": member.person, **plain}
