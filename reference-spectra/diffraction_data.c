#include "reference_data.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char space_groups[] = {
#embed "diffraction/space-groups.tsv"
};
static const unsigned char waasmaier_kirfel[] = {
#embed "diffraction/waasmaier-kirfel.txt"
};
static const unsigned char cromer_liberman[] = {
#embed "diffraction/cromer-liberman.txt"
};
static const unsigned char absorption_edges[] = {
#embed "diffraction/absorption-edges.txt"
};
static const unsigned char elements[] = {
#embed "diffraction/elements.txt"
};

#define FILE_ENTRY(path, array) {path, array, sizeof array}

static const interphase_reference_file files[] = {
    FILE_ENTRY("diffraction/space-groups.tsv", space_groups),
    FILE_ENTRY("diffraction/waasmaier-kirfel.txt", waasmaier_kirfel),
    FILE_ENTRY("diffraction/cromer-liberman.txt", cromer_liberman),
    FILE_ENTRY("diffraction/absorption-edges.txt", absorption_edges),
    FILE_ENTRY("diffraction/elements.txt", elements),
};

const interphase_reference_file *interphase_diffraction_files(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
