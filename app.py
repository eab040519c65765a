"""The machine on one page: HTTP blueprints, and the Lambdas behind queues and clocks. No logic lives here."""

from chalice.app import Chalice

from chalicelib.api import (
    accounts,
    deliveries,
    docs,
    duplicates,
    exports,
    groups,
    hooks,
    imports,
    keys,
    mcp,
    media,
    openapi,
    pages,
    platforms,
    posts,
    public_changes,
    public_integrations,
    public_media,
    public_numbers,
    public_posts,
    series,
    signatures,
    signin,
    slots,
    tables,
    tags,
    tools,
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
    groups.blueprint,
    hooks.blueprint,
    imports.blueprint,
    keys.blueprint,
    mcp.blueprint,
    media.blueprint,
    openapi.blueprint,
    pages.blueprint,
    platforms.blueprint,
    posts.blueprint,
    public_changes.blueprint,
    public_integrations.blueprint,
    public_media.blueprint,
    public_numbers.blueprint,
    public_posts.blueprint,
    series.blueprint,
    signatures.blueprint,
    signin.blueprint,
    slots.blueprint,
    tables.blueprint,
    tags.blueprint,
    tools.blueprint,
    workers,
):
    app.register_blueprint(blueprint)
app.register_middleware(spoken, "http")
