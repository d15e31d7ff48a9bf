// The files of this folder, compiled in. Each is bytes of UTF-8 text without a terminating zero.
#pragma once

#include <stddef.h>

typedef struct {
    const char *name;            // path below reference-spectra/
    const unsigned char *bytes;  // content
    size_t size;                 // bytes of content
} interphase_reference_file;

// The files, `count` of them.
const interphase_reference_file *interphase_reference_files(size_t *count);

// The tables of diffraction, `count` of them.
const interphase_reference_file *interphase_diffraction_files(size_t *count);

// The crystal structures of the phase library, `count` of them, by name.
const interphase_reference_file *interphase_phase_files(size_t *count);
