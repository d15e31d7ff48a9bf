#include "spectral_kernels.h"

#include <math.h>

#define SUFFIX _baseline
#define WIDTH 2
#include "kernels.inc"
#include "shape_kernels.inc"
