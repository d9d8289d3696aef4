"""The site's main pages in Chromium: they ask no other host, and an audit finds them accessible.

The audit is axe-core's, fetched once through npm; without npm or a network it is skipped.
"""

import shutil
import subprocess
import tarfile

import pytest

MAIN = (
    "index.html",
    "playground.html",
    "results.html",
    "notebooks/03_keeping_it_stable.html",
    "api/4_display.html",
)
SERIOUS = {"serious", "critical"}
EVERY_PAGE = pytest.mark.parametrize("name", MAIN)
AUDIT = "() => axe.run()"


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The text of axe.min.js."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("axe")
    if npm is None:
        pytest.skip("npm is not here, so axe-core cannot be fetched")
    command = [npm, "pack", "axe-core@4.10", "--fetch-timeout=30000", "--fetch-retries=1"]
    if subprocess.run(command, cwd=folder, capture_output=True).returncode:
        pytest.skip("npm could not fetch axe-core: is there a network?")
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        return package.extractfile("package/axe.min.js").read().decode()


@EVERY_PAGE
def test_a_page_asks_no_other_host(page, address, name):
    page.goto(f"{address}/{name}", wait_until="networkidle")
    assert [url for url in page.requested if not url.startswith((address, "data:"))] == []


@EVERY_PAGE
def test_the_audit_finds_nothing_serious(page, address, axe, name):
    page.goto(f"{address}/{name}", wait_until="networkidle")
    page.evaluate(axe)
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found += page.evaluate(AUDIT)["violations"]
    serious = [
        (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in SERIOUS
    ]
    assert serious == []


def test_search_finds_a_lesson(page, address):
    page.goto(f"{address}/search.html?q=spectral")
    page.locator("#search-results a", has_text="03 Keeping it stable").first.wait_for()
