/*
 * Interphase for C, and for every language that can call C: spectra out of files or arrays, peak models out of recipes,
 * fits with uncertainties, one spectrum or a hundred thousand, series, quantification, phases.
 *
 *     #include <interphase.h>
 *
 *     interphase_error error;
 *     interphase_handle file = 0, spectrum = 0, model = 0, fit = 0;
 *     char *text = NULL;
 *     if (interphase_read("cathode.vms", NULL, &file, &error) != INTERPHASE_OK
 *         || interphase_file_spectrum(file, 0, &spectrum, &error) != INTERPHASE_OK
 *         || interphase_model_named("s2p-argyrodite-cathode", &model, &error) != INTERPHASE_OK
 *         || interphase_fit(model, spectrum, NULL, 0, &fit, &error) != INTERPHASE_OK
 *         || interphase_fit_table(fit, &text, &error) != INTERPHASE_OK)
 *         fprintf(stderr, "%s\n", error.message);
 *     else
 *         puts(text);
 *     interphase_free(text);
 *     interphase_close(fit), interphase_close(model), interphase_close(spectrum), interphase_close(file);
 *
 * Rules that hold for all functions
 *
 * Errors. Every function that can fail returns a status, INTERPHASE_OK or what went wrong, and where `error` is not NULL
 * fills it in: the same status, a message for a person, and the place in the file or document where there is one. There
 * is no error state anywhere else. Nothing throws, aborts or prints.
 *
 * Handles are numbers; 0 is none. A handle that was never given out, was closed or stands for something else is an error
 * (INTERPHASE_INVALID_HANDLE), never a crash. What a handle stands for does not change. Close each one once.
 *
 * Memory. Arrays belong to the caller; no pointer to one is kept after a function has returned. Texts are UTF-8 with a
 * zero at the end; those that a function gives are the caller's, to be given to `interphase_free`. Where a function fails
 * its results are left as 0 or NULL, and numbers as they were.
 *
 * Threads. Any function may be called from any number of threads at a time, with the same handles too.
 *
 * Documents. Results that are not arrays are JSON of the schemas that the command-line program writes
 * (interphase.fit/1, interphase.info/1 ...): keys are added, never renamed. Options are a JSON (or YAML) object; NULL
 * stands for none; a key that is not known is an error that names line and column.
 *
 * Energies are in eV, angles in degrees, intensities in the spectrum's unit, areas in that unit times eV.
 */

#ifndef INTERPHASE_H
#define INTERPHASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version -------------------------------------------------------------------------------------------------------- */

/* The version of this interface. Functions are added under the same number; it rises when a program that was compiled
 * against an older header would no longer work. */
#define INTERPHASE_ABI_VERSION 1

/* The INTERPHASE_ABI_VERSION that the library was built with. */
int32_t interphase_abi_version(void);

/* The version of Interphase, "0.1.0". It lives as long as the library; not to be freed. */
const char *interphase_version(void);

/* Errors --------------------------------------------------------------------------------------------------------- */

typedef int32_t interphase_status;

enum {
    INTERPHASE_OK = 0,
    INTERPHASE_INVALID_ARGUMENT = 1, /* NULL where something is needed, a size or an option that makes no sense */
    INTERPHASE_INVALID_HANDLE = 2,   /* no such handle, or one of another kind */
    INTERPHASE_NO_SUCH_FILE = 3,
    INTERPHASE_READ_ERROR = 4,   /* a file that breaks the rules of its format, or of no format known here */
    INTERPHASE_RECIPE_ERROR = 5, /* a recipe or an options document: message, line and column */
    INTERPHASE_FIT_ERROR = 6,    /* model and spectrum do not go together, or one of them makes no sense */
    INTERPHASE_QUANTIFICATION_ERROR = 7,
    INTERPHASE_PATTERN_ERROR = 8, /* a diffraction pattern that cannot be used */
    INTERPHASE_WRITE_ERROR = 9,
    INTERPHASE_CANCELLED = 10, /* what was done until then is in the caller's arrays */
    INTERPHASE_INTERNAL_ERROR = 11
};

/* What went wrong. The caller owns it; it needs no initialisation. */
typedef struct interphase_error {
    interphase_status status;
    int32_t reserved;
    int64_t line;       /* in the file or document, from 1; 0 where not known */
    int64_t column;     /* from 1; 0 where not known */
    int64_t byte;       /* in the file, from 0; -1 where not known */
    char file[512];     /* the file or document that the error is about; empty where it is about none */
    char message[2048]; /* for a person, with the place; cut at a character where it is longer */
} interphase_error;

/* Handles and texts ---------------------------------------------------------------------------------------------- */

/* A file, a spectrum, a pattern, a model, a prepared model or a fit. */
typedef int64_t interphase_handle;

/* Gives a handle back; 0 does nothing. What other handles were made from it lives on. */
interphase_status interphase_close(interphase_handle handle);

/* How many handles are open: for tests of programs that should leave none. */
int64_t interphase_open_handles(void);

/* Gives a text back; NULL does nothing. */
void interphase_free(char *text);

/* Files ---------------------------------------------------------------------------------------------------------- */

/* Reads a file of any known format, which its content tells.
 * Options: "technique": "xps" or "xrd"; "axis": "binding" or "kinetic", "photon_energy": eV,
 * "unit": "counts", "counts/s" or "arbitrary", each for files that do not say it; "wavelength": "CuKa" or Angstrom. */
interphase_status interphase_read(
    const char *path, const char *options, interphase_handle *file, interphase_error *error);

/* What is in the file: the document of `interphase info --json`, schema interphase.info/1. */
interphase_status interphase_file_info(interphase_handle file, char **json, interphase_error *error);

/* How many spectra and how many diffraction patterns it holds; one of both is 0. */
interphase_status interphase_file_count(
    interphase_handle file, size_t *spectra, size_t *patterns, interphase_error *error);

/* Spectrum `index` of the file, from 0. */
interphase_status interphase_file_spectrum(
    interphase_handle file, size_t index, interphase_handle *spectrum, interphase_error *error);

/* Diffraction pattern `index` of the file, from 0. */
interphase_status interphase_file_pattern(
    interphase_handle file, size_t index, interphase_handle *pattern, interphase_error *error);

/* Writes spectra, or patterns, to a file; the extension of the path says the format unless `format` does: "vamas", "csv",
 * "xy", "nexus"; for patterns "xy", "xye", "csv", "cif", "nexus". */
interphase_status interphase_write(
    const interphase_handle *items, size_t count, const char *path, const char *format, interphase_error *error);

/* Spectra -------------------------------------------------------------------------------------------------------- */

/* A spectrum of `points` intensities at `energies`, in any one order.
 * Options: "name", "sample": texts; "level": "S 2p"; "axis": "binding" (unless stated) or "kinetic"; "photon_energy": eV;
 * "unit": "counts" (unless stated), "counts/s" or "arbitrary"; "sweeps": number, "dwell": s; "pass_energy": eV;
 * "variable": name, "value": number, "variable_unit": text, where it lies in a series; "shift": eV added to its binding
 * energies, "shift_u": its standard uncertainty. */
interphase_status interphase_spectrum_create(
    const double *energies, const double *intensities, size_t points, const char *options, interphase_handle *spectrum,
    interphase_error *error);

/* The spectrum as one entry of "spectra" in the document of `interphase info --json`. */
interphase_status interphase_spectrum_info(interphase_handle spectrum, char **json, interphase_error *error);

/* The number of points. */
interphase_status interphase_spectrum_points(interphase_handle spectrum, size_t *points, interphase_error *error);

/* What `interphase_spectrum_copy` copies, in the order of the file. */
enum {
    INTERPHASE_ENERGIES = 0,         /* as the file has them */
    INTERPHASE_BINDING_ENERGIES = 1, /* an error where the photon energy is needed and not known */
    INTERPHASE_KINETIC_ENERGIES = 2, /* likewise */
    INTERPHASE_INTENSITIES = 3,
    INTERPHASE_TRANSMISSION = 4, /* an error where the file has none */
    INTERPHASE_FIRST_COLUMN = 16 /* and above: the further columns of the file, see "columns" in the info */
};

/* Copies one array of the spectrum into `values`, of exactly `points` numbers. */
interphase_status interphase_spectrum_copy(
    interphase_handle spectrum, int32_t which, double *values, size_t points, interphase_error *error);

/* A figure of the spectrum as SVG. */
interphase_status interphase_spectrum_svg(interphase_handle spectrum, char **svg, interphase_error *error);

/* Models --------------------------------------------------------------------------------------------------------- */

/* The names of the recipes that come along, an array of texts. */
interphase_status interphase_recipe_names(char **json, interphase_error *error);

/* The model in the recipe file `name`, or in the recipe of that name that comes along. */
interphase_status interphase_model_named(const char *name, interphase_handle *model, interphase_error *error);

/* The model in the text of a recipe, YAML or JSON (see docs/recipes.md). `name` names it in errors; NULL for "recipe". */
interphase_status interphase_model_create(
    const char *yaml, const char *name, interphase_handle *model, interphase_error *error);

/* The recipe of the model, as YAML with what it states. */
interphase_status interphase_model_recipe(interphase_handle model, char **yaml, interphase_error *error);

/* The same model with another "window": [low, high] in eV, "calibration" ("none" for none), "background" or "weights", each
 * as a recipe has it. */
interphase_status interphase_model_adjust(
    interphase_handle model, const char *options, interphase_handle *adjusted, interphase_error *error);

/* Fits ----------------------------------------------------------------------------------------------------------- */

/* Fits a model to a spectrum. `variances`, one for each of the `points` of the spectrum and in its order, take the place
 * of those that counting gives; NULL for none, with `points` 0. A fit that did not converge is a result; its document
 * says so. */
interphase_status interphase_fit(
    interphase_handle model, interphase_handle spectrum, const double *variances, size_t points,
    interphase_handle *fit, interphase_error *error);

/* The fit as `interphase fit --json` writes it, schema interphase.fit/1.
 * Options: "curves": true for data and curves; "uncertainty": "covariance", "profile" or "monte-carlo"
 * for intervals, with "trials": number and "seed": number; "upper_limits": list of species; "systematic": true for the
 * spread over windows and backgrounds. */
interphase_status interphase_fit_json(
    interphase_handle fit, const char *options, char **json, interphase_error *error);

/* The fit as a table for people. */
interphase_status interphase_fit_table(interphase_handle fit, char **text, interphase_error *error);

/* A figure of the fit as SVG. */
interphase_status interphase_fit_svg(interphase_handle fit, char **svg, interphase_error *error);

/* The fit as an HTML page that needs nothing else. */
interphase_status interphase_fit_html(interphase_handle fit, char **html, interphase_error *error);

/* The recipe of the fit with every default written out, as YAML. */
interphase_status interphase_fit_recipe(interphase_handle fit, char **yaml, interphase_error *error);

/* The numbers of points, of components and of free parameters. */
interphase_status interphase_fit_sizes(
    interphase_handle fit, size_t *points, size_t *components, size_t *parameters, interphase_error *error);

/* What `interphase_fit_copy` copies: arrays of the points of the window in the order of rising binding energy. */
enum {
    INTERPHASE_FIT_BINDING_ENERGIES = 0, /* after calibration */
    INTERPHASE_FIT_INTENSITIES = 1,
    INTERPHASE_FIT_BACKGROUND = 2,
    INTERPHASE_FIT_ENVELOPE = 3,
    INTERPHASE_FIT_STANDARD_DEVIATIONS = 4, /* that the weights assume */
    INTERPHASE_FIT_COVARIANCE = 5,          /* parameters x parameters instead of points */
    INTERPHASE_FIT_FIRST_COMPONENT = 16     /* and above: each component, without the background */
};

/* Copies one array of the fit into `values`, of exactly `count` numbers. */
interphase_status interphase_fit_copy(
    interphase_handle fit, int32_t which, double *values, size_t count, interphase_error *error);

/* Many fits ------------------------------------------------------------------------------------------------------ */

/* Makes a model ready for spectra that differ from `spectrum` in nothing but their intensities. */
interphase_status interphase_prepare(
    interphase_handle model, interphase_handle spectrum, interphase_handle *prepared, interphase_error *error);

/* What the columns of the results are: {"parameters": [name...], "components": [name...], "points": number}. */
interphase_status interphase_prepared_info(interphase_handle prepared, char **json, interphase_error *error);

/* How the fit of one spectrum ended. */
enum {
    INTERPHASE_CONVERGED = 0,
    INTERPHASE_NOT_CONVERGED = 1, /* with numbers, not to be trusted; interphase_fit says why */
    INTERPHASE_UNDETERMINED = 2,  /* the data do not determine all parameters: uncertainties are NaN */
    INTERPHASE_FAILED = 3,        /* no numbers, NaN; interphase_fit says why */
    INTERPHASE_NOT_FITTED = 4     /* cancelled before its turn */
};

/* Spectra in, numbers out. Fill with zeros first, so that members which are added later are NULL. */
typedef struct interphase_batch {
    size_t size; /* sizeof(interphase_batch) */

    const double *intensities; /* spectrum i begins at intensities + i * stride, in the order of the prepared axis */
    const double *variances;   /* laid out likewise; NULL for those that counting gives */
    size_t spectra;
    size_t points; /* that of the spectrum which the model was prepared for */
    size_t stride; /* in numbers; 0 for `points` */

    int32_t workers;                /* threads; 0 for one on each processor */
    int32_t reserved;
    const volatile int32_t *cancel; /* a number other than 0 ends the batch before the next spectrum; may be NULL */
    volatile int64_t *done;         /* counts the spectra that are done; may be NULL */

    /* Each may be NULL. Row i belongs to spectrum i. */
    double *values;        /* spectra x parameters */
    double *uncertainties; /* spectra x parameters: standard uncertainties, NaN for a parameter on a bound */
    double *covariances;   /* spectra x parameters x parameters */
    double *quantities;    /* spectra x components x 4 x 2: position, true width, area, share; value, uncertainty */
    double *chi2;          /* spectra */
    int32_t *outcomes;     /* spectra: INTERPHASE_CONVERGED ... */
} interphase_batch;

/* Fits all spectra of a batch. Results do not depend, to the last bit, on workers or on which spectra come together.
 * A spectrum that cannot be fitted has its outcome and stops no other. */
interphase_status interphase_fit_many(
    interphase_handle prepared, const interphase_batch *batch, interphase_error *error);

/* Series --------------------------------------------------------------------------------------------------------- */

/* Fits a model to `count` spectra measured along a variable; schema interphase.series/1.
 * Options: "joint": true for one least-squares problem; "share": list of quantities; "smooth_shift": eV;
 * "variable": name, "variable_unit": text, "values": one number for each spectrum (1, 2, 3 ... unless stated or known to
 * the spectra); "pristine": list of species; "ratios": list of [[above...], [below...]]; "areas", "shifts",
 * "mean_position": true to have them in the document.
 * `fits`, NULL or of `count` handles, is given the fit of each spectrum in the order of the document, which is that of
 * rising values. */
interphase_status interphase_fit_series(
    interphase_handle model, const interphase_handle *spectra, size_t count, const char *options, char **json,
    interphase_handle *fits, interphase_error *error);

/* Conclusions ---------------------------------------------------------------------------------------------------- */

/* Atomic per cent from fits of one sample, schema interphase.quantify/1.
 * Options: "sensitivities": "scofield" or a table file; "transmission": "file", "none", a power or a table file;
 * "escape_depth": a power, "tpp2m" or "none"; "material": [g/cm3, valence electrons, g/mol, eV];
 * "u_sensitivities", "u_transmission", "u_escape_depth": per cent; "u_exponent": number; "exclude": list of components;
 * "tie": list of texts such as "PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %". */
interphase_status interphase_quantify(
    const interphase_handle *fits, size_t count, const char *options, char **json, interphase_error *error);

/* What a referee would object to in models and fits, schema interphase.review/1; several fits are held against each
 * other. `spectrum`, 0 for none, is what the models are meant for. */
interphase_status interphase_review(
    const interphase_handle *items, size_t count, interphase_handle spectrum, char **json, interphase_error *error);

/* Diffraction ---------------------------------------------------------------------------------------------------- */

/* A diffraction pattern of `points` intensities at angles 2 theta in degrees.
 * Options: "wavelength": "CuKa", "CuKa1", "CoKa", "MoKa" ... or Angstrom; "name", "sample": texts; "unit": "counts"
 * (unless stated), "counts/s" or "arbitrary"; "time_per_step": s. */
interphase_status interphase_pattern_create(
    const double *two_theta, const double *intensities, size_t points, const char *options, interphase_handle *pattern,
    interphase_error *error);

/* The pattern as one entry of "patterns" in the document of `interphase info --json`. */
interphase_status interphase_pattern_info(interphase_handle pattern, char **json, interphase_error *error);

/* The number of points. */
interphase_status interphase_pattern_points(interphase_handle pattern, size_t *points, interphase_error *error);

/* Copies the axis, as the file has it, and the intensities; each NULL or of exactly `points` numbers. */
interphase_status interphase_pattern_copy(
    interphase_handle pattern, double *axis, double *intensities, size_t points, interphase_error *error);

/* The phases of a pattern, schema interphase.identify/1.
 * Options: "elements": list of symbols; "phases": list of CIFs and folders; "only_these": true to leave out the phases
 * that come along; "ask": list of phases; "wavelength"; "alpha2_ratio": number; "range": [from, to] in degrees;
 * "monochromator": 2 theta in degrees; "variable_slit": true; "maximum": number of phases; "curves": true. */
interphase_status interphase_identify(
    interphase_handle pattern, const char *options, char **json, interphase_error *error);

/* Known truth ---------------------------------------------------------------------------------------------------- */

/* A spectrum with Poisson counts around what the model predicts, every parameter at its start, areas included.
 * Options: "seed": number, "energies": [low, high] in eV (the model's window unless stated), "step": eV, "constant": counts,
 * "slope": counts/eV, "shirley": 1/eV, "photon_energy": eV, "charging": eV, "sweeps": number, "dwell": s,
 * "name", "sample": texts; "noise": false for the expected counts themselves. */
interphase_status interphase_simulate(
    interphase_handle model, const char *options, interphase_handle *spectrum, interphase_error *error);

/* A powder pattern of phases of known masses.
 * Options: "phases": {name or CIF: mass...}, "two_theta": [from, to], "step", "wavelength", "top": counts of the strongest
 * line, "constant": counts, "crystallites": nm, "seed". */
interphase_status interphase_simulate_pattern(
    const char *options, interphase_handle *pattern, interphase_error *error);

#ifdef __cplusplus
}
#endif

#endif
