"""What is sent to Instagram by its own login, against facebook-business, Meta's own SDK (without its dependencies)."""

import pytest

from tests.specs.graph import posted, refusals, requests  # noqa: F401

pytestmark = pytest.mark.specs
pytest.importorskip("facebook_business.adobjects.iguserforigonlyapi", exc_type=ImportError)

KEY = "instagram-standalone"


@pytest.mark.parametrize(
    ("edge", "builder"), [("media", "create_media"), ("media_publish", "create_media_publish")]
)
def test_every_parameter_is_one_that_metas_sdk_knows(requests, edge, builder):  # noqa: F811
    from facebook_business.adobjects.iguserforigonlyapi import IGUserForIGOnlyAPI

    for sent in posted(requests, edge):
        assert refusals(getattr(IGUserForIGOnlyAPI("17841"), builder), sent) == []


def test_a_comment_is_one_that_metas_sdk_knows(requests):  # noqa: F811
    from facebook_business.adobjects.igmediaforigonlyapi import IGMediaForIGOnlyAPI

    for sent in posted(requests, "comments"):
        assert refusals(IGMediaForIGOnlyAPI("1").create_comment, sent) == []
