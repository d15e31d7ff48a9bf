#include "library.h"

#include "CHDF5.h"

#include <stdlib.h>
#include <string.h>

typedef const struct interphase_hdf5_functions library;

interphase_hdf5_file interphase_hdf5_open(const void *bytes, size_t size) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    hid_t file = -1;
    hid_t access = h5->H5Pcreate(h5->file_access);
    // The library wants to own bytes that it may change, and copies these.
    if (access >= 0 && h5->H5Pset_fapl_core(access, 1 << 16, 0) >= 0
        && h5->H5Pset_file_image(access, (void *)bytes, size) >= 0)
        file = h5->H5Fopen("interphase", 0 /* read only */, access);
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

// Opens the group or dataset at `path`; negative where there is something else or nothing.
static hid_t open_object(library *h5, hid_t file, const char *path, H5I_type_t type) {
    hid_t object = h5->H5Oopen(file, path, h5->inside);
    if (object >= 0 && h5->H5Iget_type(object) != type) {
        h5->H5Oclose(object);
        return -1;
    }
    return object;
}

interphase_hdf5_kind interphase_hdf5_kind_of(interphase_hdf5_file file, const char *path) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return INTERPHASE_HDF5_NOTHING;
    interphase_hdf5_kind kind = INTERPHASE_HDF5_NOTHING;
    hid_t object = h5->H5Oopen(file, path, h5->inside);
    if (object >= 0) {
        H5I_type_t type = h5->H5Iget_type(object);
        kind = type == H5I_GROUP ? INTERPHASE_HDF5_GROUP : type == H5I_DATASET ? INTERPHASE_HDF5_DATASET : kind;
        h5->H5Oclose(object);
    }
    interphase_hdf5_unlock();
    return kind;
}

int64_t interphase_hdf5_member_count(interphase_hdf5_file file, const char *path) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    hsize_t count = 0;
    int64_t result = -1;
    hid_t group = open_object(h5, file, path, H5I_GROUP);
    if (group >= 0) {
        if (h5->H5Gget_num_objs(group, &count) >= 0 && count <= INT64_MAX) result = (int64_t)count;
        h5->H5Oclose(group);
    }
    interphase_hdf5_unlock();
    return result;
}

char *interphase_hdf5_member_name(interphase_hdf5_file file, const char *path, int64_t index) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return NULL;
    char *name = NULL;
    hid_t group = open_object(h5, file, path, H5I_GROUP);
    if (group >= 0) {
        ssize_t length = h5->H5Lget_name_by_idx(
            group, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)index, NULL, 0, H5P_DEFAULT);
        if (length > 0 && length < 1 << 16 && (name = malloc((size_t)length + 1))) {
            if (h5->H5Lget_name_by_idx(
                    group, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)index, name, (size_t)length + 1, H5P_DEFAULT) < 0) {
                free(name);
                name = NULL;
            }
        }
        h5->H5Oclose(group);
    }
    interphase_hdf5_unlock();
    return name;
}

// Whether the numbers of a dataset lie in this file: neither in another file nor put together from several.
static int is_inside(library *h5, hid_t dataset) {
    hid_t creation = h5->H5Dget_create_plist(dataset);
    if (creation < 0) return 0;
    H5D_layout_t layout = h5->H5Pget_layout(creation);
    int inside = (layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED || layout == H5D_COMPACT)
        && (layout != H5D_CONTIGUOUS || h5->H5Pget_external_count(creation) == 0);
    h5->H5Pclose(creation);
    return inside;
}

int interphase_hdf5_shape(interphase_hdf5_file file, const char *path, uint64_t *lengths) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int rank = -1;
    hid_t dataset = open_object(h5, file, path, H5I_DATASET);
    if (dataset >= 0) {
        hid_t space = is_inside(h5, dataset) ? h5->H5Dget_space(dataset) : -1;
        if (space >= 0) {
            hsize_t dims[INTERPHASE_HDF5_MOST_DIMENSIONS] = {0};
            int stated = h5->H5Sget_simple_extent_ndims(space);
            if (stated >= 0 && stated <= INTERPHASE_HDF5_MOST_DIMENSIONS
                && h5->H5Sget_simple_extent_dims(space, dims, NULL) == stated
                && h5->H5Sget_simple_extent_npoints(space) > 0) {
                rank = stated;
                for (int index = 0; index < rank; index++) lengths[index] = dims[index];
            }
            h5->H5Sclose(space);
        }
        h5->H5Oclose(dataset);
    }
    interphase_hdf5_unlock();
    return rank;
}

int interphase_hdf5_is_number(interphase_hdf5_file file, const char *path) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return 0;
    int result = 0;
    hid_t dataset = open_object(h5, file, path, H5I_DATASET);
    if (dataset >= 0) {
        hid_t type = h5->H5Dget_type(dataset);
        if (type >= 0) {
            H5T_class_t class = h5->H5Tget_class(type);
            result = class == H5T_INTEGER || class == H5T_FLOAT;
            h5->H5Tclose(type);
        }
        h5->H5Oclose(dataset);
    }
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_read(interphase_hdf5_file file, const char *path, double *values, uint64_t count) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    hid_t dataset = open_object(h5, file, path, H5I_DATASET);
    if (dataset >= 0) {
        hid_t space = is_inside(h5, dataset) ? h5->H5Dget_space(dataset) : -1;
        if (space >= 0) {
            if ((uint64_t)h5->H5Sget_simple_extent_npoints(space) == count)
                result = h5->H5Dread(dataset, h5->native_double, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0 ? 0 : -1;
            h5->H5Sclose(space);
        }
        h5->H5Oclose(dataset);
    }
    interphase_hdf5_unlock();
    return result;
}

// Reads from a dataset or from an attribute, whichever `is_attribute` says `object` is.
static int read_object(library *h5, hid_t object, int is_attribute, hid_t type, void *buffer) {
    return is_attribute ? h5->H5Aread(object, type, buffer)
                        : h5->H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

static char *joined(char *const *texts, size_t count) {
    size_t length = 1;
    for (size_t index = 0; index < count; index++) length += (texts[index] ? strlen(texts[index]) : 0) + 1;
    char *result = malloc(length);
    if (!result) return NULL;
    char *end = result;
    for (size_t index = 0; index < count; index++) {
        if (index) *end++ = '\n';
        size_t part = texts[index] ? strlen(texts[index]) : 0;
        if (part) memcpy(end, texts[index], part);
        end += part;
    }
    *end = 0;
    return result;
}

// A list of texts may not be longer than this; nothing that describes a measurement is.
enum { MOST_TEXTS = 65536, MOST_TEXT_BYTES = 1 << 22 };

static char *variable_text(library *h5, hid_t object, int is_attribute, hid_t type, hid_t space, size_t count) {
    char **texts = calloc(count, sizeof *texts);
    if (!texts) return NULL;
    char *result = NULL;
    hid_t memory = h5->H5Tcopy(h5->c_string);
    if (memory >= 0 && h5->H5Tset_size(memory, H5T_VARIABLE) >= 0
        && h5->H5Tset_cset(memory, h5->H5Tget_cset(type)) >= 0
        && read_object(h5, object, is_attribute, memory, texts) >= 0) {
        result = joined(texts, count);
        h5->H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts);
    }
    if (memory >= 0) h5->H5Tclose(memory);
    free(texts);
    return result;
}

static char *fixed_text(library *h5, hid_t object, int is_attribute, hid_t type, size_t count) {
    size_t size = h5->H5Tget_size(type);
    if (!size || size > MOST_TEXT_BYTES / count) return NULL;
    char *bytes = calloc(count, size + 1);
    char **texts = calloc(count, sizeof *texts);
    char *packed = calloc(count, size);
    char *result = NULL;
    if (bytes && texts && packed && read_object(h5, object, is_attribute, type, packed) >= 0) {
        for (size_t index = 0; index < count; index++) {
            texts[index] = bytes + index * (size + 1);
            memcpy(texts[index], packed + index * size, size);
        }
        result = joined(texts, count);
    }
    free(bytes);
    free(texts);
    free(packed);
    return result;
}

static char *text_of(library *h5, hid_t object, int is_attribute) {
    char *result = NULL;
    hid_t type = is_attribute ? h5->H5Aget_type(object) : h5->H5Dget_type(object);
    hid_t space = is_attribute ? h5->H5Aget_space(object) : h5->H5Dget_space(object);
    if (type >= 0 && space >= 0 && h5->H5Tget_class(type) == H5T_STRING && (is_attribute || is_inside(h5, object))) {
        hssize_t count = h5->H5Sget_simple_extent_npoints(space);
        if (count > 0 && count <= MOST_TEXTS)
            result = h5->H5Tis_variable_str(type) > 0
                ? variable_text(h5, object, is_attribute, type, space, (size_t)count)
                : fixed_text(h5, object, is_attribute, type, (size_t)count);
    }
    if (space >= 0) h5->H5Sclose(space);
    if (type >= 0) h5->H5Tclose(type);
    return result;
}

char *interphase_hdf5_text(interphase_hdf5_file file, const char *path, const char *attribute) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return NULL;
    char *result = NULL;
    hid_t object = h5->H5Oopen(file, path, h5->inside);
    if (object >= 0) {
        if (!attribute) {
            if (h5->H5Iget_type(object) == H5I_DATASET) result = text_of(h5, object, 0);
        } else if (h5->H5Aexists(object, attribute) > 0) {
            hid_t opened = h5->H5Aopen(object, attribute, H5P_DEFAULT);
            if (opened >= 0) {
                result = text_of(h5, opened, 1);
                h5->H5Aclose(opened);
            }
        }
        h5->H5Oclose(object);
    }
    interphase_hdf5_unlock();
    return result;
}

int interphase_hdf5_attribute(interphase_hdf5_file file, const char *path, const char *attribute, double *value) {
    library *h5 = interphase_hdf5_lock();
    if (!h5) return -1;
    int result = -1;
    hid_t object = h5->H5Oopen(file, path, h5->inside);
    if (object >= 0) {
        hid_t opened =
            h5->H5Aexists(object, attribute) > 0 ? h5->H5Aopen(object, attribute, H5P_DEFAULT) : -1;
        if (opened >= 0) {
            hid_t type = h5->H5Aget_type(opened);
            hid_t space = h5->H5Aget_space(opened);
            if (type >= 0 && space >= 0) {
                H5T_class_t class = h5->H5Tget_class(type);
                hssize_t count = h5->H5Sget_simple_extent_npoints(space);
                if ((class == H5T_INTEGER || class == H5T_FLOAT) && count > 0 && count <= MOST_TEXTS) {
                    double *values = calloc((size_t)count, sizeof *values);
                    if (values && h5->H5Aread(opened, h5->native_double, values) >= 0) {
                        *value = values[0];
                        result = 0;
                    }
                    free(values);
                }
            }
            if (space >= 0) h5->H5Sclose(space);
            if (type >= 0) h5->H5Tclose(type);
            h5->H5Aclose(opened);
        }
        h5->H5Oclose(object);
    }
    interphase_hdf5_unlock();
    return result;
}
