"""Groups of accounts: whose they are, where one workspace works for several customers."""

from boto3.dynamodb.conditions import Key

from chalicelib.models import Model

from . import keys, table
from .records import item, model


class Group(Model):
    """A name for some of a workspace's accounts; an account is in one group at the most."""

    workspace: str
    id: str
    name: str
    accounts: tuple[str, ...] = ()


def save(group: Group) -> None:
    """A new or changed group (1 write unit)."""
    table.put(item(group, keys.group(group.workspace, group.id)))


def all_of(workspace: str) -> list[Group]:
    """A workspace's groups (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("group#")
    return [model(Group, found) for found in table.pages(where)]


def remove(workspace: str, group: str) -> bool:
    """Forgets a group, never its accounts; whether there was one (1 write unit)."""
    return table.take(keys.group(workspace, group)) is not None
