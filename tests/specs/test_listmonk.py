"""What is sent to listmonk, against the models of PyPI's `listmonk`; and that client, driven against the stand-in.

listmonk's own OpenAPI page is under the AGPL and describes version 1; this client is kept up with version 6.
"""

import pytest

from infra.sandbox.listmonk import HOST
from tests.specs.letters import published

pytestmark = pytest.mark.specs
listmonk = pytest.importorskip("listmonk")

# In listmonk's own campaign model, and not in the client's.
BESIDES = {"archive"}


@pytest.fixture(scope="module")
def bench():
    yield from published("listmonk")


@pytest.fixture(scope="module")
def client(bench):
    given = bench.case.given
    listmonk.set_url_base(f"{bench.sandbox.public}/{HOST}")
    assert listmonk.login(given["username"], given["password"])
    return listmonk


def sent(bench, method, path):
    found = [
        each for each in bench.stand_in.requests if each["method"] == method and each["path"].endswith(path)
    ]
    assert found
    return found


def test_a_campaign_is_made_of_names_and_types_that_the_client_knows(bench):
    known = set(listmonk.models.CreateCampaignModel.model_fields)
    for request in sent(bench, "POST", listmonk.urls.campaigns):
        body = {name: value for name, value in request["body"].items() if name not in BESIDES}
        assert set(body) <= known
        made = listmonk.models.CreateCampaignModel.model_validate({"template_id": None, **body}, strict=True)
        assert made.model_dump(include=set(body)) == body


def test_a_campaign_is_started_where_and_as_the_client_starts_it(bench, client):
    ours = sent(bench, "PUT", "/status")[0]
    mine = client.create_campaign("A lamp", "Lit", {1}, content_type="html", body="<p>Hello</p>")
    assert client.start_campaign(mine.id).status == "running"
    its = sent(bench, "PUT", "/status")[-1]
    assert its["path"] == listmonk.urls.campaign_id_status.format(campaign_id=mine.id)
    assert ours["body"] == its["body"]
    assert bench.stand_in.shown[-1].text == "Hello"


def test_the_stand_ins_answers_are_those_that_the_client_reads(bench, client):
    assert {each.status for each in client.campaigns()} == {"running"}
    assert "Everyone" in {each.name for each in client.lists()}
    assert client.upload_media(b"x", "lamp.png").filename == "lamp.png"


def test_a_started_campaign_is_not_started_again_by_the_client_either(bench, client):
    number = int(bench.stand_in.shown[0].id)
    with pytest.raises(Exception, match="400"):
        client.start_campaign(number)
