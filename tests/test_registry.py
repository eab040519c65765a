"""The registry: every platform under its own key, and none loaded before it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.providers import PROVIDERS
from chalicelib.providers.__main__ import put, table


@pytest.mark.parametrize("key", list(PROVIDERS))
def test_a_platform_is_found_under_its_own_key(key: str) -> None:
    assert PROVIDERS[key].key == key


def test_keys_are_sorted_and_unique() -> None:
    assert list(PROVIDERS) == sorted(set(PROVIDERS))


def test_the_lambda_of_one_platform_loads_no_other() -> None:
    code = (
        "import os, sys; os.environ.update(STAGE='local', PLATFORMS='mastodon,x,youtube', "
        "AWS_LAMBDA_FUNCTION_NAME='lamppost-local-publish_x'); import chalicelib.workers as w; "
        "assert hasattr(w, 'publish_x') and not hasattr(w, 'publish_mastodon'); "
        "print(','.join(sorted(m for m in sys.modules if m.startswith('chalicelib.providers.'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "chalicelib.providers.x" in done.stdout
    assert "youtube" not in done.stdout
    assert "app" not in done.stdout


def test_the_readmes_table_is_the_registrys_own(root: Path) -> None:
    assert table() in (root / "README.md").read_text(), "run: make generate"


def test_a_new_platform_comes_into_the_table_and_leaves_the_page_around_it_alone() -> None:
    page = "# Lamppost\n\n| key | title |\n|---|---|\n| `x` | X |\n\nAfter it.\n"
    assert put(page) == f"# Lamppost\n\n{table()}\n\nAfter it.\n"


@pytest.mark.parametrize("key", list(PROVIDERS))
def test_a_platform_has_its_page_with_callback_and_secrets(root: Path, key: str) -> None:
    page = (root / "docs" / "platforms" / f"{key}.md").read_text()
    assert f"/integration/social/{key}/callback" in page or key in {"bluesky", "linkedin-page"}
    assert all(name in page for name in PROVIDERS[key].secrets)
