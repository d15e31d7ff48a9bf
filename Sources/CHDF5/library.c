#include "library.h"

#include "CHDF5.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static struct interphase_hdf5_functions functions;
static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

// The names under which the library is installed: Debian, other Linux, Homebrew on both kinds of Mac, MacPorts.
static const char *const names[] = {
    "libhdf5_serial.so", "libhdf5_serial.so.310", "libhdf5_serial.so.103", "libhdf5.so", "libhdf5.so.310",
    "libhdf5.so.200", "libhdf5.so.103", "libhdf5.dylib", "/opt/homebrew/lib/libhdf5.dylib",
    "/usr/local/lib/libhdf5.dylib", "/opt/local/lib/libhdf5.dylib",
};

// Called for a link that leads to another file: files that come from outside do not choose what else is opened.
static herr_t refuse(
    const char *parent_file, const char *parent_group, const char *file, const char *object, unsigned *flags,
    hid_t access, void *context) {
    (void)parent_file, (void)parent_group, (void)file, (void)object, (void)flags, (void)access, (void)context;
    return -1;
}

static int find_functions(void *library) {
#define F(name) \
    *(void **)&functions.name = dlsym(library, #name); \
    if (!functions.name) return 0;
    INTERPHASE_HDF5_FUNCTIONS(F)
#undef F
    if (functions.H5open() < 0) return 0;
    // The predefined types and classes are variables that H5open fills in.
    struct {
        const char *name;
        hid_t *id;
    } ids[] = {
        {"H5T_NATIVE_DOUBLE_g", &functions.native_double},
        {"H5T_NATIVE_INT64_g", &functions.native_int64},
        {"H5T_C_S1_g", &functions.c_string},
        {"H5P_CLS_FILE_ACCESS_ID_g", &functions.file_access},
        {"H5P_CLS_LINK_ACCESS_ID_g", &functions.link_access},
    };
    for (size_t index = 0; index < sizeof ids / sizeof *ids; index++) {
        hid_t *id = dlsym(library, ids[index].name);
        // Integers of 64 bits are the C type long where there is no name of their own.
        if (!id && ids[index].id == &functions.native_int64) id = dlsym(library, "H5T_NATIVE_LONG_g");
        if (!id) return 0;
        *ids[index].id = *id;
    }
    functions.inside = functions.H5Pcreate(functions.link_access);
    return functions.inside >= 0 && functions.H5Pset_elink_cb(functions.inside, refuse, NULL) >= 0;
}

static void load(void) {
    for (size_t index = 0; index < sizeof names / sizeof *names && !is_loaded; index++) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (!library) continue;
        is_loaded = find_functions(library);
        if (!is_loaded) dlclose(library);
    }
}

const struct interphase_hdf5_functions *interphase_hdf5_lock(void) {
    pthread_once(&once, load);
    if (!is_loaded) return NULL;
    pthread_mutex_lock(&mutex);
    // Errors come back as results; nothing is printed. The library keeps this for each thread.
    functions.H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return &functions;
}

hid_t interphase_hdf5_memory_access(char name[32]) {
    // Guarded by the lock, which the caller holds.
    static unsigned long long files;
    snprintf(name, 32, "interphase-%llu", ++files);
    hid_t access = functions.H5Pcreate(functions.file_access);
    if (access >= 0 && functions.H5Pset_fapl_core(access, 1 << 16, 0) < 0) {
        functions.H5Pclose(access);
        return -1;
    }
    return access;
}

void interphase_hdf5_unlock(void) { pthread_mutex_unlock(&mutex); }

int interphase_hdf5_available(void) {
    if (!interphase_hdf5_lock()) return 0;
    interphase_hdf5_unlock();
    return 1;
}

int interphase_hdf5_version(unsigned *major, unsigned *minor, unsigned *release) {
    const struct interphase_hdf5_functions *hdf5 = interphase_hdf5_lock();
    if (!hdf5) return 0;
    herr_t status = hdf5->H5get_libversion(major, minor, release);
    interphase_hdf5_unlock();
    return status >= 0;
}
