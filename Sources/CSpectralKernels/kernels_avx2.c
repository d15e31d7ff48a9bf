#include "spectral_kernels.h"

#include <math.h>

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define SUFFIX _avx2
#define WIDTH 4
#include "kernels.inc"
#include "shape_kernels.inc"
#pragma clang attribute pop
#endif
