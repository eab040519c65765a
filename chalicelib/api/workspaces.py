"""Workspaces: those of the caller, new ones, their names and rules."""

from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, staff
from chalicelib.refusals import Refused
from chalicelib.store import people
from chalicelib.store.members import Role
from chalicelib.store.people import Workspace

from .given import Given
from .http import Ask, route
from .shapes import WorkspaceShown, WorkspacesShown

blueprint = Blueprint(__name__)


class NewWorkspace(Given):
    """Another tenant, apart from all others."""

    name: str = Field(min_length=1, max_length=100, description="Its name.")


class ChangedWorkspace(Given):
    """What is to be different; `review: required` has editors' posts wait for a reviewer."""

    name: str | None = Field(None, min_length=1, max_length=100, description="Its name.")
    review: Literal["off", "required"] | None = Field(None, description="Whether a reviewer must agree.")


@route(blueprint, "GET", "/v1/workspaces", answers=WorkspacesShown)
def listed(ask: Ask) -> Any:
    """The workspaces that the caller is a member of; for a key its own."""
    return {"workspaces": [shown(ask, *each) for each in staff.workspaces_of(ask.caller)]}


@route(
    blueprint,
    "POST",
    "/v1/workspaces",
    scope="admin",
    body=NewWorkspace,
    answers=WorkspaceShown,
    status=201,
    repeatable=True,
)
def make(ask: Ask, given: NewWorkspace) -> Any:
    """A new workspace with the caller as its owner."""
    made, member = staff.found_workspace(ask.caller, given.name, clock.now())
    return shown(ask, made, member.role)


@route(
    blueprint,
    "PATCH",
    "/v1/workspaces/{workspace}",
    scope="admin",
    body=ChangedWorkspace,
    answers=WorkspaceShown,
)
def change(ask: Ask, given: ChangedWorkspace, workspace: str) -> Any:
    """Another name, or whether posts need a review; what waits goes on waiting."""
    put = given.model_dump(exclude_none=True)
    if workspace != ask.workspace:
        raise Refused(404, "unknown-workspace", "There is no such workspace here.")
    found = people.alter_workspace(workspace, put) if put else people.read_workspace(workspace)
    assert found is not None
    return shown(ask, found, staff.role_of(ask.caller))


def shown(ask: Ask, workspace: Workspace, role: Role | None) -> dict[str, Any]:
    """A workspace as clients see it."""
    plain = workspace.model_dump(mode="json", exclude={"owners"})
    return {**plain, "role": role, "here": workspace.id == ask.workspace}
