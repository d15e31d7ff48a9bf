// Made by Tests/Fixtures/scripts/make_phase_list.py from the folder phases/.
#include "reference_data.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char phase_0[] = {
#embed "phases/Ag.cif"
};
static const unsigned char phase_1[] = {
#embed "phases/Al.cif"
};
static const unsigned char phase_2[] = {
#embed "phases/Al2O3-corundum.cif"
};
static const unsigned char phase_3[] = {
#embed "phases/B2O3.cif"
};
static const unsigned char phase_4[] = {
#embed "phases/BaCO3.cif"
};
static const unsigned char phase_5[] = {
#embed "phases/BaO.cif"
};
static const unsigned char phase_6[] = {
#embed "phases/BaSO4.cif"
};
static const unsigned char phase_7[] = {
#embed "phases/CaCO3-calcite.cif"
};
static const unsigned char phase_8[] = {
#embed "phases/CaF2.cif"
};
static const unsigned char phase_9[] = {
#embed "phases/CaO.cif"
};
static const unsigned char phase_10[] = {
#embed "phases/CaOH2.cif"
};
static const unsigned char phase_11[] = {
#embed "phases/CeO2.cif"
};
static const unsigned char phase_12[] = {
#embed "phases/Co3O4.cif"
};
static const unsigned char phase_13[] = {
#embed "phases/Co3S4.cif"
};
static const unsigned char phase_14[] = {
#embed "phases/Co9S8.cif"
};
static const unsigned char phase_15[] = {
#embed "phases/CoO.cif"
};
static const unsigned char phase_16[] = {
#embed "phases/CoOH2.cif"
};
static const unsigned char phase_17[] = {
#embed "phases/CoS2.cif"
};
static const unsigned char phase_18[] = {
#embed "phases/Cr2O3.cif"
};
static const unsigned char phase_19[] = {
#embed "phases/Cu.cif"
};
static const unsigned char phase_20[] = {
#embed "phases/CuO.cif"
};
static const unsigned char phase_21[] = {
#embed "phases/Fe.cif"
};
static const unsigned char phase_22[] = {
#embed "phases/Fe2O3-hematite.cif"
};
static const unsigned char phase_23[] = {
#embed "phases/Fe3O4.cif"
};
static const unsigned char phase_24[] = {
#embed "phases/FeS2-pyrite.cif"
};
static const unsigned char phase_25[] = {
#embed "phases/Ge.cif"
};
static const unsigned char phase_26[] = {
#embed "phases/GeO2-quartz-type.cif"
};
static const unsigned char phase_27[] = {
#embed "phases/GeO2-rutile-type.cif"
};
static const unsigned char phase_28[] = {
#embed "phases/GeS2-Fdd2.cif"
};
static const unsigned char phase_29[] = {
#embed "phases/In.cif"
};
static const unsigned char phase_30[] = {
#embed "phases/La2Zr2O7.cif"
};
static const unsigned char phase_31[] = {
#embed "phases/LaB6.cif"
};
static const unsigned char phase_32[] = {
#embed "phases/LaOH3.cif"
};
static const unsigned char phase_33[] = {
#embed "phases/Li.cif"
};
static const unsigned char phase_34[] = {
#embed "phases/Li10GeP2S12.cif"
};
static const unsigned char phase_35[] = {
#embed "phases/Li2B4O7.cif"
};
static const unsigned char phase_36[] = {
#embed "phases/Li2CO3.cif"
};
static const unsigned char phase_37[] = {
#embed "phases/Li2MnO3.cif"
};
static const unsigned char phase_38[] = {
#embed "phases/Li2O.cif"
};
static const unsigned char phase_39[] = {
#embed "phases/Li2S.cif"
};
static const unsigned char phase_40[] = {
#embed "phases/Li2SO4.cif"
};
static const unsigned char phase_41[] = {
#embed "phases/Li2TiO3.cif"
};
static const unsigned char phase_42[] = {
#embed "phases/Li2ZrO3.cif"
};
static const unsigned char phase_43[] = {
#embed "phases/Li3N.cif"
};
static const unsigned char phase_44[] = {
#embed "phases/Li3NbO4.cif"
};
static const unsigned char phase_45[] = {
#embed "phases/Li3PO4-beta.cif"
};
static const unsigned char phase_46[] = {
#embed "phases/Li3PO4-gamma.cif"
};
static const unsigned char phase_47[] = {
#embed "phases/Li4GeS4.cif"
};
static const unsigned char phase_48[] = {
#embed "phases/Li4Ti5O12.cif"
};
static const unsigned char phase_49[] = {
#embed "phases/Li6PS5Cl.cif"
};
static const unsigned char phase_50[] = {
#embed "phases/Li7La3Zr2O12-tetragonal.cif"
};
static const unsigned char phase_51[] = {
#embed "phases/LiCl.cif"
};
static const unsigned char phase_52[] = {
#embed "phases/LiCoO2.cif"
};
static const unsigned char phase_53[] = {
#embed "phases/LiF.cif"
};
static const unsigned char phase_54[] = {
#embed "phases/LiFePO4.cif"
};
static const unsigned char phase_55[] = {
#embed "phases/LiMn2O4.cif"
};
static const unsigned char phase_56[] = {
#embed "phases/LiMnO2.cif"
};
static const unsigned char phase_57[] = {
#embed "phases/LiNbO3.cif"
};
static const unsigned char phase_58[] = {
#embed "phases/LiOH-H2O.cif"
};
static const unsigned char phase_59[] = {
#embed "phases/LiOH.cif"
};
static const unsigned char phase_60[] = {
#embed "phases/MgO.cif"
};
static const unsigned char phase_61[] = {
#embed "phases/MgOH2.cif"
};
static const unsigned char phase_62[] = {
#embed "phases/Mn2O3.cif"
};
static const unsigned char phase_63[] = {
#embed "phases/Mn3O4.cif"
};
static const unsigned char phase_64[] = {
#embed "phases/MnCO3.cif"
};
static const unsigned char phase_65[] = {
#embed "phases/MnO.cif"
};
static const unsigned char phase_66[] = {
#embed "phases/MnO2-pyrolusite.cif"
};
static const unsigned char phase_67[] = {
#embed "phases/NaCl.cif"
};
static const unsigned char phase_68[] = {
#embed "phases/NiO.cif"
};
static const unsigned char phase_69[] = {
#embed "phases/NiS-millerite.cif"
};
static const unsigned char phase_70[] = {
#embed "phases/S8-alpha.cif"
};
static const unsigned char phase_71[] = {
#embed "phases/Si.cif"
};
static const unsigned char phase_72[] = {
#embed "phases/SiO2-quartz.cif"
};
static const unsigned char phase_73[] = {
#embed "phases/Sn.cif"
};
static const unsigned char phase_74[] = {
#embed "phases/SnO2.cif"
};
static const unsigned char phase_75[] = {
#embed "phases/SrTiO3.cif"
};
static const unsigned char phase_76[] = {
#embed "phases/TiN.cif"
};
static const unsigned char phase_77[] = {
#embed "phases/TiO2-anatase.cif"
};
static const unsigned char phase_78[] = {
#embed "phases/TiO2-rutile.cif"
};
static const unsigned char phase_79[] = {
#embed "phases/V2O5.cif"
};
static const unsigned char phase_80[] = {
#embed "phases/ZnO.cif"
};
static const unsigned char phase_81[] = {
#embed "phases/ZrO2-monoclinic.cif"
};
static const unsigned char phase_82[] = {
#embed "phases/ZrO2-tetragonal.cif"
};
static const unsigned char phase_83[] = {
#embed "phases/ZrSiO4.cif"
};
static const unsigned char phase_84[] = {
#embed "phases/graphite.cif"
};

static const interphase_reference_file files[] = {
    {"phases/Ag.cif", phase_0, sizeof phase_0},
    {"phases/Al.cif", phase_1, sizeof phase_1},
    {"phases/Al2O3-corundum.cif", phase_2, sizeof phase_2},
    {"phases/B2O3.cif", phase_3, sizeof phase_3},
    {"phases/BaCO3.cif", phase_4, sizeof phase_4},
    {"phases/BaO.cif", phase_5, sizeof phase_5},
    {"phases/BaSO4.cif", phase_6, sizeof phase_6},
    {"phases/CaCO3-calcite.cif", phase_7, sizeof phase_7},
    {"phases/CaF2.cif", phase_8, sizeof phase_8},
    {"phases/CaO.cif", phase_9, sizeof phase_9},
    {"phases/CaOH2.cif", phase_10, sizeof phase_10},
    {"phases/CeO2.cif", phase_11, sizeof phase_11},
    {"phases/Co3O4.cif", phase_12, sizeof phase_12},
    {"phases/Co3S4.cif", phase_13, sizeof phase_13},
    {"phases/Co9S8.cif", phase_14, sizeof phase_14},
    {"phases/CoO.cif", phase_15, sizeof phase_15},
    {"phases/CoOH2.cif", phase_16, sizeof phase_16},
    {"phases/CoS2.cif", phase_17, sizeof phase_17},
    {"phases/Cr2O3.cif", phase_18, sizeof phase_18},
    {"phases/Cu.cif", phase_19, sizeof phase_19},
    {"phases/CuO.cif", phase_20, sizeof phase_20},
    {"phases/Fe.cif", phase_21, sizeof phase_21},
    {"phases/Fe2O3-hematite.cif", phase_22, sizeof phase_22},
    {"phases/Fe3O4.cif", phase_23, sizeof phase_23},
    {"phases/FeS2-pyrite.cif", phase_24, sizeof phase_24},
    {"phases/Ge.cif", phase_25, sizeof phase_25},
    {"phases/GeO2-quartz-type.cif", phase_26, sizeof phase_26},
    {"phases/GeO2-rutile-type.cif", phase_27, sizeof phase_27},
    {"phases/GeS2-Fdd2.cif", phase_28, sizeof phase_28},
    {"phases/In.cif", phase_29, sizeof phase_29},
    {"phases/La2Zr2O7.cif", phase_30, sizeof phase_30},
    {"phases/LaB6.cif", phase_31, sizeof phase_31},
    {"phases/LaOH3.cif", phase_32, sizeof phase_32},
    {"phases/Li.cif", phase_33, sizeof phase_33},
    {"phases/Li10GeP2S12.cif", phase_34, sizeof phase_34},
    {"phases/Li2B4O7.cif", phase_35, sizeof phase_35},
    {"phases/Li2CO3.cif", phase_36, sizeof phase_36},
    {"phases/Li2MnO3.cif", phase_37, sizeof phase_37},
    {"phases/Li2O.cif", phase_38, sizeof phase_38},
    {"phases/Li2S.cif", phase_39, sizeof phase_39},
    {"phases/Li2SO4.cif", phase_40, sizeof phase_40},
    {"phases/Li2TiO3.cif", phase_41, sizeof phase_41},
    {"phases/Li2ZrO3.cif", phase_42, sizeof phase_42},
    {"phases/Li3N.cif", phase_43, sizeof phase_43},
    {"phases/Li3NbO4.cif", phase_44, sizeof phase_44},
    {"phases/Li3PO4-beta.cif", phase_45, sizeof phase_45},
    {"phases/Li3PO4-gamma.cif", phase_46, sizeof phase_46},
    {"phases/Li4GeS4.cif", phase_47, sizeof phase_47},
    {"phases/Li4Ti5O12.cif", phase_48, sizeof phase_48},
    {"phases/Li6PS5Cl.cif", phase_49, sizeof phase_49},
    {"phases/Li7La3Zr2O12-tetragonal.cif", phase_50, sizeof phase_50},
    {"phases/LiCl.cif", phase_51, sizeof phase_51},
    {"phases/LiCoO2.cif", phase_52, sizeof phase_52},
    {"phases/LiF.cif", phase_53, sizeof phase_53},
    {"phases/LiFePO4.cif", phase_54, sizeof phase_54},
    {"phases/LiMn2O4.cif", phase_55, sizeof phase_55},
    {"phases/LiMnO2.cif", phase_56, sizeof phase_56},
    {"phases/LiNbO3.cif", phase_57, sizeof phase_57},
    {"phases/LiOH-H2O.cif", phase_58, sizeof phase_58},
    {"phases/LiOH.cif", phase_59, sizeof phase_59},
    {"phases/MgO.cif", phase_60, sizeof phase_60},
    {"phases/MgOH2.cif", phase_61, sizeof phase_61},
    {"phases/Mn2O3.cif", phase_62, sizeof phase_62},
    {"phases/Mn3O4.cif", phase_63, sizeof phase_63},
    {"phases/MnCO3.cif", phase_64, sizeof phase_64},
    {"phases/MnO.cif", phase_65, sizeof phase_65},
    {"phases/MnO2-pyrolusite.cif", phase_66, sizeof phase_66},
    {"phases/NaCl.cif", phase_67, sizeof phase_67},
    {"phases/NiO.cif", phase_68, sizeof phase_68},
    {"phases/NiS-millerite.cif", phase_69, sizeof phase_69},
    {"phases/S8-alpha.cif", phase_70, sizeof phase_70},
    {"phases/Si.cif", phase_71, sizeof phase_71},
    {"phases/SiO2-quartz.cif", phase_72, sizeof phase_72},
    {"phases/Sn.cif", phase_73, sizeof phase_73},
    {"phases/SnO2.cif", phase_74, sizeof phase_74},
    {"phases/SrTiO3.cif", phase_75, sizeof phase_75},
    {"phases/TiN.cif", phase_76, sizeof phase_76},
    {"phases/TiO2-anatase.cif", phase_77, sizeof phase_77},
    {"phases/TiO2-rutile.cif", phase_78, sizeof phase_78},
    {"phases/V2O5.cif", phase_79, sizeof phase_79},
    {"phases/ZnO.cif", phase_80, sizeof phase_80},
    {"phases/ZrO2-monoclinic.cif", phase_81, sizeof phase_81},
    {"phases/ZrO2-tetragonal.cif", phase_82, sizeof phase_82},
    {"phases/ZrSiO4.cif", phase_83, sizeof phase_83},
    {"phases/graphite.cif", phase_84, sizeof phase_84},
};

const interphase_reference_file *interphase_phase_files(size_t *count) {
    *count = sizeof files / sizeof files[0];
    return files;
}
