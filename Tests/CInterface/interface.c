// Uses every function of the C interface as a C program would, then misuses each. Ends with 0 if all is as the header says.
//
//     cc -I HEADER_FOLDER interface.c -L LIBRARY_FOLDER -linterphase -lm -lpthread && ./a.out WORK_FOLDER

#include "interphase.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures, checks;

#define CHECK(condition) \
    do { \
        checks++; \
        if (!(condition)) { \
            failures++; \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, error.message); \
        } \
    } while (0)
#define OK(call) CHECK((call) == INTERPHASE_OK)
#define FAILS(expected, call) CHECK((call) == (expected) && error.status == (expected) && error.message[0])

static const char *truth =
    "interphase: 1\nlevel: S 2p\nwindow: [158, 168]\nbackground: {kind: shirley}\ncomponents:\n"
    "  - {name: \"S 2-\", position: 160.2, width: 1.0, area: 2000}\n"
    "  - {name: \"PS4 3-\", position: 161.6, width: 1.0, area: 9000}\n";
static const char *model_text =
    "interphase: 1\nlevel: S 2p\nwindow: [158, 168]\nbackground: {kind: shirley}\n"
    "components:\n  - {name: \"S 2-\", position: {start: 160.2, within: 0.4}}\n"
    "  - {name: \"PS4 3-\", position: {start: 161.6, within: 0.4}}\n";
static const char *p2p_truth =
    "interphase: 1\nlevel: P 2p\nwindow: [126, 140]\ncomponents:\n"
    "  - {name: \"PS4 3-\", position: 131.9, width: 1.1, area: 1500}\n";
static const char *p2p_model =
    "interphase: 1\nlevel: P 2p\nwindow: [126, 140]\ncomponents:\n"
    "  - {name: \"PS4 3-\", position: {start: 131.9, within: 0.4}}\n";

static interphase_error error;

static interphase_handle simulated(const char *recipe, const char *options) {
    interphase_handle model, spectrum;
    OK(interphase_model_create(recipe, "truth.yaml", &model, &error));
    OK(interphase_simulate(model, options, &spectrum, &error));
    OK(interphase_close(model));
    return spectrum;
}

static int holds(const char *text, const char *part) { return text && strstr(text, part) != NULL; }

// Gives a text back after looking for a part of it.
static int has(char *text, const char *part) {
    int found = holds(text, part);
    if (!found) fprintf(stderr, "no %s in: %.300s\n", part, text ? text : "NULL");
    interphase_free(text);
    return found;
}

/* Versions ---------------------------------------------------------------------------------------------------------- */

static void versions(void) {
    CHECK(interphase_abi_version() == INTERPHASE_ABI_VERSION);
    CHECK(strlen(interphase_version()) >= 5 && interphase_version() == interphase_version());
}

/* Files and spectra --------------------------------------------------------------------------------------------------- */

static void files(const char *folder) {
    char path[1000], *text = NULL;
    interphase_handle spectra[2] = {simulated(truth, "{seed: 4}"), simulated(p2p_truth, "{seed: 5, sample: sulfide}")};
    interphase_handle file, spectrum, pattern;
    size_t points = 0, count = 0, patterns = 9;

    snprintf(path, sizeof path, "%s/two.vms", folder);
    OK(interphase_write(spectra, 2, path, NULL, &error));
    OK(interphase_read(path, NULL, &file, &error));
    OK(interphase_file_count(file, &count, &patterns, &error));
    CHECK(count == 2 && patterns == 0);
    OK(interphase_file_info(file, &text, &error));
    CHECK(has(text, "interphase.info/1"));
    OK(interphase_file_spectrum(file, 0, &spectrum, &error));
    OK(interphase_close(file)); // what was made from it lives on
    OK(interphase_spectrum_points(spectrum, &points, &error));
    CHECK(points == 201);
    OK(interphase_spectrum_info(spectrum, &text, &error));
    CHECK(has(text, "\"level\":\"S 2p\""));
    OK(interphase_spectrum_svg(spectrum, &text, &error));
    CHECK(has(text, "<svg"));

    double binding[201], kinetic[201], energies[201], counts[201], written[201], other[201];
    OK(interphase_spectrum_copy(spectrum, INTERPHASE_ENERGIES, energies, points, &error));
    OK(interphase_spectrum_copy(spectrum, INTERPHASE_BINDING_ENERGIES, binding, points, &error));
    OK(interphase_spectrum_copy(spectrum, INTERPHASE_KINETIC_ENERGIES, kinetic, points, &error));
    OK(interphase_spectrum_copy(spectrum, INTERPHASE_INTENSITIES, counts, points, &error));
    OK(interphase_spectrum_copy(spectra[0], INTERPHASE_INTENSITIES, written, points, &error));
    CHECK(memcmp(counts, written, sizeof counts) == 0);
    for (size_t i = 0; i < points; i++) CHECK(fabs(binding[i] + kinetic[i] - 1486.6) < 1e-6 && energies[i] == kinetic[i]);

    interphase_handle made;
    OK(interphase_spectrum_create(
        binding, counts, points, "{\"name\": \"mine\", \"level\": \"S 2p\", \"photon_energy\": 1486.6}", &made, &error));
    OK(interphase_spectrum_copy(made, INTERPHASE_KINETIC_ENERGIES, other, points, &error));
    CHECK(fabs(other[7] - kinetic[7]) < 1e-6);
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_copy(made, INTERPHASE_TRANSMISSION, other, points, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_copy(made, INTERPHASE_FIRST_COLUMN, other, points, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_copy(made, -5, other, points, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_copy(made, INTERPHASE_ENERGIES, other, points - 1, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_copy(made, INTERPHASE_ENERGIES, NULL, points, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_file_spectrum(0, 0, NULL, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_file_spectrum(file, 0, &pattern, &error));

    FAILS(INTERPHASE_NO_SUCH_FILE, interphase_read("/nowhere/at.all", NULL, &file, &error));
    CHECK(file == 0 && strcmp(error.file, "/nowhere/at.all") == 0);
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_read(NULL, NULL, &file, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_read("x\xff\xfe", NULL, &file, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_read(path, NULL, NULL, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_read(path, "{\"technic\": \"xps\"}", &file, &error));
    CHECK(error.line == 1 && error.column == 2 && holds(error.message, "technique"));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_read(path, "{{{", &file, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_read(path, "\x01", &file, &error));
    CHECK(interphase_read("/nowhere", NULL, &file, NULL) == INTERPHASE_NO_SUCH_FILE);
    snprintf(path, sizeof path, "%s/broken.vms", folder);
    FILE *broken = fopen(path, "w");
    fputs("VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4\nno\nno\nno\nno\nx\n", broken);
    fclose(broken);
    FAILS(INTERPHASE_READ_ERROR, interphase_read(path, NULL, &file, &error));
    CHECK(error.line > 0 && strcmp(error.file, path) == 0);
    FAILS(INTERPHASE_WRITE_ERROR, interphase_write(spectra, 2, "/nowhere/two.vms", NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_write(spectra, 2, "two.doc", NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_write(spectra, 0, path, NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_write(NULL, 2, path, NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_write(spectra, (size_t)-1, path, NULL, &error));

    double falling[3] = {3, 2, 2.5}, nothing[3] = {1, NAN, 1};
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_create(falling, falling, 3, NULL, &made, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_create(binding, nothing, 3, NULL, &made, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_create(binding, counts, 0, NULL, &made, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_create(binding, counts, (size_t)-1, NULL, &made, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_spectrum_create(NULL, counts, 3, NULL, &made, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_spectrum_create(binding, counts, 3, "{level: S 9z}", &made, &error));

    double many[2000];
    for (size_t i = 0; i < 2000; i++) many[i] = 10 + 0.03 * (double)i;
    OK(interphase_pattern_create(many, many, 2000, "{wavelength: CuKa}", &pattern, &error));
    OK(interphase_pattern_points(pattern, &points, &error));
    CHECK(points == 2000);
    OK(interphase_pattern_copy(pattern, many, NULL, points, &error));
    CHECK(many[3] == 10 + 0.03 * 3);
    OK(interphase_pattern_info(pattern, &text, &error));
    CHECK(has(text, "wavelength_A"));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_pattern_create(many, many, 2, "{wavelength: Xx}", &pattern, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_pattern_create(many, many, 0, NULL, &pattern, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_pattern_points(spectra[0], &points, &error));
}

/* One fit ----------------------------------------------------------------------------------------------------------- */

static void one_fit(void) {
    char *text = NULL;
    interphase_handle spectrum = simulated(truth, "{seed: 1, constant: 500}"), model, fit, shipped;
    OK(interphase_recipe_names(&text, &error));
    CHECK(has(text, "s2p-argyrodite-cathode"));
    OK(interphase_model_named("s2p-argyrodite-cathode", &shipped, &error));
    OK(interphase_model_recipe(shipped, &text, &error));
    CHECK(has(text, "PS4 3-"));
    OK(interphase_model_adjust(shipped, "{calibration: {shift: 0, u: 0.1}, window: [157, 167], weights: unweighted}", &model, &error));
    OK(interphase_model_recipe(model, &text, &error));
    CHECK(holds(text, "shift: 0.0, u: 0.1") && holds(text, "[157.0, 167.0]") && has(text, "weights: unweighted"));
    OK(interphase_model_adjust(shipped, "{calibration: none}", &model, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_model_adjust(shipped, "{window: [9, 1]}", &model, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_model_adjust(shipped, "{level: C 1s}", &model, &error));
    OK(interphase_model_create(model_text, NULL, &model, &error));
    OK(interphase_fit(model, spectrum, NULL, 0, &fit, &error));
    size_t points = 0, components = 0, parameters = 0;
    OK(interphase_fit_sizes(fit, &points, &components, &parameters, &error));
    CHECK(points == 201 && components == 2 && parameters == 8);
    OK(interphase_fit_json(fit, "{curves: true, uncertainty: covariance}", &text, &error));
    CHECK(holds(text, "\"intervals\"") && has(text, "interphase.fit/1"));
    OK(interphase_fit_table(fit, &text, &error));
    CHECK(has(text, "PS4 3-"));
    OK(interphase_fit_svg(fit, &text, &error));
    CHECK(has(text, "</svg>"));
    OK(interphase_fit_html(fit, &text, &error));
    CHECK(has(text, "</html>"));
    OK(interphase_fit_recipe(fit, &text, &error));
    interphase_handle again;
    OK(interphase_model_create(text, NULL, &again, &error));
    interphase_free(text);
    double data[201], background[201], envelope[201], sigma[201], energies[201], parts[2][201], covariance[64];
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_BINDING_ENERGIES, energies, points, &error));
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_INTENSITIES, data, points, &error));
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_BACKGROUND, background, points, &error));
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_ENVELOPE, envelope, points, &error));
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_STANDARD_DEVIATIONS, sigma, points, &error));
    OK(interphase_fit_copy(fit, INTERPHASE_FIT_COVARIANCE, covariance, 64, &error));
    for (int c = 0; c < 2; c++) OK(interphase_fit_copy(fit, INTERPHASE_FIT_FIRST_COMPONENT + c, parts[c], points, &error));
    double chi2 = 0;
    for (size_t i = 0; i < points; i++) {
        CHECK(fabs(background[i] + parts[0][i] + parts[1][i] - envelope[i]) < 1e-6 * envelope[i]);
        CHECK(i == 0 || energies[i] > energies[i - 1]);
        chi2 += pow((data[i] - envelope[i]) / sigma[i], 2);
    }
    CHECK(chi2 > 120 && chi2 < 280 && covariance[0] > 0);
    for (size_t i = 0; i < points; i++) sigma[i] *= sigma[i];
    OK(interphase_fit(model, spectrum, sigma, points, &again, &error));
    sigma[5] = -1;
    FAILS(INTERPHASE_FIT_ERROR, interphase_fit(model, spectrum, sigma, points, &again, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit(model, spectrum, sigma, 3, &again, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit(model, spectrum, NULL, 3, &again, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_fit(spectrum, model, NULL, 0, &again, &error));
    CHECK(again == 0 && holds(error.message, "expected a model"));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_fit(0, spectrum, NULL, 0, &again, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_fit(-77, spectrum, NULL, 0, &again, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit(model, spectrum, NULL, 0, NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_copy(fit, 99, data, points, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_json(fit, NULL, NULL, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_fit_json(fit, "{uncertainty: magic}", &text, &error));
    FAILS(INTERPHASE_FIT_ERROR, interphase_fit_json(fit, "{upper_limits: [Unobtainium]}", &text, &error));
    CHECK(text == NULL);
    interphase_handle elsewhere = simulated(p2p_truth, NULL);
    FAILS(INTERPHASE_FIT_ERROR, interphase_fit(model, elsewhere, NULL, 0, &again, &error));
    OK(interphase_review(&fit, 1, 0, &text, &error));
    CHECK(has(text, "interphase.review/1"));

    FAILS(INTERPHASE_NO_SUCH_FILE, interphase_model_named("s2p-argyrodit", &model, &error));
    CHECK(holds(error.message, "did you mean"));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_model_create("interphase: 1\ncomponents:\n  - {nam: x}\n", NULL, &model, &error));
    CHECK(error.line == 3 && error.column > 0 && strcmp(error.file, "recipe") == 0);
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_model_create("", "mine.yaml", &model, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_model_create("\xc3\x28", NULL, &model, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_model_create(NULL, NULL, &model, &error));

    // A message that is longer than its place is cut between characters.
    char *big = malloc(20000), *end = big;
    for (int i = 0; i < 5000; i++) end += sprintf(end, "\xc3\xa4");
    FAILS(INTERPHASE_NO_SUCH_FILE, interphase_model_named(big, &model, &error));
    size_t length = strlen(error.message);
    CHECK(length >= sizeof error.message - 5 && length < sizeof error.message && strlen(error.file) == 510);
    CHECK((error.file[509] & 0xc0) == 0x80);
    free(big);
}

/* Many fits ----------------------------------------------------------------------------------------------------------- */

enum { SPECTRA = 64, POINTS = 201, PARAMETERS = 8 };
static double matrix[SPECTRA][POINTS];

static void *fit_all(void *argument) {
    interphase_handle prepared = *(interphase_handle *)argument;
    double *values = calloc(SPECTRA * PARAMETERS, sizeof *values);
    interphase_batch batch = {.size = sizeof batch, .intensities = matrix[0], .spectra = SPECTRA, .points = POINTS,
                              .workers = 2, .values = values};
    if (interphase_fit_many(prepared, &batch, NULL) != INTERPHASE_OK) {
        free(values);
        return NULL;
    }
    return values;
}

static void many_fits(void) {
    char *text = NULL;
    interphase_handle model, first = 0, prepared;
    OK(interphase_model_create(model_text, NULL, &model, &error));
    for (int i = 0; i < SPECTRA; i++) {
        char options[100];
        snprintf(options, sizeof options, "{\"seed\": %d, \"constant\": 600}", i);
        interphase_handle spectrum = simulated(truth, options);
        OK(interphase_spectrum_copy(spectrum, INTERPHASE_INTENSITIES, matrix[i], POINTS, &error));
        if (first == 0) first = spectrum;
    }
    OK(interphase_prepare(model, first, &prepared, &error));
    OK(interphase_prepared_info(prepared, &text, &error));
    CHECK(holds(text, "\"points\":201") && has(text, "PS4 3-.position"));

    double values[SPECTRA][PARAMETERS], uncertainties[SPECTRA][PARAMETERS], chi2[SPECTRA];
    double quantities[SPECTRA][2][4][2], covariances[SPECTRA][PARAMETERS][PARAMETERS];
    int32_t outcomes[SPECTRA];
    volatile int64_t done = 0;
    volatile int32_t cancel = 0;
    interphase_batch batch = {.size = sizeof batch, .intensities = matrix[0], .spectra = SPECTRA, .points = POINTS,
                              .cancel = &cancel, .done = &done, .values = values[0], .uncertainties = uncertainties[0],
                              .covariances = covariances[0][0], .quantities = quantities[0][0][0], .chi2 = chi2,
                              .outcomes = outcomes};
    OK(interphase_fit_many(prepared, &batch, &error));
    CHECK(done == SPECTRA);
    double mean = 0;
    for (int i = 0; i < SPECTRA; i++) {
        CHECK(outcomes[i] == INTERPHASE_CONVERGED && chi2[i] > 100 && chi2[i] < 320);
        CHECK(fabs(covariances[i][2][2] - pow(uncertainties[i][2], 2)) < 1e-9 * covariances[i][2][2]);
        CHECK(fabs(quantities[i][1][2][0] - 9000) < 6 * quantities[i][1][2][1]);
        mean += quantities[i][0][0][0] / SPECTRA;
    }
    CHECK(fabs(mean - 160.2) < 0.01);

    // The same, to the last bit, from eight threads at a time.
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) pthread_create(&threads[i], NULL, fit_all, &prepared);
    for (int i = 0; i < 8; i++) {
        void *found = NULL;
        pthread_join(threads[i], &found);
        CHECK(found && memcmp(found, values, sizeof values) == 0);
        free(found);
    }

    // A spectrum that cannot be fitted stops no other; rows may stand apart.
    double wide[3][POINTS + 5], row[3][PARAMETERS];
    for (int i = 0; i < 3; i++) memcpy(wide[i], matrix[i], sizeof matrix[i]);
    wide[1][17] = NAN;
    interphase_batch three = {.size = sizeof three, .intensities = wide[0], .spectra = 3, .points = POINTS,
                              .stride = POINTS + 5, .workers = 1, .values = row[0], .outcomes = outcomes};
    OK(interphase_fit_many(prepared, &three, &error));
    CHECK(outcomes[0] == INTERPHASE_CONVERGED && outcomes[1] == INTERPHASE_FAILED && isnan(row[1][0]));
    CHECK(memcmp(row[2], values[2], sizeof row[2]) == 0);

    cancel = 1;
    FAILS(INTERPHASE_CANCELLED, interphase_fit_many(prepared, &batch, &error));
    CHECK(outcomes[0] == INTERPHASE_NOT_FITTED && isnan(values[0][0]));
    cancel = 0;
    interphase_batch wrong = batch;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, NULL, &error));
    wrong.size = 8;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.points = 200;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.spectra = (size_t)1 << 60;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.spectra = (size_t)1 << 31, wrong.stride = (size_t)1 << 32;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.stride = 7;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.intensities = NULL;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    wrong = batch, wrong.workers = -3;
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_many(prepared, &wrong, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_fit_many(model, &batch, &error));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_prepare(prepared, first, &model, &error));
}

/* Series, quantification, review -------------------------------------------------------------------------------------- */

static void series(void) {
    char *text = NULL;
    interphase_handle spectra[3], fits[3], model, phosphorus, p2p, two[2];
    for (int i = 0; i < 3; i++) spectra[i] = simulated(truth, "{constant: 300}");
    OK(interphase_model_create(model_text, NULL, &model, &error));
    OK(interphase_fit_series(
        model, spectra, 3,
        "{joint: true, variable: cycle, values: [200, 0, 1], pristine: [PS4 3-], ratios: [[[S 2-], [PS4 3-]]], areas: true}",
        &text, fits, &error));
    CHECK(holds(text, "\"cycle\"") && has(text, "interphase.series/1"));
    CHECK(fits[0] && fits[1] && fits[2]);
    OK(interphase_fit_series(model, spectra, 3, NULL, &text, NULL, &error));
    CHECK(has(text, "interphase.series/1"));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_series(model, spectra, 3, "{values: [1]}", &text, fits, &error));
    CHECK(fits[0] == 0);
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_fit_series(model, spectra, 3, "{share: [width]}", &text, NULL, &error));
    FAILS(INTERPHASE_FIT_ERROR, interphase_fit_series(model, spectra, 3, "{pristine: [Nn]}", &text, NULL, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_fit_series(model, NULL, 3, NULL, &text, NULL, &error));

    OK(interphase_fit(model, spectra[0], NULL, 0, &two[0], &error));
    phosphorus = simulated(p2p_truth, "{constant: 200}");
    OK(interphase_model_create(p2p_model, NULL, &p2p, &error));
    OK(interphase_fit(p2p, phosphorus, NULL, 0, &two[1], &error));
    OK(interphase_quantify(two, 2, "{u_sensitivities: 5, tie: \"S / P = 5 +- 50 %\"}", &text, &error));
    CHECK(has(text, "interphase.quantify/1"));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_quantify(two, 2, "{tie: nonsense}", &text, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_quantify(two, 2, "{escape_depth: deep}", &text, &error));
    FAILS(INTERPHASE_NO_SUCH_FILE, interphase_quantify(two, 2, "{sensitivities: nowhere.csv}", &text, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_quantify(two, 0, NULL, &text, &error));
    OK(interphase_review(two, 2, 0, &text, &error));
    CHECK(has(text, "the levels together"));
    OK(interphase_review(&model, 1, spectra[0], &text, &error));
    CHECK(has(text, "recipe"));
    FAILS(INTERPHASE_INVALID_HANDLE, interphase_review(spectra, 3, 0, &text, &error));
}

/* Diffraction --------------------------------------------------------------------------------------------------------- */

static void diffraction(const char *folder) {
    char *text = NULL, path[1000];
    interphase_handle pattern, file, scan;
    OK(interphase_simulate_pattern(
        "{\"phases\": {\"LiCoO2\": 90, \"Co3O4\": 10}, \"two_theta\": [15, 70], \"step\": 0.03}", &pattern, &error));
    OK(interphase_identify(pattern, "{elements: [Li, Co, O], ask: [Li2TiO3]}", &text, &error));
    CHECK(holds(text, "interphase.identify/1") && holds(text, "LiCoO2") && has(text, "Co3O4"));
    snprintf(path, sizeof path, "%s/mixture.csv", folder);
    OK(interphase_write(&pattern, 1, path, "csv", &error));
    OK(interphase_read(path, "{technique: xrd}", &file, &error));
    size_t spectra = 9, patterns = 0;
    OK(interphase_file_count(file, &spectra, &patterns, &error));
    CHECK(spectra == 0 && patterns == 1);
    OK(interphase_file_pattern(file, 0, &scan, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_file_pattern(file, 1, &scan, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_file_spectrum(file, 0, &scan, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_identify(pattern, "{elements: [Xx]}", &text, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_identify(pattern, "{range: [80, 200]}", &text, &error));
    FAILS(INTERPHASE_PATTERN_ERROR, interphase_identify(pattern, "{range: [20, 20.3]}", &text, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_simulate_pattern(NULL, &pattern, &error));
    FAILS(INTERPHASE_NO_SUCH_FILE, interphase_simulate_pattern("{phases: {Nowhere: 1}}", &pattern, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_simulate_pattern("{phases: {Co3O4: 1}, step: 1e-5}", &pattern, &error));
}

static void simulation(void) {
    interphase_handle model, spectrum;
    OK(interphase_model_create(truth, NULL, &model, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_simulate(model, "{seed: -1}", &spectrum, &error));
    FAILS(INTERPHASE_RECIPE_ERROR, interphase_simulate(model, "{constant: 1e300}", &spectrum, &error));
    FAILS(INTERPHASE_INVALID_ARGUMENT, interphase_simulate(model, "{step: 1e-6, energies: [1, 1000]}", &spectrum, &error));
    OK(interphase_simulate(model, "{noise: false, constant: 10}", &spectrum, &error));
    OK(interphase_model_create(model_text, NULL, &model, &error));
    FAILS(INTERPHASE_FIT_ERROR, interphase_simulate(model, NULL, &spectrum, &error)); // no areas
}

int main(int count, char **arguments) {
    const char *folder = count > 1 ? arguments[1] : ".";
    CHECK(interphase_open_handles() == 0);
    versions();
    files(folder);
    one_fit();
    many_fits();
    series();
    diffraction(folder);
    simulation();
    CHECK(interphase_close(0) == INTERPHASE_OK);
    CHECK(interphase_close(1) == INTERPHASE_INVALID_HANDLE); // closed above: closed once and for all
    CHECK(interphase_close(1LL << 60) == INTERPHASE_INVALID_HANDLE);
    int64_t open = interphase_open_handles(), closed = 0;
    for (interphase_handle handle = 1; handle < 2000; handle++) closed += interphase_close(handle) == INTERPHASE_OK;
    CHECK(open == closed && interphase_open_handles() == 0);
    interphase_free(NULL);
    printf("C interface: %d checks, %d failures\n", checks, failures);
    return failures ? 1 : 0;
}
