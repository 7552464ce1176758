"""The page in headless Chromium: sorting, browsing, the viewer; no request leaves it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light-desktop", "dark-phone"])
def page(request, chromium, report):
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened = context.new_page()
    asked, complaints = [], []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    address = (report.layout.reports / "index.html").as_uri()
    opened.goto(address)
    opened.wait_for_selector("#strip li")
    yield opened
    assert [url for url in asked if url != address and not url.startswith("data:")] == []
    assert complaints == []
    context.close()


def _column(page, index):
    return page.locator(f"#comparison tbody tr > :nth-child({index + 1})").all_inner_texts()


def test_tables_sort(page):
    heads = page.locator("#comparison thead th button")
    titles = [text.rstrip("↑↓").strip() for text in heads.all_inner_texts()]
    mae = titles.index("MAE")
    first = _column(page, 0)
    heads.nth(mae).click()
    assert page.locator("#comparison thead th").nth(mae).get_attribute("aria-sort") == "ascending"
    assert _column(page, 0)[0] == "Ground truth"
    assert _column(page, 0)[-1] == "Equal position", "what was not measured stays below"
    heads.nth(mae).press("Enter")
    assert page.locator("#comparison thead th").nth(mae).get_attribute("aria-sort") == "descending"
    assert _column(page, 0)[-2] == "Ground truth"
    ssim = titles.index("SSIM")
    heads.nth(ssim).click()
    assert page.locator("#comparison thead th").nth(ssim).get_attribute("aria-sort") == "descending"
    assert sorted(first) == sorted(_column(page, 0))


def test_the_page_does_not_scroll_sideways(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_browsing_by_mouse_and_keys(page):
    options = page.locator("#strip li")
    assert options.count() == 6
    values = [float(text.split()[-1]) for text in page.locator("#strip .value").all_inner_texts()]
    assert values == sorted(values, reverse=True), "the worst LPIPS first"
    page.locator("input[value=best]").check(force=True)
    values = [float(text.split()[-1]) for text in page.locator("#strip .value").all_inner_texts()]
    assert values == sorted(values)
    page.locator("#pick-metric").select_option("ssim")
    page.locator("#pick-method").select_option("vanilla")
    assert "SSIM" in page.locator("#strip .value").first.inner_text()
    page.locator("input[value=all]").check(force=True)
    assert page.locator("#strip .name").all_inner_texts() == [f"test{k}" for k in range(6)]
    options.nth(0).click()
    assert page.locator("#detail h3").inner_text() == "test0 wearing train1"
    page.locator("#strip").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#detail h3").inner_text().startswith("test1 ")
    page.keyboard.press("End")
    assert page.locator("#detail h3").inner_text().startswith("test5 ")
    assert options.nth(5).get_attribute("aria-selected") == "true"
    captions = page.locator("#detail figcaption").all_inner_texts()
    assert captions[:2] == ["Condition", "Exemplar"]
    assert {"matebit", "vanilla", "Ground truth"} <= set(captions)
    assert page.evaluate(
        "[...document.querySelectorAll('#detail img')].every((image) => image.naturalWidth > 0)"
    )


def test_the_viewer_shows_the_match(page):
    page.locator("input[value=all]").check(force=True)
    page.locator("#strip li").nth(2).click()
    canvas = page.locator("#query")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.6)
    text = page.locator("#match-text")
    assert text.inner_text().startswith("Cell (3, 5) matches")
    before = page.evaluate("document.getElementById('match').toDataURL()")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert text.inner_text().startswith("Cell (4, 4) matches")
    assert page.evaluate("document.getElementById('match').toDataURL()") != before
    page.locator("#view-block").select_option("0")
    first = text.inner_text()
    page.locator("#view-method").select_option("vanilla")
    assert text.inner_text() != first
    page.locator("#view-confidence").check()
    assert "confidence" in text.inner_text()
