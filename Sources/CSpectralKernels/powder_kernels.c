// Kernels of whole-pattern refinement: lines of a powder pattern with their derivatives, scalar products over windows.
#include "spectral_kernels.h"

#include <math.h>

// 4 ln 2, 2 sqrt(ln 2 / pi), 2 / pi: a Gaussian and a Lorentzian of unit area and unit full width.
static const double gaussian_exponent = 2.7725887222397811;
static const double gaussian_height = 0.93943727869965133;
static const double lorentzian_height = 0.63661977236758138;
// Beyond 4 full widths a Gaussian is below 1e-19 of its height.
static const double gaussian_reach = 16;

// Copies are told apart up to this many full widths from the outermost; beyond, one at their mean place does.
static const double near_reach = 5;

// The points from *low to *high (excluded) need all copies; *mean is what does elsewhere.
static void split(const double *x, size_t n, const sk_node *nodes, size_t count, double width, sk_node *mean, size_t *low,
                  size_t *high) {
    double first = nodes[0].center, last = first;
    sk_node sum = {0, 0, 0, 0};
    for (size_t k = 0; k < count; k++) {
        const sk_node node = nodes[k];
        if (node.center < first) first = node.center;
        if (node.center > last) last = node.center;
        sum.center += node.share * node.center;
        sum.share += node.share;
        sum.center_slope += node.share * node.center_slope + node.share_slope * node.center;
        sum.share_slope += node.share_slope;
    }
    if (sum.share > 0) {
        sum.center /= sum.share;
        sum.center_slope = (sum.center_slope - sum.share_slope * sum.center) / sum.share;
    }
    *mean = sum;
    size_t i = 0, j = n;
    const double reach = near_reach * width;
    while (i < n && x[i] < first - reach) i++;
    while (j > i && x[j - 1] > last + reach) j--;
    *low = i;
    *high = j;
}

static void add_nodes(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                      double scale, double *value) {
    const double inverse = 1 / width;
    for (size_t k = 0; k < count; k++) {
        const double center = nodes[k].center, share = nodes[k].share * scale * inverse;
        const double l = share * mixing * lorentzian_height, g = share * (1 - mixing) * gaussian_height;
        for (size_t i = 0; i < n; i++) {
            const double t = (x[i] - center) * inverse, t2 = t * t;
            double sum = l / (1 + 4 * t2);
            if (t2 < gaussian_reach) sum += g * exp(-gaussian_exponent * t2);
            value[i] += sum;
        }
    }
}

// Beyond the reach of the Gaussian.
static void add_tail(const double *x, size_t n, sk_node node, double width, double mixing, double scale, double *value) {
    const double inverse = 1 / width, l = node.share * scale * inverse * mixing * lorentzian_height;
    for (size_t i = 0; i < n; i++) {
        const double t = (x[i] - node.center) * inverse;
        value[i] += l / (1 + 4 * t * t);
    }
}

void sk_pseudo_voigt(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                     double scale, double *value) {
    sk_node mean;
    size_t low, high;
    split(x, n, nodes, count, width, &mean, &low, &high);
    add_tail(x, low, mean, width, mixing, scale, value);
    add_nodes(x + low, high - low, nodes, count, width, mixing, scale, value + low);
    add_tail(x + high, n - high, mean, width, mixing, scale, value + high);
}

static void slopes_of_nodes(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                            double *value, double *by_center, double *by_width, double *by_mixing, double *by_nodes) {
    const double inverse = 1 / width;
    for (size_t i = 0; i < n; i++) value[i] = by_center[i] = by_width[i] = by_mixing[i] = 0;
    if (by_nodes) {
        for (size_t i = 0; i < n; i++) by_nodes[i] = 0;
    }
    for (size_t k = 0; k < count; k++) {
        const sk_node node = nodes[k];
        for (size_t i = 0; i < n; i++) {
            const double t = (x[i] - node.center) * inverse, t2 = t * t;
            const double denominator = 1 / (1 + 4 * t2);
            const double lorentzian = lorentzian_height * denominator;
            const double gaussian = t2 < gaussian_reach ? gaussian_height * exp(-gaussian_exponent * t2) : 0;
            const double density = (mixing * lorentzian + (1 - mixing) * gaussian) * inverse;
            // d(density)/d(center), the negative derivative by x.
            const double slope = t * inverse * inverse *
                                 (mixing * 8 * denominator * lorentzian +
                                  (1 - mixing) * 2 * gaussian_exponent * gaussian);
            value[i] += node.share * density;
            by_center[i] += node.share * slope;
            by_width[i] += node.share * (t * slope - density * inverse);
            by_mixing[i] += node.share * (lorentzian - gaussian) * inverse;
            if (by_nodes) by_nodes[i] += node.share_slope * density + node.share * node.center_slope * slope;
        }
    }
}

static void slopes_of_tail(const double *x, size_t n, sk_node node, double width, double mixing, double *value,
                           double *by_center, double *by_width, double *by_mixing, double *by_nodes) {
    const double inverse = 1 / width;
    for (size_t i = 0; i < n; i++) {
        const double t = (x[i] - node.center) * inverse, denominator = 1 / (1 + 4 * t * t);
        const double lorentzian = lorentzian_height * denominator * inverse;
        const double density = mixing * lorentzian, slope = 8 * t * inverse * denominator * density;
        value[i] = node.share * density;
        by_center[i] = node.share * slope;
        by_width[i] = node.share * (t * slope - density * inverse);
        by_mixing[i] = node.share * lorentzian;
        if (by_nodes) by_nodes[i] = node.share_slope * density + node.share * node.center_slope * slope;
    }
}

void sk_pseudo_voigt_slopes(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                            double *value, double *by_center, double *by_width, double *by_mixing, double *by_nodes) {
    sk_node mean;
    size_t low, high;
    split(x, n, nodes, count, width, &mean, &low, &high);
    slopes_of_tail(x, low, mean, width, mixing, value, by_center, by_width, by_mixing, by_nodes);
    slopes_of_nodes(x + low, high - low, nodes, count, width, mixing, value + low, by_center + low, by_width + low,
                    by_mixing + low, by_nodes ? by_nodes + low : NULL);
    slopes_of_tail(x + high, n - high, mean, width, mixing, value + high, by_center + high, by_width + high,
                   by_mixing + high, by_nodes ? by_nodes + high : NULL);
}

void sk_add_two(double *target, const double *a, double by_a, const double *b, double by_b, size_t n) {
    for (size_t i = 0; i < n; i++) target[i] += by_a * a[i] + by_b * b[i];
}

double sk_weighted_dot(const double *weight, const double *a, const double *b, size_t n) {
    // Independent sums, so that additions need not wait for each other.
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        s0 += weight[i] * a[i] * b[i], s1 += weight[i + 1] * a[i + 1] * b[i + 1];
        s2 += weight[i + 2] * a[i + 2] * b[i + 2], s3 += weight[i + 3] * a[i + 3] * b[i + 3];
        s4 += weight[i + 4] * a[i + 4] * b[i + 4], s5 += weight[i + 5] * a[i + 5] * b[i + 5];
        s6 += weight[i + 6] * a[i + 6] * b[i + 6], s7 += weight[i + 7] * a[i + 7] * b[i + 7];
    }
    for (; i < n; i++) s0 += weight[i] * a[i] * b[i];
    return ((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7));
}
