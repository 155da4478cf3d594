"""The page in a real browser: quiet, offline, and alive under pointer and keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gemel.report.contents import Contents
from gemel.report.page import write

Make = Callable[..., Contents]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, make: Make, tmp_path: Path) -> Iterator[Any]:
    """The page, opened; anything it complains of or asks for fails the test."""
    path = tmp_path / "report.html"
    write(path, make())
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: (
            asked.url.startswith(("data:", path.as_uri())) or complaints.append(asked.url)
        ),
    )
    opened.goto(path.as_uri())
    yield opened
    assert complaints == []
    context.close()


def test_pictures_are_decoded_and_charts_have_size(page: Any) -> None:
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    boxes = page.locator(".chart svg").evaluate_all("all => all.map(one => one.clientWidth)")
    assert len(boxes) == 7
    assert min(boxes) > 250


def test_pointing_at_a_chart_reads_its_values(page: Any) -> None:
    page.locator(".chart svg").nth(1).hover()

    assert "true accepts" in page.locator(".tip").inner_text()

    page.locator("h1").hover()
    assert page.locator(".tip").is_hidden()


def test_arrow_keys_read_a_chart(page: Any) -> None:
    page.locator(".chart svg").nth(4).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    assert page.locator(".tip").inner_text() == "epoch 2\n0.5"


def test_an_item_of_the_map_shows_itself_and_its_kin(page: Any) -> None:
    item = page.locator(".place").first
    item.focus()

    assert page.locator(".tip img").count() == 1
    assert item.get_attribute("data-name") in page.locator(".tip").inner_text()
    assert page.locator(".kin").count() == 14  # 0, 3, …, 39 have the label 0

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.classList.contains('place')")


def test_a_key_of_the_legend_singles_out_its_label(page: Any) -> None:
    page.locator(".legend button").nth(2).click()

    assert page.locator(".kin").count() == 13
    assert page.locator(".legend [aria-pressed=true]").inner_text() == "2"


def test_nothing_is_wider_than_a_phone(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_colours_follow_the_night(page: Any) -> None:
    by_day = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != by_day
