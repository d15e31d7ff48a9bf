// GSL's headers, plus accessors for the global pointers that Swift 6 would see as mutable global state.
#pragma once

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_interp.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sf.h>
#include <gsl/gsl_spline.h>
#include <gsl/gsl_vector.h>
#include <gsl/gsl_version.h>

static inline const gsl_multifit_nlinear_type *interphase_gsl_trust_region(void) {
    return gsl_multifit_nlinear_trust;
}
static inline const gsl_multifit_nlinear_trs *interphase_gsl_levenberg_marquardt(void) {
    return gsl_multifit_nlinear_trs_lm;
}
static inline const gsl_multifit_nlinear_trs *interphase_gsl_dogleg(void) { return gsl_multifit_nlinear_trs_dogleg; }
static inline const gsl_multifit_nlinear_scale *interphase_gsl_scale_more(void) {
    return gsl_multifit_nlinear_scale_more;
}
static inline const gsl_multifit_nlinear_scale *interphase_gsl_scale_levenberg(void) {
    return gsl_multifit_nlinear_scale_levenberg;
}
static inline const gsl_multifit_nlinear_solver *interphase_gsl_solver_qr(void) {
    return gsl_multifit_nlinear_solver_qr;
}
static inline const gsl_rng_type *interphase_gsl_mt19937(void) { return gsl_rng_mt19937; }
static inline const gsl_interp_type *interphase_gsl_interp_linear(void) { return gsl_interp_linear; }
static inline const gsl_interp_type *interphase_gsl_interp_cspline(void) { return gsl_interp_cspline; }
static inline const gsl_interp_type *interphase_gsl_interp_akima(void) { return gsl_interp_akima; }
static inline const gsl_interp_type *interphase_gsl_interp_steffen(void) { return gsl_interp_steffen; }
static inline const char *interphase_gsl_version(void) { return gsl_version; }
