"""A real browser for the tests here: Debian's Chromium, or whatever Playwright finds."""

import functools
import http.server
import os
import shutil
import threading

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without one the tests are skipped, and say what to install."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = next(filter(None, map(shutil.which, NAMES)), None)  # None: Playwright's own, if any
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as tools:
        try:
            chromium = tools.chromium.launch(
                executable_path=path, args=["--no-sandbox"] if is_root else []
            )
        except playwright.Error as error:
            pytest.skip(
                f"no Chromium here (apt-get install chromium): {str(error).splitlines()[0]}"
            )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of its own, with nothing kept from others. Errors of its scripts fail the test."""
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    page = context.new_page()
    errors, page.requested = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: page.requested.append(request.url))
    yield page
    context.close()
    assert errors == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served: http://127.0.0.1:PORT."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
