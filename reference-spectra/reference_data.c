#include "reference_data.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char core_levels[] = {
#embed "xps/core-levels.yaml"
};

#define FILE_ENTRY(path, array) {path, array, sizeof array}

static const interphase_reference_file files[] = {
    FILE_ENTRY("xps/core-levels.yaml", core_levels),
};

const interphase_reference_file *interphase_reference_files(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
