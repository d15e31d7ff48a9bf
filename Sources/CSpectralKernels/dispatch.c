// Chooses the compiled kernels for a level.
#include "spectral_kernels.h"

#include <stdlib.h>
#include <string.h>

#define LINES_ARGUMENTS                                                                                       \
    sk_axis axis, const sk_line *lines, size_t count, sk_gauss_lorentz shape, double *value,                  \
        double *by_center, double *by_width
#define GRAM_ARGUMENTS                                                                                        \
    const double *data, size_t stride, size_t columns, size_t first_row, const double *weight, size_t n,      \
        double *gram, size_t ld
#define RESIDUAL_ARGUMENTS                                                                                    \
    const double *y, const double *data, size_t stride, size_t columns, const double *coefficients,           \
        const double *weight, size_t n, double *residual

#define INTEGRALS_ARGUMENTS                                                                                   \
    const double *half_steps, const double *spans, size_t n, double factor, double *columns,                  \
        double *integrals, size_t stride, size_t count
#define COMBINE_ARGUMENTS const double *const *columns, const double *factors, size_t count, size_t n, double *sum

#define VOIGT_ARGUMENTS                                                                                       \
    const double *x, size_t points, sk_pseudo_voigt_line line, double *value, double *derivatives,            \
        size_t stride, size_t count, const double *by_center, const double *by_width, const double *by_mixing
#define VOIGT_LINE_ARGUMENTS                                                                                   \
    const double *x, size_t n, sk_voigt line, double *value, double *by_center, double *by_gauss,             \
        double *by_lorentz
#define TABLE_LINE_ARGUMENTS                                                                                   \
    const double *x, size_t n, sk_table table, sk_table_line_shape line, double *value, double *by_center,    \
        double *by_width
#define CORRELATE_ARGUMENTS                                                                                   \
    const float *signal, const float *weight, const int *places, const float *intensities, size_t lines,      \
        size_t lags, float *correlation, float *norm

#define DECLARE(suffix)                                    \
    void sk_product_lines##suffix(LINES_ARGUMENTS);        \
    void sk_sum_lines##suffix(LINES_ARGUMENTS);            \
    void sk_weighted_gram##suffix(GRAM_ARGUMENTS);         \
    double sk_residual##suffix(RESIDUAL_ARGUMENTS);        \
    void sk_add_integrals##suffix(INTEGRALS_ARGUMENTS);    \
    void sk_combine##suffix(COMBINE_ARGUMENTS);            \
    void sk_add_pseudo_voigt##suffix(VOIGT_ARGUMENTS);     \
    void sk_voigt_line##suffix(VOIGT_LINE_ARGUMENTS);      \
    void sk_table_line##suffix(TABLE_LINE_ARGUMENTS);      \
    void sk_correlate_lines##suffix(CORRELATE_ARGUMENTS);

DECLARE(_baseline)
#if defined(__x86_64__)
DECLARE(_avx2)
DECLARE(_avx512)
#define CHOOSE(call, arguments)                                  \
    switch (level) {                                             \
    case SK_LEVEL_AVX512: return call##_avx512 arguments;        \
    case SK_LEVEL_AVX2: return call##_avx2 arguments;            \
    case SK_LEVEL_BASELINE: break;                               \
    }                                                            \
    return call##_baseline arguments;
#else
#define CHOOSE(call, arguments) \
    (void)level;                \
    return call##_baseline arguments;
#endif

// The level that the environment variable INTERPHASE_SIMD asks for; the highest where it asks for none.
static sk_level wanted_level(void) {
    const char *name = getenv("INTERPHASE_SIMD");
    if (name && strcmp(name, "baseline") == 0) return SK_LEVEL_BASELINE;
    if (name && strcmp(name, "avx2") == 0) return SK_LEVEL_AVX2;
    return SK_LEVEL_AVX512;
}

static sk_level processor_level(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma"))
        return SK_LEVEL_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        return SK_LEVEL_AVX2;
#endif
    return SK_LEVEL_BASELINE;
}

sk_level sk_best_level(void) {
    const sk_level wanted = wanted_level(), has = processor_level();
    return wanted < has ? wanted : has;
}

void sk_product_lines(sk_level level, LINES_ARGUMENTS) {
    CHOOSE(sk_product_lines, (axis, lines, count, shape, value, by_center, by_width))
}

void sk_sum_lines(sk_level level, LINES_ARGUMENTS) {
    CHOOSE(sk_sum_lines, (axis, lines, count, shape, value, by_center, by_width))
}

void sk_weighted_gram(sk_level level, GRAM_ARGUMENTS) {
    CHOOSE(sk_weighted_gram, (data, stride, columns, first_row, weight, n, gram, ld))
}

double sk_residual(sk_level level, RESIDUAL_ARGUMENTS) {
    CHOOSE(sk_residual, (y, data, stride, columns, coefficients, weight, n, residual))
}

void sk_add_integrals(sk_level level, INTEGRALS_ARGUMENTS) {
    CHOOSE(sk_add_integrals, (half_steps, spans, n, factor, columns, integrals, stride, count))
}

void sk_combine(sk_level level, COMBINE_ARGUMENTS) {
    CHOOSE(sk_combine, (columns, factors, count, n, sum))
}

void sk_add_pseudo_voigt(sk_level level, VOIGT_ARGUMENTS) {
    CHOOSE(sk_add_pseudo_voigt,
           (x, points, line, value, derivatives, stride, count, by_center, by_width, by_mixing))
}

void sk_correlate_lines(sk_level level, CORRELATE_ARGUMENTS) {
    CHOOSE(sk_correlate_lines, (signal, weight, places, intensities, lines, lags, correlation, norm))
}

void sk_voigt_line(sk_level level, VOIGT_LINE_ARGUMENTS) {
    CHOOSE(sk_voigt_line, (x, n, line, value, by_center, by_gauss, by_lorentz))
}

void sk_table_line(sk_level level, TABLE_LINE_ARGUMENTS) {
    CHOOSE(sk_table_line, (x, n, table, line, value, by_center, by_width))
}
