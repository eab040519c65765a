"""The machine on one page: HTTP blueprints, and the Lambdas behind queues and clocks. No logic lives here."""

from chalice.app import Chalice

from chalicelib.api import (
    accounts,
    deliveries,
    docs,
    duplicates,
    entrance,
    exports,
    groups,
    hooks,
    imports,
    keys,
    mcp,
    media,
    members,
    openapi,
    pages,
    platforms,
    posts,
    preferences,
    public_changes,
    public_integrations,
    public_media,
    public_numbers,
    public_posts,
    reviews,
    series,
    signatures,
    signin,
    slots,
    tables,
    tags,
    tools,
    workspaces,
)
from chalicelib.api.replies import spoken
from chalicelib.workers import workers

app = Chalice(app_name="lamppost")
# Bodies that API Gateway hands on as bytes.
app.api.binary_types = [*app.api.binary_types, "multipart/form-data"]

for blueprint in (
    accounts.blueprint,
    deliveries.blueprint,
    docs.blueprint,
    duplicates.blueprint,
    exports.blueprint,
    entrance.blueprint,
    groups.blueprint,
    hooks.blueprint,
    imports.blueprint,
    keys.blueprint,
    members.blueprint,
    mcp.blueprint,
    media.blueprint,
    openapi.blueprint,
    pages.blueprint,
    platforms.blueprint,
    posts.blueprint,
    preferences.blueprint,
    public_changes.blueprint,
    public_integrations.blueprint,
    public_media.blueprint,
    public_numbers.blueprint,
    public_posts.blueprint,
    reviews.blueprint,
    series.blueprint,
    signatures.blueprint,
    signin.blueprint,
    slots.blueprint,
    tables.blueprint,
    tags.blueprint,
    tools.blueprint,
    workspaces.blueprint,
    workers,
):
    app.register_blueprint(blueprint)
app.register_middleware(spoken, "http")
