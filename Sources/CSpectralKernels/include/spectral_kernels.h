// Hot loops of Interphase: line shapes with derivatives, cumulative integrals, weighted Gram matrices.
//
// Arrays are padded: `n` is a multiple of SK_PADDING, and padded points carry weight 0 and a finite abscissa. Arrays
// need no particular alignment. Every function is pure: it reads its arguments and writes its outputs, nothing else.
#pragma once

#include <stddef.h>

#define SK_PADDING 8

// Instruction sets that the kernels are compiled for. A level that the processor lacks must not be asked for.
typedef enum {
    SK_LEVEL_BASELINE = 0,  // what every processor of the architecture has (SSE2, NEON)
    SK_LEVEL_AVX2 = 1,      // AVX2 and FMA
    SK_LEVEL_AVX512 = 2     // AVX-512 F, DQ, VL, BW
} sk_level;

// The highest level that this processor has, or a lower one that the environment variable INTERPHASE_SIMD names
// (baseline, avx2): the same level gives the same bits on every processor.
sk_level sk_best_level(void);

// One line of a component: `height * shape((x - center) / width)`.
typedef struct {
    double center;       // abscissa units
    double width;        // width of the formula, abscissa units, > 0
    double height;       // factor before the shape
    double width_slope;  // d(width of the formula) / d(width parameter of the component)
} sk_line;

// The shape of a line as a function of t = (x - center) / width:
//   product  exp(-gauss t^2) / (1 + lorentz t^2)
//   sum      (1 - share) exp(-gauss t^2) + share / (1 + lorentz t^2)
typedef struct {
    double gauss;
    double lorentz;
    double share;
} sk_gauss_lorentz;

// The points that lines are drawn at.
typedef struct {
    const double *x;  // ascending
    size_t n;         // a multiple of SK_PADDING
    double step;      // > 0 where the points, but for padded ones, lie so far apart up to rounding; else 0
} sk_axis;

// Sum over `count` lines of the product shape with area-conserving width (height is proportional to 1 / width):
// value, its derivative by a common shift of the centres, and by the width parameter of the component.
void sk_product_lines(sk_level level, sk_axis axis, const sk_line *lines, size_t count,
                      sk_gauss_lorentz shape, double *value, double *by_center, double *by_width);

// The same for the sum shape.
void sk_sum_lines(sk_level level, sk_axis axis, const sk_line *lines, size_t count,
                  sk_gauss_lorentz shape, double *value, double *by_center, double *by_width);

// A Voigt function over z = scale (x - center) + i damping: height Re w(z), with w the Faddeeva function.
typedef struct {
    double center;    // abscissa units
    double scale;     // 1 / (sigma sqrt 2)
    double damping;   // half the Lorentzian's full width times `scale`, >= 0
    double height;    // factor before Re w
    double by_gauss;  // 1 / the Gaussian's full width
} sk_voigt;

// The line at `n` points that ascend, and its derivatives by its centre and by the full widths of Gaussian and Lorentzian,
// at constant height / scale. Arrays need no padding.
void sk_voigt_line(sk_level level, const double *x, size_t n, sk_voigt line, double *value, double *by_center,
                   double *by_gauss, double *by_lorentz);

// A curve as polynomials of degree five of the fraction of an interval, six coefficients for each of `intervals` equal
// steps in asinh(t / scale) from `first` on.
typedef struct {
    const double *coefficients;
    size_t intervals;
    double scale, first, inverse_spacing;
} sk_table;

// height x the curve at t = (x - center) / inner.
typedef struct {
    double center, inner, height;
    double by_width;  // d ln(inner) / d(width parameter)
    double by_area;   // d ln(area) / d(width parameter)
} sk_table_line_shape;

// The line at `n` points, and its derivatives by its centre and by the width parameter, at constant height x inner x area.
// What lies outside the table is that at its ends. Arrays need no padding.
void sk_table_line(sk_level level, const double *x, size_t n, sk_table table, sk_table_line_shape line, double *value,
                   double *by_center, double *by_width);

// out[i] = integral by the trapezium rule of the column from x[0] to x[i], for `columns` columns that lie `stride`
// apart. `half_steps[i]` = (x[i] - x[i-1]) / 2, and 0 at i = 0 and at padded points.
void sk_cumulative_trapezium(const double *half_steps, size_t n, const double *in, double *out, size_t stride,
                             size_t columns);

// For `count` columns that lie `stride` apart: integral[i] as by sk_cumulative_trapezium, column[i] += factor x
// integral[i]. Integrals are stored, as far apart, unless `integrals` is NULL. `half_steps` holds n + 1 numbers, 0
// from the last step on; `spans[i]` = half_steps[i] + half_steps[i + 1].
void sk_add_integrals(sk_level level, const double *half_steps, const double *spans, size_t n, double factor,
                      double *columns, double *integrals, size_t stride, size_t count);

// sum[i] = sum_k factor[k] columns[k][i]. `sum` may be one of the columns.
void sk_combine(sk_level level, const double *const *columns, const double *factors, size_t count, size_t n,
                double *sum);

// target[i] += factor * source[i].
void sk_add_scaled(double *target, const double *source, double factor, size_t n);

// Lower triangle (row-major, `ld` apart) of the matrix sum_i weight[i] column_a[i] column_b[i] for rows
// [first_row, columns): columns lie `stride` apart in `data`.
void sk_weighted_gram(sk_level level, const double *data, size_t stride, size_t columns, size_t first_row,
                      const double *weight, size_t n, double *gram, size_t ld);

// residual[i] = y[i] - sum_k coefficient[k] column_k[i]; returns sum_i weight[i] residual[i]^2.
double sk_residual(sk_level level, const double *y, const double *data, size_t stride, size_t columns,
                   const double *coefficients, const double *weight, size_t n, double *residual);

// Cholesky factorisation in place of the lower triangle of an n x n matrix (row-major, `ld` apart). Returns the
// number of leading rows factorised: n when the matrix is positive definite. A pivot below `tolerance` times the
// diagonal element counts as not positive. The diagonal holds the reciprocals of the factor's.
size_t sk_cholesky(double *a, size_t n, size_t ld, double tolerance);

// Solves L L^T x = b in place of b with the factor from sk_cholesky.
void sk_cholesky_solve(const double *l, size_t n, size_t ld, double *b);

// The lower triangle of (L L^T)^-1 in place of the factor from sk_cholesky.
void sk_cholesky_inverse(double *l, size_t n, size_t ld);

// One pseudo-Voigt line of a powder pattern, mixing * Lorentzian + (1 - mixing) * Gaussian of one full width, added to a
// column at `points` abscissae from `x` on (a multiple of SK_PADDING), times `area`; and to `count` columns that lie
// `stride` apart from `derivatives` on: by_center[k] d/d(center) + by_width[k] d/d(width) + by_mixing[k] d/d(mixing).
// The area depends on the mixing: d(area) / d(mixing) / area = `area_by_mixing`.
typedef struct {
    double center, width, mixing, area, area_by_mixing;
} sk_pseudo_voigt_line;

void sk_add_pseudo_voigt(sk_level level, const double *x, size_t points, sk_pseudo_voigt_line line, double *value,
                         double *derivatives, size_t stride, size_t count, const double *by_center,
                         const double *by_width, const double *by_mixing);

// Correlations of lines with a signal and of their squares with its weights, for `lags` shifts (a multiple of
// SK_LAG_PADDING): correlation[L] = sum intensity[l] signal[place[l] + L], norm[L] = sum intensity[l]^2 weight[...].
#define SK_LAG_PADDING 32
void sk_correlate_lines(sk_level level, const float *signal, const float *weight, const int *places,
                        const float *intensities, size_t lines, size_t lags, float *correlation, float *norm);

// One of the copies whose sum a line of a powder pattern is.
typedef struct {
    double center;        // abscissa units
    double share;         // of the area
    double center_slope;  // d(center) / d(the parameter that moves the copies apart)
    double share_slope;   // d(share) / d(that parameter)
} sk_node;

// value[i] += scale x the sum of the copies of a pseudo-Voigt line of unit area, full width `width` and Lorentzian share
// `mixing`. Arrays need no padding here and below.
void sk_pseudo_voigt(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                     double scale, double *value);

// Overwrites `value` with that sum at unit scale, and the rest with its derivatives by a common shift of the centres,
// by width, by mixing, and by the parameter of the copies (`by_nodes` may be NULL).
void sk_pseudo_voigt_slopes(const double *x, size_t n, const sk_node *nodes, size_t count, double width, double mixing,
                            double *value, double *by_center, double *by_width, double *by_mixing, double *by_nodes);

// target[i] += by_a a[i] + by_b b[i].
void sk_add_two(double *target, const double *a, double by_a, const double *b, double by_b, size_t n);

// sum_i weight[i] a[i] b[i].
double sk_weighted_dot(const double *weight, const double *a, const double *b, size_t n);
