#pragma once

#include <fftw3.h>

static inline const char *interphase_fftw_version(void) { return fftw_version; }
