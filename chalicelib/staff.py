"""A workspace's people: invited, given another role, removed; there is always an owner left."""

import secrets
from datetime import datetime, timedelta

from . import people
from .people import Caller
from .refusals import Refused, changed_meanwhile
from .store import members
from .store import people as workspaces
from .store.members import Member, Role
from .store.people import Workspace
from .store.table import Lost

#: How long an invitation's link is good.
INVITED = timedelta(days=7)
#: Members of one workspace, and workspaces of one person.
MOST, MOST_WORKSPACES = 200, 20


def invite(workspace: str, name: str, email: str, role: Role, now: datetime) -> tuple[Member, str]:
    """A new member, and the link that signs them in once, into this workspace alone."""
    email = email.strip().lower()
    there = members.all_of(workspace)
    if len(there) >= MOST:
        raise Refused(422, "too-many-people", f"A workspace has {MOST} people at the most.")
    if email and any(each.email == email for each in there):
        raise Refused(409, "member-already", f"“{email}” is a member already. Send a new link instead.")
    person = _person(name.strip(), email, now)
    member = people.add(workspace, person, role, now, name.strip())
    return member, people.link_for(member, now, INVITED)


def _person(name: str, email: str, now: datetime) -> members.Person:
    """Whoever has this address; one who is nowhere a member any more does not pass it on to the next."""
    found = members.known(members.by_email(email)) if email else None
    if found is not None and (not found.subject or members.of_person(found.id)):
        return found
    return people.make_person(name, email, now)


def load(workspace: str, person: str) -> Member:
    """One member, or a 404."""
    found = members.read(workspace, person)
    if found is None:
        raise Refused(404, "unknown-person", "There is no such person here.")
    return found


def change_role(workspace: str, person: str, role: Role) -> Member:
    """Another role, from the member's next request on."""
    member = load(workspace, person)
    if member.role == role:
        return member
    try:
        return members.change_role(member, role)
    except Lost as lost:
        raise _kept(member) from lost


def remove(workspace: str, person: str) -> Member:
    """Ends a membership, and with it the person's sessions here from their next request on."""
    member = load(workspace, person)
    try:
        members.remove(member)
    except Lost as lost:
        raise _kept(member) from lost
    return member


def _kept(member: Member) -> Refused:
    if member.role != "owner":
        return changed_meanwhile()
    sentence = f"“{member.name}” is the last owner. Make somebody else an owner first."
    return Refused(409, "last-owner", sentence)


def sign_out_everywhere(caller: Caller) -> int:
    """Ends every session of a person; how many workspaces that were. A confined sign-in ends those of its own."""
    own = [load(caller.workspace, caller.person)] if caller.confined else members.of_person(caller.person)
    for member in own:
        members.end_sessions(member)
    return len(own)


# -- workspaces ----------------------------------------------------------------------------------------------


def workspaces_of(caller: Caller) -> list[tuple[Workspace, Role | None]]:
    """The workspaces that a caller can turn to, by name, each with their role there."""
    if not caller.person or caller.confined:
        roles = {caller.workspace: role_of(caller)}
    else:
        roles = {member.workspace: member.role for member in members.of_person(caller.person)}
    found = [(workspaces.read_workspace(each), role) for each, role in roles.items()]
    return sorted(
        ((each, role) for each, role in found if each is not None), key=lambda each: each[0].name.lower()
    )


def role_of(caller: Caller) -> Role | None:
    """The caller's role here; a key has none."""
    member = members.read(caller.workspace, caller.person) if caller.person else None
    return member.role if member else None


def found_workspace(caller: Caller, name: str, now: datetime) -> tuple[Workspace, Member]:
    """A new workspace, whose owner is who made it."""
    if not caller.person or caller.confined:
        sentence = (
            "A workspace belongs to a person. Sign in with your identity provider, or by the operator's link."
        )
        raise Refused(403, "only-people", sentence)
    if len(members.of_person(caller.person)) >= MOST_WORKSPACES:
        raise Refused(422, "too-many-workspaces", f"A person has {MOST_WORKSPACES} workspaces at the most.")
    person = members.read_person(caller.person)
    assert person is not None
    made = workspaces.found_workspace(secrets.token_hex(6), name, now)
    return made, people.add(made.id, person, "owner", now)


def turn_to(caller: Caller, workspace: str, now: datetime) -> str:
    """The session cookie for another workspace of the same person."""
    member = members.read(workspace, caller.person) if caller.person else None
    if member is None or (caller.confined and workspace != caller.workspace):
        raise Refused(404, "unknown-workspace", "You are not a member of such a workspace.")
    members.note(member, now)
    return people.session(member, confined=caller.confined)


# -- signed in by an identity provider -----------------------------------------------------------------------


def admit(issuer: str, subject: str, email: str, name: str, now: datetime, *, allowed: bool) -> str:
    """The session cookie of whom a provider vouches for, by their verified address the first time.

    Who is no member of anything is refused, unless the operator allows the address: the first of them becomes
    the owner of the workspace `home`, the others its editors.
    """
    person = members.known(members.by_subject(issuer, subject)) or _claimed(issuer, subject, email, now)
    own = members.of_person(person.id) if person else []
    if not own and not allowed:
        sentence = f"“{email}” is not invited here. Ask an owner for an invitation to this very address."
        raise Refused(403, "not-invited", sentence)
    if not own:
        person = person or _bound(people.make_person(name or email, email, now), issuer, subject)
        own = [_first(person, now)]
    member = max(own, key=lambda each: (each.seen or each.created, each.workspace))
    members.note(member, now)
    return people.session(member, confined=False)


def _claimed(issuer: str, subject: str, email: str, now: datetime) -> members.Person | None:
    """The invited person with this address, who is tied to the identity from now on; an address is claimed once."""
    found = members.known(members.by_email(email))
    if found is None:
        return None
    if found.subject:
        if not members.of_person(found.id):
            return None
        sentence = (
            f"“{email}” belongs to another sign-in already. Ask an owner to remove it and invite you again."
        )
        raise Refused(403, "other-identity", sentence)
    return _bound(found, issuer, subject)


def _bound(person: members.Person, issuer: str, subject: str) -> members.Person:
    try:
        return members.bind(person, issuer, subject)
    except Lost as lost:
        raise Refused(409, "changed-meanwhile", "You signed in twice at once. Try again.") from lost


def _first(person: members.Person, now: datetime) -> Member:
    workspaces.found_workspace("home", "Home", now)
    ruled = any(each.role == "owner" for each in members.all_of("home"))
    return people.add("home", person, "editor" if ruled else "owner", now)
