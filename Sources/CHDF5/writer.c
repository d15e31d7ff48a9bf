#include "library.h"

#include "CHDF5.h"

#include <stdlib.h>
#include <string.h>

typedef const struct interphase_hdf5_functions library;

interphase_hdf5_file interphase_hdf5_create(void) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    hid_t file = -1;
    char name[32];
    hid_t access = interphase_hdf5_memory_access(name);
    if (access >= 0)
        file = h5->H5Fcreate(name, 0x0002u /* H5F_ACC_TRUNC */, H5P_DEFAULT, access);
    if (access >= 0) h5->H5Pclose(access);
    interphase_hdf5_unlock();
    return file;
}

void interphase_hdf5_close(interphase_hdf5_file file) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return;
    h5->H5Fclose(file);
    interphase_hdf5_unlock();
}

int interphase_hdf5_create_group(interphase_hdf5_file file, const char *path) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    hid_t group = h5->H5Gcreate2(file, path, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (group >= 0) h5->H5Gclose(group);
    interphase_hdf5_unlock();
    return group >= 0 ? 0 : -1;
}

static hid_t space_of(library *h5, int dimensions, const uint64_t *lengths) {
    hsize_t dims[INTERPHASE_HDF5_MOST_DIMENSIONS];
    if (dimensions < 0 || dimensions > INTERPHASE_HDF5_MOST_DIMENSIONS) return -1;
    if (dimensions == 0) return h5->H5Screate(H5S_SCALAR);
    for (int index = 0; index < dimensions; index++) dims[index] = lengths[index];
    return h5->H5Screate_simple(dimensions, dims, NULL);
}

static int write_numbers(
    library *h5, hid_t file, const char *path, hid_t type, const void *values, int dimensions, const uint64_t *lengths) {
    int result = -1;
    hid_t space = space_of(h5, dimensions, lengths);
    if (space >= 0) {
        hid_t dataset = h5->H5Dcreate2(file, path, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (dataset >= 0) {
            result = h5->H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0 ? 0 : -1;
            h5->H5Dclose(dataset);
        }
        h5->H5Sclose(space);
    }
    return result;
}

int interphase_hdf5_write(
    interphase_hdf5_file file, const char *path, const double *values, int dimensions, const uint64_t *lengths) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = write_numbers(h5, file, path, h5->native_double, values, dimensions, lengths);
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_write_integers(
    interphase_hdf5_file file, const char *path, const int64_t *values, int dimensions, const uint64_t *lengths) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = write_numbers(h5, file, path, h5->native_int64, values, dimensions, lengths);
    interphase_hdf5_unlock();
    return result;
}

// The type of texts of any length in UTF-8.
static hid_t text_type(library *h5) {
    hid_t type = h5->H5Tcopy(h5->c_string);
    if (type >= 0 && (h5->H5Tset_size(type, H5T_VARIABLE) < 0 || h5->H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        h5->H5Tclose(type);
        return -1;
    }
    return type;
}

int interphase_hdf5_write_text(interphase_hdf5_file file, const char *path, const char *text) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    hid_t type = text_type(h5);
    if (type >= 0) {
        result = write_numbers(h5, file, path, type, &text, 0, NULL);
        h5->H5Tclose(type);
    }
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_write_texts(interphase_hdf5_file file, const char *path, const char *const *texts, uint64_t count) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    hid_t type = text_type(h5);
    if (type >= 0) {
        result = write_numbers(h5, file, path, type, texts, 1, &count);
        h5->H5Tclose(type);
    }
    interphase_hdf5_unlock();
    return result;
}

static int write_attribute(
    library *h5, hid_t file, const char *path, const char *attribute, hid_t type, hid_t space, const void *value) {
    int result = -1;
    hid_t object = h5->H5Oopen(file, path, H5P_DEFAULT);
    if (object >= 0) {
        hid_t created = h5->H5Acreate2(object, attribute, type, space, H5P_DEFAULT, H5P_DEFAULT);
        if (created >= 0) {
            result = h5->H5Awrite(created, type, value) >= 0 ? 0 : -1;
            h5->H5Aclose(created);
        }
        h5->H5Oclose(object);
    }
    return result;
}

int interphase_hdf5_write_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, const char *const *texts, int count,
    int is_array) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    uint64_t length = (uint64_t)count;
    hid_t type = text_type(h5);
    hid_t space = space_of(h5, is_array ? 1 : 0, &length);
    if (type >= 0 && space >= 0 && count > 0)
        result = write_attribute(h5, file, path, attribute, type, space, texts);
    if (space >= 0) h5->H5Sclose(space);
    if (type >= 0) h5->H5Tclose(type);
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_write_integer_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, int64_t value) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    hid_t space = space_of(h5, 0, NULL);
    if (space >= 0) {
        result = write_attribute(h5, file, path, attribute, h5->native_int64, space, &value);
        h5->H5Sclose(space);
    }
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_link(interphase_hdf5_file file, const char *target, const char *path) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = h5->H5Lcreate_hard(file, target, file, path, H5P_DEFAULT, H5P_DEFAULT) >= 0 ? 0 : -1;
    interphase_hdf5_unlock();
    return result;
}

void *interphase_hdf5_image(interphase_hdf5_file file, size_t *size) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return NULL;
    void *bytes = NULL;
    if (h5->H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0) {
        ssize_t length = h5->H5Fget_file_image(file, NULL, 0);
        if (length > 0 && (bytes = malloc((size_t)length))) {
            if (h5->H5Fget_file_image(file, bytes, (size_t)length) != length) {
                free(bytes);
                bytes = NULL;
            } else {
                *size = (size_t)length;
            }
        }
    }
    interphase_hdf5_unlock();
    return bytes;
}
