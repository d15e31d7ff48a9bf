#include "spectral_kernels.h"

#define SUFFIX _baseline
#define WIDTH 2
#include "kernels.inc"
