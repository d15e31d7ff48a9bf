// Tables that sort, and what can be copied.

/** The number a cell starts with, 163.02 of "163.02(3)"; NaN where it is none. */
function number(text) { return parseFloat(text.trim().replace(/^\u2212/, "-")); }

function sort(table, column, header) {
    const descending = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => row.cells[column]?.textContent ?? "")
        .map((text, place) => ({ text, value: number(text), row: body.rows[place] }));
    const numeric = header.classList.contains("number");
    // What is no number comes last either way.
    keyed.sort((a, b) => {
        if (numeric && (Number.isNaN(a.value) || Number.isNaN(b.value))) {
            return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
        }
        const order = numeric ? a.value - b.value : a.text.localeCompare(b.text, "en", { numeric: true });
        return descending ? -order : order;
    });
    body.append(...keyed.map((one) => one.row));
}

/** The text of a cell for LaTeX, or for Markdown, indices and charges included. */
function written(cell, escape, below, above) {
    return [...cell.childNodes].map((node) => {
        if (node.nodeType === Node.TEXT_NODE) return escape(node.textContent);
        if (node.tagName === "SUB") return below(escape(node.textContent));
        if (node.tagName === "SUP") return above(escape(node.textContent));
        return written(node, escape, below, above);
    }).join("").trim();
}

const formats = {
    TSV: (rows) => rows.map((row) => row.map((cell) => written(cell, (text) => text.replace(/\s+/g, " "),
        (text) => text, (text) => text)).join("\t")).join("\n") + "\n",
    Markdown: (rows, numeric) => {
        const lines = rows.map((row) => "| " + row.map((cell) => written(cell,
            (text) => text.replace(/[\\`*_{}[\]<>|#!~$]/g, "\\$&"), (text) => `<sub>${text}</sub>`,
            (text) => `<sup>${text}</sup>`)).join(" | ") + " |");
        lines.splice(1, 0, "|" + numeric.map((is) => is ? "---:|" : "---|").join(""));
        return lines.join("\n") + "\n";
    },
    LaTeX: (rows, numeric) => {
        const special = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
        const escape = (text) => text.replace(/[\\&%$#_{}~^]/g, (sign) => special[sign] ?? `\\${sign}`)
            .replace(/\u2013/g, "--").replace(/\u2212/g, "\\ensuremath{-}").replace(/\u03b8/g, "\\ensuremath{\\theta}")
            .replace(/\u00c5/g, "\\AA{}").replace(/\u00b0/g, "\\ensuremath{^\\circ}");
        const lines = rows.map((row, line) => row.map((cell, column) => {
            const text = written(cell, escape, (low) => `\\textsubscript{${low}}`, (up) => `\\textsuperscript{${up}}`);
            const isNumber = /^[+-]?\d[\d.]*(\(\d+\))?(e[+-]?\d+)?$/.test(text);
            return numeric[column] && (line === 0 || !isNumber) ? `{${text}}` : text;
        }).join(" & ") + " \\\\");
        const columns = numeric.map((is) => is ? "S" : "l").join("");
        return ["% needs \\usepackage{booktabs,siunitx}", `\\begin{tabular}{${columns}}`, "\\toprule", lines[0],
            "\\midrule", ...lines.slice(1), "\\bottomrule", "\\end{tabular}"].join("\n") + "\n";
    },
};

function textOf(table, format) {
    const rows = [...table.rows].map((row) => [...row.cells]);
    const numeric = rows[0].map((cell) => cell.classList.contains("number"));
    return formats[format](rows, numeric);
}

/** Puts `text` on the clipboard, by the old way where the browser refuses the new one. */
async function copy(text, status) {
    let done = false;
    try {
        await navigator.clipboard.writeText(text);
        done = true;
    } catch {
        const area = make("textarea", { "aria-hidden": "true", class: "unseen", tabindex: "-1" });
        area.value = text;
        document.body.append(area);
        const focused = document.activeElement;
        area.select();
        done = document.execCommand("copy");
        area.remove();
        focused?.focus();
    }
    status.textContent = done ? "Copied" : "The browser does not let the page copy";
    setTimeout(() => { status.textContent = ""; }, 3000);
}

function copyTools(label, texts) {
    const status = make("span", { class: "view", role: "status" });
    const buttons = Object.entries(texts).map(([name, text]) =>
        button(`Copy${name ? ` as ${name}` : ""}`, () => copy(text(), status), { "data-copies": name || "text" }));
    return make("div", { class: "tools", role: "group", "aria-label": label }, ...buttons, status);
}
