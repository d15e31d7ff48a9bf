// Marks of axes and numbers as they are shown.

/** Numbered and unnumbered marks from `low` to `high`, at most `limit` of them numbered: multiples of 1, 2 or 5. */
function ticks(low, high, limit) {
    const least = (high - low) / Math.max(limit, 2);
    const decade = 10 ** Math.floor(Math.log10(least));
    const factor = [1, 2, 5, 10].find((f) => f * decade >= least * (1 - 1e-9)) ?? 10;
    const step = factor * decade;
    const multiples = (distance) => {
        const found = [];
        const last = Math.floor(high / distance + 1e-6);
        for (let n = Math.ceil(low / distance - 1e-6); n <= last && found.length < 500; n++) found.push(n * distance);
        return found;
    };
    const major = multiples(step);
    const part = step / (factor === 2 ? 4 : 5);
    const minor = multiples(part).filter((value) => !major.some((mark) => Math.abs(mark - value) < part / 2));
    return { step, major, minor };
}

/** A number at a mark; all numbers of an axis have the same decimals. */
function markLabel(value, step, exponent) {
    const scaled = value / 10 ** exponent;
    const decimals = Math.min(Math.max(Math.ceil(exponent - Math.log10(step) - 1e-9), 0), 12);
    return (Math.abs(value) < step / 2 ? 0 : scaled).toFixed(decimals).replace("-", "\u2212");
}

/** A value as the read-out shows it: what a person reads, six digits, without trailing zeros. */
function shown(value) {
    if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
    const size = Math.abs(value);
    const text = size !== 0 && (size < 1e-4 || size >= 1e7)
        ? value.toExponential(4) : String(Number(value.toPrecision(6)));
    return text.replace("-", "\u2212");
}
