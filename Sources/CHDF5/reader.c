#include "library.h"

#include "CHDF5.h"

#include <stdlib.h>
#include <string.h>

// What is asked about a file. All of this runs in the child process.

typedef const struct interphase_hdf5_functions library;
typedef struct interphase_hdf5_answer answer;

static const answer none = {-1, 0, NULL};

// A list of texts may not be longer than this; nothing that describes a measurement is.
enum { MOST_TEXTS = 65536, MOST_TEXT_BYTES = 1 << 24 };

hid_t interphase_hdf5_open_image(library *h5, const void *bytes, size_t size) {
    hid_t file = -1;
    char name[32];
    hid_t access = interphase_hdf5_memory_access(name);
    // The library wants to own bytes that it may change, and copies these.
    if (access >= 0 && h5->H5Pset_file_image(access, (void *)bytes, size) >= 0)
        file = h5->H5Fopen(name, 0 /* read only */, access);
    if (access >= 0) h5->H5Pclose(access);
    return file;
}

static answer kind_of(library *h5, hid_t object) {
    H5I_type_t type = h5->H5Iget_type(object);
    return (answer){type == H5I_GROUP ? 1 : type == H5I_DATASET ? 2 : 0, 0, NULL};
}

// Texts one after the other, each with a zero behind.
struct texts {
    char *bytes;
    size_t size, capacity;
};

static int append(struct texts *texts, const char *text, size_t length) {
    if (length >= MOST_TEXT_BYTES - texts->size) return 0;
    size_t needed = texts->size + length + 1;
    if (needed > texts->capacity) {
        char *larger = realloc(texts->bytes, needed * 2);
        if (!larger) return 0;
        texts->bytes = larger;
        texts->capacity = needed * 2;
    }
    if (length) memcpy(texts->bytes + texts->size, text, length);
    texts->bytes[texts->size + length] = 0;
    texts->size = needed;
    return 1;
}

static answer finish(struct texts *texts, int64_t count, int is_complete) {
    if (is_complete) return (answer){count, texts->size, texts->bytes};
    free(texts->bytes);
    return none;
}

static answer members(library *h5, hid_t group) {
    hsize_t count = 0;
    if (h5->H5Iget_type(group) != H5I_GROUP || h5->H5Gget_num_objs(group, &count) < 0) return none;
    if (count > MOST_TEXTS) return none;
    struct texts names = {0};
    int is_complete = 1;
    for (hsize_t index = 0; index < count && is_complete; index++) {
        char name[1024];
        ssize_t length = h5->H5Lget_name_by_idx(
            group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, sizeof name, H5P_DEFAULT);
        is_complete = length >= 0 && length < (ssize_t)sizeof name && append(&names, name, (size_t)length);
    }
    return finish(&names, (int64_t)count, is_complete);
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

static int holds_numbers(library *h5, hid_t type) {
    H5T_class_t class = type >= 0 ? h5->H5Tget_class(type) : H5T_NO_CLASS;
    return class == H5T_INTEGER || class == H5T_FLOAT;
}

static answer shape(library *h5, hid_t space) {
    hsize_t lengths[INTERPHASE_HDF5_MOST_DIMENSIONS] = {0};
    int rank = h5->H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > INTERPHASE_HDF5_MOST_DIMENSIONS || h5->H5Sget_simple_extent_npoints(space) < 1
        || h5->H5Sget_simple_extent_dims(space, lengths, NULL) != rank)
        return none;
    size_t size = (size_t)rank * sizeof(uint64_t);
    uint64_t *copy = malloc(size + 1);
    if (!copy) return none;
    for (int index = 0; index < rank; index++) copy[index] = lengths[index];
    return (answer){rank, size, copy};
}

// Reads from a dataset or from an attribute, whichever `is_attribute` says `object` is.
static int read_object(library *h5, hid_t object, int is_attribute, hid_t type, void *buffer) {
    return is_attribute ? h5->H5Aread(object, type, buffer)
                        : h5->H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}

static answer numbers(library *h5, hid_t object, int is_attribute, hid_t space, uint64_t most) {
    hssize_t count = h5->H5Sget_simple_extent_npoints(space);
    if (count < 1 || (uint64_t)count > most || (uint64_t)count > SIZE_MAX / sizeof(double)) return none;
    double *values = calloc((size_t)count, sizeof *values);
    if (values && read_object(h5, object, is_attribute, h5->native_double, values) >= 0)
        return (answer){count, (uint64_t)count * sizeof *values, values};
    free(values);
    return none;
}

static answer variable_texts(library *h5, hid_t object, int is_attribute, hid_t type, size_t count) {
    struct texts texts = {0};
    int is_complete = 0;
    char **pointers = calloc(count, sizeof *pointers);
    hid_t memory = h5->H5Tcopy(h5->c_string);
    if (pointers && memory >= 0 && h5->H5Tset_size(memory, H5T_VARIABLE) >= 0
        && h5->H5Tset_cset(memory, h5->H5Tget_cset(type)) >= 0
        && read_object(h5, object, is_attribute, memory, pointers) >= 0) {
        is_complete = 1;
        for (size_t index = 0; index < count && is_complete; index++) {
            const char *text = pointers[index] ? pointers[index] : "";
            is_complete = append(&texts, text, strlen(text));
        }
        // The texts themselves go with the process.
    }
    if (memory >= 0) h5->H5Tclose(memory);
    free(pointers);
    return finish(&texts, (int64_t)count, is_complete);
}

static answer fixed_texts(library *h5, hid_t object, int is_attribute, hid_t type, size_t count) {
    size_t size = h5->H5Tget_size(type);
    if (!size || size > MOST_TEXT_BYTES / count) return none;
    struct texts texts = {0};
    char *packed = calloc(count, size);
    int is_complete = packed && read_object(h5, object, is_attribute, type, packed) >= 0;
    for (size_t index = 0; index < count && is_complete; index++)
        is_complete = append(&texts, packed + index * size, strnlen(packed + index * size, size));
    free(packed);
    return finish(&texts, (int64_t)count, is_complete);
}

// The answer to a question about numbers or texts, in a dataset or in an attribute.
static answer content(library *h5, hid_t object, int is_attribute, int question, uint64_t most) {
    if (!is_attribute && (h5->H5Iget_type(object) != H5I_DATASET || !is_inside(h5, object))) return none;
    hid_t type = is_attribute ? h5->H5Aget_type(object) : h5->H5Dget_type(object);
    hid_t space = is_attribute ? h5->H5Aget_space(object) : h5->H5Dget_space(object);
    answer result = none;
    if (type >= 0 && space >= 0) {
        hssize_t count = h5->H5Sget_simple_extent_npoints(space);
        if (question == INTERPHASE_HDF5_TEXT) {
            if (h5->H5Tget_class(type) == H5T_STRING && count > 0 && count <= MOST_TEXTS)
                result = h5->H5Tis_variable_str(type) > 0
                    ? variable_texts(h5, object, is_attribute, type, (size_t)count)
                    : fixed_texts(h5, object, is_attribute, type, (size_t)count);
        } else if (holds_numbers(h5, type)) {
            result = question == INTERPHASE_HDF5_SHAPE ? shape(h5, space)
                                                       : numbers(h5, object, is_attribute, space, most);
        }
    }
    if (space >= 0) h5->H5Sclose(space);
    if (type >= 0) h5->H5Tclose(type);
    return result;
}

static answer attribute_content(library *h5, hid_t object, const char *name, int question) {
    answer result = none;
    hid_t attribute = h5->H5Aexists(object, name) > 0 ? h5->H5Aopen(object, name, H5P_DEFAULT) : -1;
    if (attribute >= 0) {
        result = content(h5, attribute, 1, question, MOST_TEXTS);
        h5->H5Aclose(attribute);
    }
    return result;
}

answer interphase_hdf5_answer(
    library *h5, hid_t file, int question, const char *path, const char *attribute, uint64_t most) {
    hid_t object = h5->H5Oopen(file, path, h5->inside);
    if (object < 0) return question == INTERPHASE_HDF5_KIND ? (answer){0, 0, NULL} : none;
    answer result = none;
    switch (question) {
    case INTERPHASE_HDF5_KIND: result = kind_of(h5, object); break;
    case INTERPHASE_HDF5_MEMBERS: result = members(h5, object); break;
    case INTERPHASE_HDF5_SHAPE:
    case INTERPHASE_HDF5_NUMBERS: result = content(h5, object, 0, question, most); break;
    case INTERPHASE_HDF5_TEXT:
        result = attribute ? attribute_content(h5, object, attribute, question) : content(h5, object, 0, question, 0);
        break;
    case INTERPHASE_HDF5_ATTRIBUTE:
        if (attribute) result = attribute_content(h5, object, attribute, question);
        break;
    }
    h5->H5Oclose(object);
    return result;
}
