"""Groups of accounts, for those who work for several customers; Postiz's clients see them as `customer`."""

from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib.refusals import Refused
from chalicelib.store import accounts, groups
from chalicelib.store.groups import Group

from .given import Given
from .http import Ask, route
from .shapes import Deleted, GroupShown, GroupsShown

blueprint = Blueprint(__name__)


class NewGroup(Given):
    """A name, and the accounts that are in it from now on."""

    name: str = Field(min_length=1, max_length=100, description="Its name.")
    accounts: list[str] = Field(default=[], max_length=1000, description="The accounts' ids.")


@route(blueprint, "GET", "/v1/groups", answers=GroupsShown)
def listed(ask: Ask) -> Any:
    """The workspace's groups."""
    return {"groups": [shown(each) for each in groups.all_of(ask.workspace)]}


@route(blueprint, "PUT", "/v1/groups/{group}", scope="admin", body=NewGroup, answers=GroupShown)
def put(ask: Ask, given: NewGroup, group: str) -> Any:
    """Makes or changes a group; an account leaves the group that it was in."""
    if not 0 < len(group) <= 64:
        raise Refused(422, "bad-id", "A group's id is 64 characters at the most.")
    known = {account.id for account in accounts.all_of(ask.workspace)}
    if strange := next((each for each in given.accounts if each not in known), None):
        raise Refused(404, "unknown-account", f"There is no account “{strange[:40]}” here.")
    wanted = tuple(dict.fromkeys(given.accounts))
    for other in groups.all_of(ask.workspace):
        left = tuple(each for each in other.accounts if each not in wanted)
        if other.id != group and left != other.accounts:
            groups.save(other.model_copy(update={"accounts": left}))
    made = Group(workspace=ask.workspace, id=group, name=given.name, accounts=wanted)
    groups.save(made)
    return shown(made)


@route(blueprint, "DELETE", "/v1/groups/{group}", scope="admin", answers=Deleted)
def remove(ask: Ask, group: str) -> Any:
    """Forgets a group; its accounts stay."""
    if not groups.remove(ask.workspace, group):
        raise Refused(404, "unknown-group", "There is no such group here.")
    return {"id": group, "deleted": True}


def shown(group: Group) -> dict[str, Any]:
    return group.model_dump(mode="json", exclude={"workspace"})
