// What the page does once it is there.

document.querySelectorAll("figure.plot").forEach((figure, number) => {
    if (figure.querySelector("script")) new Plot(figure, number);
});
for (const table of document.querySelectorAll("table")) {
    const name = table.caption?.textContent ?? "table";
    for (const [column, header] of table.classList.contains("sortable") ? [...table.tHead.rows[0].cells].entries() : []) {
        const sorter = button("", () => sort(table, column, header), { class: "sorter" });
        sorter.append(...header.childNodes);
        header.append(sorter);
    }
    const texts = Object.fromEntries(Object.keys(formats).map((format) => [format, () => textOf(table, format)]));
    (table.closest(".scroll") ?? table).after(copyTools(`Copy: ${name}`, texts));
}
for (const block of document.querySelectorAll("pre")) {
    const name = block.getAttribute("aria-label") ?? "text";
    block.after(copyTools(`Copy: ${name}`, { "": () => block.textContent }));
}
