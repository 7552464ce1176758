"""The page in headless Chromium: upload, translate, hover, draw, bad upload; no request leaves it."""

from __future__ import annotations

import numpy as np
import pytest
from app_client import running

from matebit.app.limits import Limits
from matebit.app.serve import make_app
from matebit.io.images import write_png
from matebit.translate.gallery import bundled

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "me.png"
    write_png(path, bundled("sitter-3").draw(160)[:120])
    return path


@pytest.fixture(scope="module")
def address(translator):
    with running(make_app(translator, Limits())) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light-desktop", "dark-phone"])
def page(request, chromium, address):
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme)
    opened = context.new_page()
    asked, complaints = [], []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(address)
    opened.wait_for_selector("body[data-ready]")
    yield opened
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    # Chromium itself reports every refused upload.
    assert [text for text in complaints if "status of 400" not in text] == []
    context.close()


def told(page, words):
    # By a selector: the page's policy forbids what Playwright's functions of text would need.
    page.locator("#status", has_text=words).wait_for(timeout=120_000)


def until(page, holds):
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail("it did not come to hold within a minute")


def canvas(page, name):
    return page.evaluate("(name) => document.getElementById(name).toDataURL()", name)


def test_upload_translate_hover_download(page, photo):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    told(page, "Choose a picture and an exemplar")
    page.locator("#photo").set_input_files(photo)
    told(page, "Choose an exemplar")
    page.locator("#exemplars button").nth(1).click()
    told(page, "Done.")
    first, source = canvas(page, "result"), canvas(page, "source")
    box = page.locator("#result").bounding_box()
    assert abs(box["width"] / box["height"] - 160 / 120) < 0.02
    page.locator("#result").scroll_into_view_if_needed()
    box = page.locator("#result").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    assert page.locator("#match-text").inner_text().startswith("This part came from the place marked")
    assert canvas(page, "result") != first
    assert canvas(page, "source") != source
    page.mouse.move(0, 0)
    page.locator("#result").focus()
    for key in ("ArrowUp",) * 20 + ("ArrowLeft",):  # it stays within the picture
        page.keyboard.press(key)
    assert "% sure" in page.locator("#match-text").inner_text()
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename == "matebit.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    lines = canvas(page, "result")
    page.locator("#see-lines").check()
    assert canvas(page, "result") != lines
    # Another exemplar, another picture.
    page.locator("#see-lines").uncheck()
    page.locator("#exemplars button").nth(4).focus()
    page.keyboard.press("Enter")
    until(page, lambda: canvas(page, "source") != source)
    told(page, "Done.")
    assert page.locator("#exemplars [aria-pressed=true]").count() == 1


def test_a_bad_upload_is_explained_and_the_next_one_works(page, photo, tmp_path):
    page.locator("#exemplars button").first.click()
    (tmp_path / "holiday.png").write_text("this is no picture")
    page.locator("#photo").set_input_files(tmp_path / "holiday.png")
    told(page, "cannot be read as an image")
    assert "bad" in page.locator("#status").get_attribute("class")
    assert page.locator("#download").get_attribute("aria-disabled") == "true"
    page.locator("#photo").set_input_files(photo)
    told(page, "Done.")
    assert "bad" not in (page.locator("#status").get_attribute("class") or "")


def test_drawing_and_sitters_by_tabs(page):
    page.locator("#exemplars button").first.click()
    page.locator("#tab-photo").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-drawing").get_attribute("aria-selected") == "true"
    page.locator("#paper").scroll_into_view_if_needed()
    box = page.locator("#paper").bounding_box()
    middle = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(*(middle + 40), steps=4)
    page.mouse.up()
    told(page, "Done.")
    drawn = canvas(page, "result")
    page.locator("#clear").click()
    told(page, "Draw a face")
    page.locator("#tab-sitters").click()
    page.locator("#sitters button").nth(2).click()
    told(page, "Done.")
    assert canvas(page, "result") != drawn
    whole = "[...document.querySelectorAll('#sitters img')].every((image) => image.naturalWidth > 0)"
    until(page, lambda: page.evaluate(whole))


def test_an_exemplar_of_ones_own(page, photo):
    page.locator("#tab-sitters").click()
    page.locator("#sitters button").first.click()
    page.locator("#own").set_input_files(photo)
    told(page, "Done.")
    assert page.locator("#exemplars [aria-pressed=true]").count() == 0


def test_several_exemplars_side_by_side_and_back_in_the_sitting(page):
    page.locator("#tab-sitters").click()
    page.locator("#sitters button").first.click()
    page.locator("#several").check()
    for place in (0, 2):
        page.locator("#exemplars button").nth(place).click()
    told(page, "Done.")
    until(page, lambda: page.locator("#strip button").count() == 2)
    assert page.locator("#exemplars [aria-pressed=true]").count() == 2
    last = canvas(page, "source")
    page.locator("#strip button").nth(1).click()
    until(page, lambda: canvas(page, "source") != last)
    page.locator("#side-by-side").check()
    assert page.locator("#beside figure").count() == 2
    assert "sitter 1, like " in page.locator("#beside figcaption").first.inner_text()
    page.locator("#beside button").first.click()
    assert page.locator("#beside figure, #strip button").count() >= 1
