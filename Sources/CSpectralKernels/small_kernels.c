// Kernels that gain nothing from wider vectors: prefix sums and the linear algebra of a handful of parameters.
#include "spectral_kernels.h"

#include <math.h>

void sk_cumulative_trapezium(const double *half_steps, size_t n, const double *in, double *out, size_t stride,
                             size_t columns) {
    size_t k = 0;
    // Four prefix sums at a time: each alone would wait for the latency of its own additions.
    for (; k + 4 <= columns; k += 4) {
        const double *a = in + k * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        double *A = out + k * stride, *B = A + stride, *C = B + stride, *D = C + stride;
        double sa = 0, sb = 0, sc = 0, sd = 0, pa = a[0], pb = b[0], pc = c[0], pd = d[0];
        for (size_t i = 0; i < n; i++) {
            const double h = half_steps[i];
            sa += h * (pa + a[i]), sb += h * (pb + b[i]), sc += h * (pc + c[i]), sd += h * (pd + d[i]);
            pa = a[i], pb = b[i], pc = c[i], pd = d[i];
            A[i] = sa, B[i] = sb, C[i] = sc, D[i] = sd;
        }
    }
    for (; k < columns; k++) {
        const double *a = in + k * stride;
        double *A = out + k * stride;
        double sum = 0, previous = a[0];
        for (size_t i = 0; i < n; i++) {
            sum += half_steps[i] * (previous + a[i]);
            previous = a[i];
            A[i] = sum;
        }
    }
}

void sk_add_scaled(double *target, const double *source, double factor, size_t n) {
    for (size_t i = 0; i < n; i++) target[i] += factor * source[i];
}

size_t sk_cholesky(double *a, size_t n, size_t ld, double tolerance) {
    for (size_t j = 0; j < n; j++) {
        double *row = a + j * ld;
        const double diagonal = row[j];
        double pivot = diagonal;
        for (size_t k = 0; k < j; k++) pivot -= row[k] * row[k];
        if (!(pivot > tolerance * diagonal) || !(pivot > 0)) return j;
        const double inverse = 1.0 / sqrt(pivot);
        row[j] = inverse;
        size_t i = j + 1;
        // Four rows at a time: each alone would wait for the latency of its own additions.
        for (; i + 4 <= n; i += 4) {
            double *p = a + i * ld, *q = p + ld, *r = q + ld, *s = r + ld;
            double P = p[j], Q = q[j], R = r[j], S = s[j];
            for (size_t k = 0; k < j; k++) {
                const double factor = row[k];
                P -= p[k] * factor, Q -= q[k] * factor, R -= r[k] * factor, S -= s[k] * factor;
            }
            p[j] = P * inverse, q[j] = Q * inverse, r[j] = R * inverse, s[j] = S * inverse;
        }
        for (; i < n; i++) {
            double *other = a + i * ld;
            double sum = other[j];
            for (size_t k = 0; k < j; k++) sum -= other[k] * row[k];
            other[j] = sum * inverse;
        }
    }
    return n;
}

void sk_cholesky_solve(const double *l, size_t n, size_t ld, double *b) {
    for (size_t i = 0; i < n; i++) {
        double sum = b[i];
        for (size_t k = 0; k < i; k++) sum -= l[i * ld + k] * b[k];
        b[i] = sum * l[i * ld + i];
    }
    for (size_t i = n; i-- > 0;) {
        const double *row = l + i * ld;
        const double x = b[i] * row[i];
        b[i] = x;
        for (size_t k = 0; k < i; k++) b[k] -= row[k] * x;
    }
}

void sk_cholesky_inverse(double *l, size_t n, size_t ld) {
    // L^-1 in place, column by column; row i of it needs the rows of L from i up.
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j + 1; i < n; i++) {
            double sum = l[i * ld + j] * l[j * ld + j];
            for (size_t k = j + 1; k < i; k++) sum += l[i * ld + k] * l[k * ld + j];
            l[i * ld + j] = -sum * l[i * ld + i];
        }
    }
    // The product of its transpose with it: element i, j needs rows from i down, which are still there.
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t k = i; k < n; k++) sum += l[k * ld + i] * l[k * ld + j];
            l[i * ld + j] = sum;
        }
    }
}
