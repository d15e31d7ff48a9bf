#pragma once

#define INTERPHASE_NEEDS_HDF5
#include "../CHDF5Headers/hdf5_shim.h"

// The functions of the library that are used, found when it is loaded.
#define INTERPHASE_HDF5_FUNCTIONS(F) \
    F(H5open) F(H5get_libversion) F(H5Eset_auto2) \
    F(H5Pcreate) F(H5Pclose) F(H5Pset_fapl_core) F(H5Pset_file_image) \
    F(H5Pget_external_count) F(H5Pget_layout) F(H5Pset_elink_cb) \
    F(H5Fopen) F(H5Fcreate) F(H5Fclose) F(H5Fflush) F(H5Fget_file_image) \
    F(H5Gcreate2) F(H5Gclose) F(H5Gget_num_objs) \
    F(H5Lget_name_by_idx) F(H5Lcreate_hard) \
    F(H5Oopen) F(H5Oclose) F(H5Iget_type) \
    F(H5Dcreate2) F(H5Dclose) F(H5Dread) F(H5Dwrite) F(H5Dget_space) F(H5Dget_type) \
    F(H5Dget_create_plist) F(H5Dvlen_reclaim) \
    F(H5Screate) F(H5Screate_simple) F(H5Sclose) F(H5Sget_simple_extent_ndims) F(H5Sget_simple_extent_dims) \
    F(H5Sget_simple_extent_npoints) \
    F(H5Tcopy) F(H5Tclose) F(H5Tget_class) F(H5Tget_size) F(H5Tset_size) F(H5Tset_cset) F(H5Tget_cset) \
    F(H5Tis_variable_str) \
    F(H5Aexists) F(H5Aopen) F(H5Acreate2) F(H5Aclose) F(H5Aread) F(H5Awrite) F(H5Aget_space) F(H5Aget_type)

struct interphase_hdf5_functions {
#define F(name) __typeof__(&name) name;
    INTERPHASE_HDF5_FUNCTIONS(F)
#undef F
    hid_t native_double, native_int64, c_string, file_access, link_access;
    // Follows links inside a file only.
    hid_t inside;
};

// The functions, or NULL where the library is not there. The library is locked until `interphase_hdf5_unlock`.
const struct interphase_hdf5_functions *interphase_hdf5_lock(void);
void interphase_hdf5_unlock(void);
// How to open a file in memory, and a name for it. The library takes files of the same name for one and the same, so each
// gets its own. For callers that hold the lock.
hid_t interphase_hdf5_memory_access(char name[32]);

// Answers one question about an open file, in the child process. The bytes are to be freed.
struct interphase_hdf5_answer {
    int64_t result;
    uint64_t size;
    void *bytes;
};
struct interphase_hdf5_answer interphase_hdf5_answer(
    const struct interphase_hdf5_functions *h5, hid_t file, int question, const char *path, const char *attribute,
    uint64_t most);
// Opens a file in memory; negative where that failed. For callers that hold the lock.
hid_t interphase_hdf5_open_image(const struct interphase_hdf5_functions *h5, const void *bytes, size_t size);
