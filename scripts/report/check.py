"""Opens reports in headless Chromium and uses them as a reader does: by mouse, by keyboard alone, without scripts, in the
dark, on paper. Any failed expectation ends it with a sentence.

    check.py FOLDER            FOLDER holds fit.html with fit.json (--curves), and other reports
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys

import browser

MOST_BYTES = 1_000_000
done = 0


def expect(holds, sentence):
    global done
    if not holds:
        raise SystemExit(f"FAILED: {sentence}")
    done += 1


def number(text):
    """The number that a read-out shows; None for a dash."""
    text = text.replace("\u2212", "-").split("\u00b1")[0].strip()
    return None if text == "\u2013" else float(text)


def close(shown, true):
    """Whether a read-out of six digits shows that number."""
    return shown is not None and abs(shown - true) <= 6e-6 * abs(true) + 1e-9


# ---- What every report must do

def loads_alone(page, path):
    expect(path.stat().st_size < MOST_BYTES, f"{path.name}: {path.stat().st_size} bytes, expected below {MOST_BYTES}")
    expect(page.complaints == [], f"{path.name}: the console says {page.complaints}")
    outside = [url for url in page.requests if url != path.resolve().as_uri()]
    expect(outside == [], f"{path.name}: asks for {outside}")
    plots = page.run("document.querySelectorAll('figure.plot').length")
    expect(plots > 0 and plots == page.run("document.querySelectorAll('.stage').length"),
           f"{path.name}: not every plot became interactive")


def is_accessible(page, path, axe, how):
    """axe-core finds nothing, and what it cannot decide is not the contrast of text on the page."""
    page.run(axe)
    found = page.run(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => "
        "v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))", wait=True)
    expect(found == [], f"{path.name}, {how}: axe finds {found}")


def works_without_scripts(page, path):
    page.open(path, scripts=False)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    document = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]

    def every(selector):
        return page.call("DOM.querySelectorAll", nodeId=document, selector=selector)["nodeIds"]

    expect(every("button") == [], f"{path.name}: without scripts there are buttons that do nothing")
    drawings = every("main > figure svg, section > figure svg, details[open] > figure svg")
    expect(drawings != [], f"{path.name}: without scripts there is no figure")
    for node in drawings:
        quad = page.call("DOM.getBoxModel", nodeId=node)["model"]
        expect(quad["width"] > 300 and quad["height"] > 100, f"{path.name}: without scripts a figure is not shown")
    expect(every("table tbody tr") != [], f"{path.name}: without scripts there are no tables")
    page.call("Emulation.setScriptExecutionDisabled", value=False)


def prints(page, path, folder):
    target = folder / f"{path.stem}.pdf"
    page.pdf(target)
    text = subprocess.run(["pdftotext", "-layout", target, "-"], capture_output=True, text=True, check=True).stdout
    title = page.run("document.querySelector('h1').textContent")
    flat = re.sub(r"\s+", " ", text)
    expect(title.split(":")[0] in flat, f"{path.name}: its print lacks the title {title}")
    for control in ("Zoom in", "Copy as TSV", "cross-hair"):
        expect(control not in flat, f"{path.name}: its print shows the control \"{control}\"")


def tables_sort_and_copy(page, path):
    """Sorts a numeric column both ways and copies the table in each form."""
    where = page.run(
        "(() => { const tables = [...document.querySelectorAll('table.sortable')].map((t, i) => [t, i])"
        ".filter(([t]) => t.tBodies[0].rows.length > 1 && t.checkVisibility());"
        "for (const [t, i] of tables) for (const h of t.tHead.rows[0].cells)"
        "if (h.classList.contains('number')) return [i, h.cellIndex]; })()")
    expect(where is not None, f"{path.name}: no table to sort")
    table, column = where
    page.run(f"(() => {{ const t = document.querySelectorAll('table.sortable')[{table}]; t.id = 'sorted';"
             f"t.tHead.rows[0].cells[{column}].querySelector('button').id = 'sorter';"
             "t.closest('.scroll').nextElementSibling.id = 'copies'; })()")
    for direction in ("ascending", "descending"):
        page.click("#sorter")
        expect(page.run("document.querySelector('#sorter').closest('th').getAttribute('aria-sort')") == direction,
               f"{path.name}: the sorted column does not say that it is {direction}")
        cells = page.run(f"[...document.querySelector('#sorted').tBodies[0].rows].map(r => r.cells[{column}].textContent)")
        values = [float(m.group()) for cell in cells
                  if (m := re.match(r"-?[\d.]+(e[+-]?\d+)?", cell.replace("\u2212", "-")))]
        expect(len(values) > 1 and values == sorted(values, reverse=direction == "descending"),
               f"{path.name}: {cells} is not {direction}")
    rows = page.run("[...document.querySelector('#sorted').rows].map(r => [...r.cells].map(c => c.textContent.trim()))")
    for form in ("TSV", "Markdown", "LaTeX"):
        page.click(f"#copies [data-copies={form}]")
        text = page.run("new Promise(d => setTimeout(d, 50)).then(() => navigator.clipboard.readText())", wait=True)
        if form == "TSV":
            copied = [[cell.strip() for cell in line.split("\t")] for line in text.rstrip("\n").split("\n")]
            expect(copied == rows, f"{path.name}: copied {copied[:2]}, the table reads {rows[:2]}")
        else:
            lines = text.strip().split("\n")
            body = lines[2:] if form == "Markdown" else lines[lines.index("\\midrule") + 1:lines.index("\\bottomrule")]
            expect(len(body) == len(rows) - 1, f"{path.name}: {form} has {len(body)} rows of {len(rows) - 1}")
            separator = " | " if form == "Markdown" else " & "
            expect(all(line.count(separator) == len(rows[0]) - 1 for line in body), f"{path.name}: {form}: {body[:2]}")


def every_column_sorts(page, path):
    """Every numeric column of every table, by the number that its cells start with; what is none comes last."""
    columns = page.run("""[...document.querySelectorAll('table.sortable th.number button')].map(b => {
        b.click();
        const header = b.closest('th');
        if (header.getAttribute('aria-sort') !== 'ascending') b.click();
        const rows = [...header.closest('table').tBodies[0].rows];
        return [header.textContent, rows.map(r => r.cells[header.cellIndex].textContent)];
    })""")
    for title, cells in columns:
        found = [re.match(r"[+-]?[\d.]+(e[+-]?\d+)?", cell.replace("\u2212", "-").strip()) for cell in cells]
        values = [float(one.group()) if one else float("inf") for one in found]
        expect(values == sorted(values), f"{path.name}: the column {title} is sorted as {cells}")


def plot_zooms(page, path, plot):
    """Zooms plot number `plot` by dragging and by wheel, and shows all again: the drawing is then what it was."""
    mark = f"[data-tested=\"{plot}\"]"
    page.run(f"document.querySelectorAll('figure.plot')[{plot}].dataset.tested = {plot}")
    drawing = f"document.querySelector('{mark} svg').cloneNode(true)"
    plain = f"(() => {{ const s = {drawing}; s.querySelector('.overlay').remove(); return s.innerHTML; }})()"
    view = f"document.querySelector('{mark} .view').textContent"
    before = page.run(plain)
    left, top, width, height = page.box(f"{mark} svg")
    page.drag((left + 0.45 * width, top + 0.4 * height), (left + 0.65 * width, top + 0.5 * height))
    expect(page.run(view) != "", f"{path.name}: dragging over plot {plot} does not zoom")
    low, high = (float(part.replace("\u2212", "-")) for part in re.findall(r"[\u2212-]?[\d.]+", page.run(view))[:2])
    marks = page.run(f"[...document.querySelectorAll('{mark} [data-panel] text')].map(t => t.textContent)")
    inside = [value for value in (float(text.replace("\u2212", "-")) for text in marks) if low <= value <= high]
    expect(len(inside) >= 2, f"{path.name}: the axis of the zoomed plot {plot} shows {marks} for {low} to {high}")
    expect(page.run(plain) != before and "NaN" not in page.run(plain), f"{path.name}: plot {plot} zooms into nothing")
    page.click(f"{mark} [data-action=reset]")
    expect(page.run(view) == "" and page.run(plain) == before, f"{path.name}: plot {plot} is not shown whole again")
    left, top, width, height = page.box(f"{mark} svg")
    page.mouse("mouseWheel", left + width / 2, top + height / 2, deltaX=0, deltaY=-100, modifiers=2)
    expect(page.run(view) != "", f"{path.name}: Ctrl and wheel do not zoom plot {plot}")
    page.run(f"document.querySelector('{mark} .stage').dispatchEvent(new MouseEvent('dblclick'))")
    expect(page.run(plain) == before, f"{path.name}: a double click on plot {plot} does not show all")


def curves_toggle(page, path, plot):
    mark = f"[data-tested=\"{plot}\"]"
    names = page.run(f"[...document.querySelectorAll('{mark} [data-toggles]')].map(b => b.dataset.toggles)")
    expect(len(names) > 0, f"{path.name}: plot {plot} has no curve to hide")
    for name in names:
        shown = (f"[...document.querySelectorAll('{mark} [data-curve=\"{name}\"]')]"
                 ".map(g => getComputedStyle(g).display !== 'none')")
        expect(all(page.run(shown)), f"{path.name}: {name} is hidden from the start")
        for state in ("false", "true"):
            page.click(f"{mark} [data-toggles=\"{name}\"]")
            pressed = page.run(f"document.querySelector('{mark} [data-toggles=\"{name}\"]').getAttribute('aria-pressed')")
            expect(pressed == state, f"{path.name}: the button of {name} says aria-pressed={pressed}")
            expect(set(page.run(shown)) == {state == "true"}, f"{path.name}: {name} is not {state}")


# ---- What the report of a fit must say

def reads_as_the_document(page, path, document):
    """The read-out under the pointer against the JSON of the same fit."""
    curves, mark = document["curves"], "[data-tested=\"0\"]"
    energies = curves["binding_energy_eV"]
    box = page.run(f"JSON.parse(document.querySelector('{mark} script').textContent).panels[0]")
    left, top, width, height = page.box(f"{mark} svg")
    paper = [float(part) for part in page.run(f"document.querySelector('{mark} svg').getAttribute('viewBox')").split()]
    columns = [("data", curves["counts"]), ("envelope", curves["envelope"]), ("background", curves["background"])]
    columns += [(f"c{index}", values) for index, values in enumerate(curves["components"].values())]
    columns.append(("residuals", [r / s for r, s in zip(curves["residual"], curves["standard_deviation"])]))
    for index in (3, len(energies) // 3, len(energies) // 2, len(energies) - 5):
        share = (energies[index] - box["x"][0]) / (box["x"][1] - box["x"][0])
        share = 1 - share if box["reversed"] else share
        x = (box["box"][0] + share * (box["box"][2] - box["box"][0])) / paper[2] * width + left
        page.mouse("mouseMoved", x, top + 0.4 * height)

        def shown(name):
            return number(page.run(f"document.querySelector('{mark} [data-value-of=\"{name}\"]').textContent"))
        expect(close(shown("x"), energies[index]), f"the cross-hair stands at {shown('x')} eV, expected {energies[index]}")
        for name, values in columns:
            expect(close(shown(name), values[index]) or abs(values[index]) < 1e-4,
                   f"{name} at {energies[index]} eV reads {shown(name)}, the document has {values[index]}")


def works_by_keyboard(page, path):
    """Tab reaches everything, the focus can be seen everywhere, and keys do what the mouse does."""
    page.open(path)
    seen = []
    for _ in range(400):
        page.key("Tab")
        stop = page.run(
            "(() => { const e = document.activeElement; if (!e || e === document.body) return null;"
            "const s = getComputedStyle(e); return [e.className + '|' + (e.dataset.toggles ?? e.dataset.action ??"
            "e.dataset.copies ?? ''), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1,"
            "e.getAttribute('aria-label') ?? e.textContent.trim()]; })()")
        if stop is None:
            break
        expect(stop[1], f"{path.name}: the focus on {stop[0]} {stop[2][:40]} cannot be seen")
        expect(stop[2] != "", f"{path.name}: {stop[0]} has no name")
        seen.append(stop[0])
        if stop[0].startswith("stage") and "stage|" not in seen[:-1]:
            use_plot_by_keyboard(page, path)
        if stop[0] == "|c0" and seen.count("|c0") == 1:
            pressed = "document.activeElement.getAttribute('aria-pressed')"
            for state in ("false", "true"):
                page.key(" ")
                expect(page.run(pressed) == state, f"{path.name}: the space bar does not work a toggle")
        if stop[0].startswith("sorter") and seen.count(stop[0]) == 1:
            page.key("Enter")
            expect(page.run("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending",
                   f"{path.name}: Enter does not sort")
    buttons = page.run("[...document.querySelectorAll('button')].filter(b => b.checkVisibility()).length")
    reached = sum(1 for name in seen if name.startswith("|") or name.startswith("sorter"))
    expect(reached >= buttons, f"{path.name}: {buttons} buttons, {reached} reached by keyboard")


def use_plot_by_keyboard(page, path):
    value = "document.querySelector('[data-value-of=x]').textContent"
    view = "document.querySelector('figure.plot .view').textContent"
    page.key("ArrowRight")
    first = number(page.run(value))
    page.key("ArrowRight")
    second = number(page.run(value))
    expect(second < first, f"{path.name}: binding energies fall to the right, the cross-hair went {first} to {second}")
    page.key("ArrowLeft", shift=True)
    expect(number(page.run(value)) > first, f"{path.name}: Shift and the left arrow do not go back ten points")
    page.key("+")
    zoomed = page.run(view)
    expect(zoomed != "", f"{path.name}: + does not zoom")
    page.key("PageDown")
    expect(page.run(view) != zoomed, f"{path.name}: Page Down does not move the view")
    page.key("0")
    expect(page.run(view) == "", f"{path.name}: 0 does not show all")


def main(folder):
    # The package carries axe-core; its own code, which is for another browser driver, is not loaded.
    package = importlib.util.find_spec("axe_playwright_python")
    axe = pathlib.Path(package.submodule_search_locations[0], "axe.min.js").read_text()
    page = browser.Browser(browser.program())
    try:
        for path in sorted(folder.glob("*.html")):
            page.media("light")
            page.open(path)
            page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            loads_alone(page, path)
            page.screenshot(folder / f"{path.stem}-light.png")
            plots = page.run("document.querySelectorAll('figure.plot').length")
            for plot in range(min(plots, 3)):
                plot_zooms(page, path, plot)
                curves_toggle(page, path, plot)
            if path.stem == "fit":
                reads_as_the_document(page, path, json.loads((folder / "fit.json").read_text()))
            tables_sort_and_copy(page, path)
            every_column_sorts(page, path)
            is_accessible(page, path, axe, "light")
            prints(page, path, folder)
            page.media("dark")
            page.screenshot(folder / f"{path.stem}-dark.png")
            is_accessible(page, path, axe, "dark")
            expect(page.complaints == [], f"{path.name}: the console says {page.complaints}")
            if path.stem == "fit":
                page.media("light")
                works_by_keyboard(page, path)
            works_without_scripts(page, path)
            print(f"{path.name}: {path.stat().st_size // 1000} kB, {plots} plots", flush=True)
    finally:
        page.close()
    print(f"Reports work in Chromium: {done} expectations held.")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
