"""What is sent to Pinterest, against its own OpenAPI description.

The description is Pinterest's (v5, 5.23.0, MIT): the used paths, without the prose. It lets unknown names
pass; here they are refused.
"""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.cases.pinterest import BOARD
from tests.contract.harness import FILES, Bench

pytestmark = [pytest.mark.specs, pytest.mark.filterwarnings("ignore:Unsupported scheme type:UserWarning")]
openapi = pytest.importorskip("openapi_core")
testing = pytest.importorskip("openapi_core.testing")

DESCRIPTION = json.loads((Path(__file__).parent / "descriptions" / "pinterest.json").read_text())
# Two overlapping lists of metrics stand under oneOf, which nothing in both can fulfil.
_METRICS = DESCRIPTION["components"]["parameters"]["query_pin_analytics_metric_types"]["schema"]["items"]
_METRICS["anyOf"] = _METRICS.pop("oneOf")
ROOT = "/v5"
#: What older apps must send and the description lacks.
BEYOND = {"continuous_refresh"}


@pytest.fixture(scope="module")
def api():
    return openapi.OpenAPI.from_dict(DESCRIPTION, config=openapi.Config(spec_validator_cls=None))


@pytest.fixture(scope="module")
def requests():
    """Every request of every kind of entry, of its deletion and its numbers, and of the tools."""
    sandbox, server = serve()
    sandbox.files = FILES
    bench = Bench("pinterest", case("pinterest"), sandbox)
    connected = bench.connect()
    connected.token = bench.provider.refresh(connected.session)
    for kind, entries in bench.case.entries.items():
        options = bench.case.options[kind]
        (receipt,) = connected.publish(entries, options)
        bench.provider.look(connected.job(entries, options=options))
        bench.provider.metrics(connected.session, receipt)
        bench.provider.delete(connected.session, receipt)
    bench.provider.boards(connected.session)
    (board,) = bench.provider.create_board(
        connected.session, name="Made here", description="x", privacy="SECRET"
    )
    bench.provider.create_section(connected.session, board=board["id"], name="A section")
    bench.provider.sections(connected.session, board=BOARD)
    yield [each for each in bench.stand_in.requests if each["path"].startswith(f"{ROOT}/")]
    stop(server)


def as_seen(request):
    """A request of the stand-in as the description's checker reads it."""
    form = request["type"] == "application/x-www-form-urlencoded"
    data = urlencode(request["form"]) if form else json.dumps(request["body"])
    has_body = request["method"] in {"POST", "PATCH"}
    return testing.MockRequest(
        "https://api.pinterest.com",
        request["method"].lower(),
        request["path"],
        args=request["query"],
        headers={"Authorization": request["headers"]["Authorization"]},
        data=data.encode() if has_body else None,
        content_type=request["type"] or "application/json",
    )


def test_every_request_is_one_that_the_description_allows(api, requests):
    assert len({(each["method"], each["path"].rstrip("0123456789")) for each in requests}) >= 10
    for request in requests:
        api.validate_request(as_seen(request))


def known_names(schema, value=None):
    """Every name that a schema allows at its top, through references, unions and discriminators."""
    if "$ref" in schema:
        kind, name = schema["$ref"].split("/")[-2:]
        return known_names(DESCRIPTION["components"][kind][name], value)
    found = set(schema.get("properties", {}))
    mapping = schema.get("discriminator", {}).get("mapping", {})
    chosen = mapping.get((value or {}).get(schema.get("discriminator", {}).get("propertyName")))
    for each in [*schema.get("allOf", []), *([{"$ref": chosen}] if chosen else [])]:
        found |= known_names(each, value)
    return found


def test_no_name_is_sent_that_the_description_does_not_know(requests):
    pins = [each["body"] for each in requests if (each["method"], each["path"]) == ("POST", "/v5/pins")]
    schemas = DESCRIPTION["components"]["schemas"]
    assert len(pins) == 5
    for pin in pins:
        assert set(pin) <= known_names(schemas["PinCreate"])
        source = pin["media_source"]
        assert set(source) <= known_names(schemas["PinMediaSource"], source), source
        for item in source.get("items", []):
            assert set(item) <= known_names(schemas["PinMediaSourceImagesURLItem"])
    for request in requests:
        if request["path"] == "/v5/oauth/token":
            known = known_names(schemas["OauthAccessTokenRequest"], request["form"])
            assert set(request["form"]) <= known | BEYOND


def test_a_wrong_request_would_be_noticed(api, requests):
    """The checker can fail: a board that is no number, a carousel of one, a source of no kind."""
    pin = next(each for each in requests if each["path"] == "/v5/pins")
    for wrong in (
        {"board_id": "lamps"},
        {"title": "x" * 101},
        {"media_source": {"source_type": "nothing"}},
        {"media_source": {"source_type": "multiple_image_urls", "items": [{"url": "https://a.b/c"}]}},
    ):
        with pytest.raises(openapi.exceptions.OpenAPIError):
            api.validate_request(as_seen({**pin, "body": {**pin["body"], **wrong}}))


def test_our_limits_are_the_descriptions(requests):
    schema = DESCRIPTION["components"]["schemas"]["PinCreate"]["properties"]
    limits = {name: schema[name]["maxLength"] for name in ("title", "description", "alt_text", "link")}
    assert limits == {"title": 100, "description": 800, "alt_text": 500, "link": 2048}
