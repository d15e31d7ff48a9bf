#include "reference_data.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char core_levels[] = {
#embed "xps/core-levels.yaml"
};
static const unsigned char species[] = {
#embed "xps/species.yaml"
};
static const unsigned char b1s_borate_coating[] = {
#embed "recipes/b1s-borate-coating.yaml"
};
static const unsigned char c1s_peo[] = {
#embed "recipes/c1s-peo.yaml"
};
static const unsigned char co2p_licoo2[] = {
#embed "recipes/co2p-licoo2.yaml"
};
static const unsigned char ge3d_lgps[] = {
#embed "recipes/ge3d-lgps.yaml"
};
static const unsigned char nb3d_linbo3[] = {
#embed "recipes/nb3d-linbo3.yaml"
};
static const unsigned char o1s_licoo2_coating[] = {
#embed "recipes/o1s-licoo2-coating.yaml"
};
static const unsigned char p2p_argyrodite_ncm811[] = {
#embed "recipes/p2p-argyrodite-ncm811.yaml"
};
static const unsigned char p2p_lgps[] = {
#embed "recipes/p2p-lgps.yaml"
};
static const unsigned char p2p_thiophosphate[] = {
#embed "recipes/p2p-thiophosphate.yaml"
};
static const unsigned char s2p_argyrodite_cathode[] = {
#embed "recipes/s2p-argyrodite-cathode.yaml"
};
static const unsigned char s2p_argyrodite_ncm811[] = {
#embed "recipes/s2p-argyrodite-ncm811.yaml"
};
static const unsigned char s2p_argyrodite_oxidised[] = {
#embed "recipes/s2p-argyrodite-oxidised.yaml"
};
static const unsigned char s2p_lgps[] = {
#embed "recipes/s2p-lgps.yaml"
};

#define FILE_ENTRY(path, array) {path, array, sizeof array}

static const interphase_reference_file files[] = {
    FILE_ENTRY("xps/core-levels.yaml", core_levels),
    FILE_ENTRY("xps/species.yaml", species),
    FILE_ENTRY("recipes/b1s-borate-coating.yaml", b1s_borate_coating),
    FILE_ENTRY("recipes/c1s-peo.yaml", c1s_peo),
    FILE_ENTRY("recipes/co2p-licoo2.yaml", co2p_licoo2),
    FILE_ENTRY("recipes/ge3d-lgps.yaml", ge3d_lgps),
    FILE_ENTRY("recipes/nb3d-linbo3.yaml", nb3d_linbo3),
    FILE_ENTRY("recipes/o1s-licoo2-coating.yaml", o1s_licoo2_coating),
    FILE_ENTRY("recipes/p2p-argyrodite-ncm811.yaml", p2p_argyrodite_ncm811),
    FILE_ENTRY("recipes/p2p-lgps.yaml", p2p_lgps),
    FILE_ENTRY("recipes/p2p-thiophosphate.yaml", p2p_thiophosphate),
    FILE_ENTRY("recipes/s2p-argyrodite-cathode.yaml", s2p_argyrodite_cathode),
    FILE_ENTRY("recipes/s2p-argyrodite-ncm811.yaml", s2p_argyrodite_ncm811),
    FILE_ENTRY("recipes/s2p-argyrodite-oxidised.yaml", s2p_argyrodite_oxidised),
    FILE_ENTRY("recipes/s2p-lgps.yaml", s2p_lgps),
};

const interphase_reference_file *interphase_reference_files(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
