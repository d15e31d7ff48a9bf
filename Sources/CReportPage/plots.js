// Plots that zoom, say their values, and hide curves.

class Plot {
    constructor(figure, number) {
        this.svg = figure.querySelector("svg");
        this.data = JSON.parse(figure.querySelector("script").textContent);
        this.xs = this.data.x.values;
        this.drawn = this.svg.innerHTML;
        [this.low, this.high] = this.data.panels[0].x;
        this.hidden = new Set();
        this.index = null;
        this.build(figure, number);
    }

    // The controls around the drawing.
    build(figure, number) {
        const help = make("p", { class: "help", id: `plot-help-${number}` },
            "Drag to zoom in, double-click to see all; Ctrl and wheel zoom at the pointer. Keyboard: arrows move the "
            + "cross-hair (with Shift ten points), + and \u2212 zoom, Page Up and Page Down move the view, 0 shows all.");
        this.stage = make("div", {
            class: "stage", tabindex: "0", role: "application", "aria-roledescription": "interactive plot",
            "aria-label": this.svg.getAttribute("aria-label") ?? "plot", "aria-describedby": help.id,
        });
        this.svg.before(this.stage);
        this.stage.append(this.svg);
        this.overlay = draw("g", { class: "overlay", "aria-hidden": "true" });
        this.svg.append(this.overlay);

        const bar = make("div", { class: "tools", role: "group", "aria-label": "View of the plot" },
            button("Zoom in", () => this.zoom(0.5), { "data-action": "in" }),
            button("Zoom out", () => this.zoom(2), { "data-action": "out" }),
            button("Show all", () => this.reset(), { "data-action": "reset" }));
        this.view = make("span", { class: "view", role: "status" });
        bar.append(this.view);
        const toggles = make("div", { class: "tools toggles", role: "group", "aria-label": "Curves shown" });
        for (const curve of this.data.curves.filter((one) => one.toggles)) {
            const label = make("span");
            label.innerHTML = curve.label;
            const toggle = button("", () => this.toggle(curve.id, toggle), {
                "aria-pressed": "true", "data-toggles": curve.id,
            });
            toggle.append(make("span", { class: `swatch ${curve.swatch}` }), label);
            toggles.append(toggle);
        }
        this.readout = make("output", { class: "readout", "aria-label": "Values at the cross-hair" });
        this.cells = new Map();
        const cell = (id, label, unit) => {
            const name = make("span", { class: "name" });
            name.innerHTML = label;
            const value = make("span", { class: "value", "data-value-of": id }, "\u2013");
            this.cells.set(id, value);
            const suffix = unit ? ` ${unit}` : "";
            this.readout.append(make("span", { class: "item" }, name, " ", value, suffix));
        };
        cell("x", this.data.x.label, this.data.x.unit);
        for (const curve of this.data.curves) cell(curve.id, curve.label, curve.kind === "marks" ? "" : curve.unit);
        this.stage.after(this.readout, toggles, bar, help);
        this.listen();
    }

    listen() {
        const stage = this.stage;
        stage.addEventListener("keydown", (event) => this.key(event));
        stage.addEventListener("wheel", (event) => {
            if (!event.ctrlKey && document.activeElement !== stage) return;
            event.preventDefault();
            this.zoom(2 ** (Math.sign(event.deltaY) / 2), this.valueAt(event));
        }, { passive: false });
        stage.addEventListener("pointerdown", (event) => {
            if (event.button !== 0 || event.pointerType === "touch") return;
            this.start = this.valueAt(event);
            stage.setPointerCapture(event.pointerId);
        });
        stage.addEventListener("pointermove", (event) => {
            const value = this.valueAt(event);
            this.readout.setAttribute("aria-live", "off");
            this.show(this.nearest(value));
            if (this.start !== undefined) this.select(this.start, value);
        });
        stage.addEventListener("pointerup", (event) => {
            const [from, to] = [this.start, this.valueAt(event)];
            this.start = undefined;
            this.overlay.querySelector(".selection")?.remove();
            if (from !== undefined && Math.abs(to - from) > 0.01 * (this.high - this.low)) {
                this.look(Math.min(from, to), Math.max(from, to));
            }
        });
        stage.addEventListener("pointercancel", () => {
            this.start = undefined;
            this.overlay.querySelector(".selection")?.remove();
        });
        stage.addEventListener("dblclick", () => this.reset());
    }

    key(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const towardsRight = this.data.panels[0].reversed ? -1 : 1;
        const step = (event.shiftKey ? 10 : 1) * towardsRight;
        const page = 0.5 * (this.high - this.low);
        const actions = {
            ArrowRight: () => this.move(step), ArrowLeft: () => this.move(-step),
            "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), "0": () => this.reset(),
            Escape: () => this.reset(),
            PageDown: () => this.look(this.low + towardsRight * page, this.high + towardsRight * page),
            PageUp: () => this.look(this.low - towardsRight * page, this.high - towardsRight * page),
        };
        const action = actions[event.key];
        if (!action) return;
        event.preventDefault();
        this.readout.setAttribute("aria-live", "polite");
        action();
    }

    // ---- Between values and places

    /** The horizontal value under the pointer, kept within the view. */
    valueAt(event) {
        const matrix = this.svg.getScreenCTM();
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
        const [left, , right] = this.data.panels[0].box;
        const share = Math.min(Math.max((at.x - left) / (right - left), 0), 1);
        return this.low + (this.data.panels[0].reversed ? 1 - share : share) * (this.high - this.low);
    }

    x(panel, value) {
        const [left, , right] = panel.box;
        const share = (value - this.low) / (this.high - this.low);
        return left + (panel.reversed ? 1 - share : share) * (right - left);
    }

    y(panel, value) {
        const [low, high] = panel.now ?? panel.y;
        return panel.box[3] - (value - low) / (high - low) * (panel.box[3] - panel.box[1]);
    }

    /** The point of the data next to `value` that is in view. */
    nearest(value) {
        let best = null;
        this.xs.forEach((x, index) => {
            if (x === null || x < this.low || x > this.high) return;
            if (best === null || Math.abs(x - value) < Math.abs(this.xs[best] - value)) best = index;
        });
        return best;
    }

    // ---- The cross-hair

    move(step) {
        const start = this.index ?? this.nearest((this.low + this.high) / 2);
        if (start === null) return;
        const index = Math.min(Math.max(start + (this.index === null ? 0 : step), 0), this.xs.length - 1);
        if (this.xs[index] >= this.low && this.xs[index] <= this.high) this.show(index);
    }

    show(index) {
        this.index = index;
        this.overlay.querySelector(".crosshair")?.remove();
        for (const value of this.cells.values()) value.textContent = "\u2013";
        if (index === null) return;
        const at = this.xs[index];
        const group = draw("g", { class: "crosshair" });
        for (const panel of this.data.panels) {
            const x = this.x(panel, at);
            group.append(draw("line", { x1: x, x2: x, y1: panel.box[1], y2: panel.box[3] }));
        }
        this.cells.get("x").textContent = shown(at);
        for (const curve of this.data.curves) {
            this.cells.get(curve.id).textContent = this.reading(curve, index, at);
            if (curve.kind !== "points" && curve.kind !== "bars" || this.hidden.has(curve.id)) continue;
            const panel = this.data.panels[curve.panel];
            const y = this.y(panel, curve.values[index]);
            if (y >= panel.box[1] && y <= panel.box[3]) {
                group.append(draw("circle", { cx: this.x(panel, at), cy: y, r: 0.9 }));
            }
        }
        this.overlay.append(group);
    }

    /** What the read-out says of a curve. */
    reading(curve, index, at) {
        if (curve.kind !== "marks") {
            const u = curve.u?.[index];
            return shown(curve.values[index]) + (u ? ` \u00b1 ${shown(u)}` : "");
        }
        // The nearest line, where it is within a hundredth of the view.
        let best = null;
        curve.values.forEach((value, line) => {
            if (best === null || Math.abs(value - at) < Math.abs(curve.values[best] - at)) best = line;
        });
        if (best === null || Math.abs(curve.values[best] - at) > 0.01 * (this.high - this.low)) return "\u2013";
        return `${curve.names?.[best] ?? ""} ${shown(curve.values[best])}`.trim();
    }

    select(from, to) {
        this.overlay.querySelector(".selection")?.remove();
        const panel = this.data.panels[0];
        const [a, b] = [this.x(panel, from), this.x(panel, to)];
        this.overlay.append(draw("rect", {
            class: "selection", x: Math.min(a, b), width: Math.abs(a - b), y: panel.box[1],
            height: panel.box[3] - panel.box[1],
        }));
    }

    // ---- The view

    toggle(id, button) {
        const shows = this.hidden.has(id);
        if (shows) this.hidden.delete(id); else this.hidden.add(id);
        button.setAttribute("aria-pressed", String(shows));
        if (this.isZoomed) this.redraw(); else this.hide();
    }

    /** Zooms by `factor` (below 1: in) at `centre`, the cross-hair or the middle. */
    zoom(factor, centre) {
        const at = centre ?? (this.index === null ? (this.low + this.high) / 2 : this.xs[this.index]);
        this.look(at - (at - this.low) * factor, at + (this.high - at) * factor);
    }

    reset() { this.look(...this.data.panels[0].x); }

    get isZoomed() {
        const [low, high] = this.data.panels[0].x;
        return this.low !== low || this.high !== high;
    }

    /** Shows the data from `low` to `high`, kept within what there is and not narrower than a few points of many. */
    look(low, high) {
        const [first, last] = this.data.panels[0].x;
        const least = (last - first) * Math.min(4 / Math.max(this.xs.length - 1, 1), 0.05);
        const width = Math.min(Math.max(high - low, least), last - first);
        const start = Math.min(Math.max((low + high - width) / 2, first), last - width);
        [this.low, this.high] = width >= last - first ? [first, last] : [start, start + width];
        this.redraw();
    }

    redraw() {
        this.overlay.remove();
        this.svg.innerHTML = this.drawn;
        for (const panel of this.data.panels) panel.now = panel.y;
        if (this.isZoomed) {
            for (const [number, panel] of this.data.panels.entries()) {
                if (panel.scales) panel.now = this.span(panel, number);
                this.drawAxes(panel, number);
            }
            for (const curve of this.data.curves) this.drawCurve(curve);
            for (const label of this.svg.querySelectorAll(".labels")) label.remove();
        }
        this.svg.append(this.overlay);
        this.hide();
        const [low, high] = [this.low, this.high].map((value) => shown(Number(value.toPrecision(5))));
        this.view.textContent = this.isZoomed ? `${low} to ${high} ${this.data.x.unit}` : "";
        const inside = this.index !== null && this.xs[this.index] >= this.low && this.xs[this.index] <= this.high;
        this.show(inside ? this.index : null);
    }

    hide() {
        for (const element of this.svg.querySelectorAll("[data-curve]")) {
            element.classList.toggle("hidden", this.hidden.has(element.dataset.curve));
        }
    }

    /** The vertical range of what is in view. */
    span(panel, number) {
        let [least, most] = [Infinity, -Infinity];
        for (const curve of this.data.curves) {
            if (curve.panel !== number || curve.kind === "marks" || this.hidden.has(curve.id)) continue;
            for (const [, y, u] of this.points(curve)) {
                least = Math.min(least, y - u);
                most = Math.max(most, y + u);
            }
        }
        if (!(least <= most)) return panel.y;
        const room = most - least || Math.abs(most) || 1;
        const low = least >= 0 && least < 0.25 * room ? 0 : least - 0.05 * room;
        return [low, most + 0.06 * room];
    }

    /** The points of a curve in view, [x, y, uncertainty], cut at the ends of the view. */
    points(curve) {
        const base = curve.base ? this.data.curves.find((one) => one.id === curve.base).values : null;
        const height = (index) => {
            const value = curve.values[index];
            return value === null ? null : value + (base ? base[index] : 0);
        };
        const found = [];
        const isLine = curve.kind === "line" || curve.kind === "area";
        for (let index = 0; index < this.xs.length; index++) {
            const [x, y] = [this.xs[index], height(index)];
            if (x === null || y === null) continue;
            const before = index > 0 ? [this.xs[index - 1], height(index - 1)] : null;
            const cuts = isLine && before && before[1] !== null
                ? [this.low, this.high].filter((edge) => (before[0] - edge) * (x - edge) < 0) : [];
            for (const edge of cuts) {
                const share = (edge - before[0]) / (x - before[0]);
                found.push([edge, before[1] + share * (y - before[1]), 0]);
            }
            if (x >= this.low && x <= this.high) found.push([x, y, curve.u?.[index] ?? 0]);
        }
        return found;
    }

    // ---- Drawing anew

    drawCurve(curve) {
        const panel = this.data.panels[curve.panel];
        const group = this.svg.querySelector(`[data-curve="${curve.id}"]`);
        if (!group) return;
        const place = ([x, y]) => `${this.x(panel, x).toFixed(3)} ${this.y(panel, y).toFixed(3)}`;
        const path = (points) => points.length ? "M" + points.map(place).join("L") : "";
        const lines = [...group.children].filter((child) => child.tagName === "path");
        if (curve.kind === "marks") {
            const [top, bottom] = curve.at;
            const inView = curve.values.filter((value) => value >= this.low && value <= this.high);
            const d = inView.map((value) => {
                const x = this.x(panel, value).toFixed(3);
                return `M${x} ${top}L${x} ${bottom}`;
            }).join("");
            lines[0]?.setAttribute("d", d);
            return;
        }
        let points = this.points(curve);
        if (curve.kind === "points" && !panel.scales) {
            const [low, high] = panel.y;
            points = points.map(([x, y, u]) => [x, Math.min(Math.max(y, low), high), u]);
        }
        if (curve.kind === "area") {
            const background = { ...this.data.curves.find((one) => one.id === curve.base), kind: "line" };
            const base = this.points(background).reverse();
            for (const line of lines) {
                const filled = line.getAttribute("fill") !== "none";
                line.setAttribute("d", filled ? path([...points, ...base]) + "Z" : path(points));
            }
            return;
        }
        if (curve.kind === "bars") {
            const [joined, bars] = lines.length > 1 ? lines : [lines[0], null];
            joined?.setAttribute("d", path(this.points({ ...curve, kind: "line" })));
            bars?.setAttribute("d", points.filter(([, , u]) => u > 0)
                .map(([x, y, u]) => `M${place([x, y - u])}L${place([x, y + u])}`).join(""));
        } else {
            lines[0]?.setAttribute("d", path(points));
        }
        const dots = [...group.children].find((child) => child.tagName === "g");
        const radius = dots?.querySelector("circle")?.getAttribute("r");
        dots?.replaceChildren(...points.map(([x, y]) => draw("circle", {
            cx: this.x(panel, x).toFixed(3), cy: this.y(panel, y).toFixed(3), r: radius,
        })));
    }

    drawAxes(panel, number) {
        const group = this.svg.querySelector(`[data-panel="${number}"]`);
        const [left, top, right, bottom] = panel.box;
        const old = group.querySelector("text");
        const size = Number(old?.getAttribute("font-size") ?? 2.47);
        const fill = old?.getAttribute("fill") ?? "currentColor";
        for (const text of group.querySelectorAll("text")) text.remove();
        const [low, high] = panel.now;
        const across = ticks(this.low, this.high, Math.max(3, Math.floor((right - left) / 14)));
        const up = ticks(low, high, Math.max(2, Math.floor((bottom - top) / 6.5)));
        let d = "";
        for (const [values, length] of [[across.major, 1.4], [across.minor, 0.8]]) {
            for (const value of values) d += `M${this.x(panel, value)} ${bottom}v${-length}`;
        }
        for (const [values, length] of panel.yNumbers ? [[up.major, 1.4], [up.minor, 0.8]] : []) {
            for (const value of values) d += `M${left} ${this.y(panel, value)}h${length}`;
        }
        group.querySelector("path")?.setAttribute("d", d);
        const write = (text, x, y, anchor) => {
            const element = draw("text", { x, y, "font-size": size, fill, "text-anchor": anchor });
            element.textContent = text;
            group.append(element);
        };
        for (const value of panel.xNumbers ? across.major : []) {
            write(markLabel(value, across.step, 0), this.x(panel, value), bottom + 0.9 + 0.78 * size, "middle");
        }
        for (const value of panel.yNumbers ? up.major : []) {
            write(markLabel(value, up.step, panel.exponent), left - 0.9, this.y(panel, value) + 0.35 * size, "end");
        }
    }
}
