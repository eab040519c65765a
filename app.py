"""The machine on one page: HTTP blueprints, and the Lambdas behind queues and clocks. No logic lives here."""

from chalice.app import Chalice

from chalicelib.api import accounts, media, pages, platforms, posts, signin
from chalicelib.workers import workers

app = Chalice(app_name="lamppost")

for blueprint in (
    accounts.blueprint,
    media.blueprint,
    pages.blueprint,
    platforms.blueprint,
    posts.blueprint,
    signin.blueprint,
    workers,
):
    app.register_blueprint(blueprint)
