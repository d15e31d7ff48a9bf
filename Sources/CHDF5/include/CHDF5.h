#pragma once

// A narrow view of the HDF5 library, enough to read and write files of named arrays in memory.
//
// The library is loaded when the first file needs it, not when the program starts: Debian's brings curl, OpenSSL, Kerberos
// and LDAP along, and loading those takes 17 ms (measured), many times as long as most commands. Calls from several threads
// wait for each other.

#include <stddef.h>
#include <stdint.h>

// An open file.
typedef int64_t interphase_hdf5_file;

// What a path leads to.
typedef enum {
    INTERPHASE_HDF5_NOTHING = 0,
    INTERPHASE_HDF5_GROUP = 1,
    INTERPHASE_HDF5_DATASET = 2,
} interphase_hdf5_kind;

enum { INTERPHASE_HDF5_MOST_DIMENSIONS = 32 };

// Whether the library is there; loads it on the first call.
int interphase_hdf5_available(void);

// MARK: Reading

// Opens the file whose bytes are given; they are copied. Negative where they are not an HDF5 file.
interphase_hdf5_file interphase_hdf5_open(const void *bytes, size_t size);

// Closes a file that was opened or created.
void interphase_hdf5_close(interphase_hdf5_file file);

// What `path` leads to inside the file. Links out of the file lead to nothing.
interphase_hdf5_kind interphase_hdf5_kind_of(interphase_hdf5_file file, const char *path);

// The number of members of a group; negative where there is no such group.
int64_t interphase_hdf5_member_count(interphase_hdf5_file file, const char *path);

// The name of a member of a group, to be freed by the caller; NULL where it is a link out of the file.
char *interphase_hdf5_member_name(interphase_hdf5_file file, const char *path, int64_t index);

// The number of dimensions of a dataset of numbers or of text and their lengths; negative where there is none, or where its
// numbers lie outside the file.
int interphase_hdf5_shape(interphase_hdf5_file file, const char *path, uint64_t *lengths);

// Whether a dataset holds numbers.
int interphase_hdf5_is_number(interphase_hdf5_file file, const char *path);

// Reads all numbers of a dataset, `count` of them. Zero where that worked.
int interphase_hdf5_read(interphase_hdf5_file file, const char *path, double *values, uint64_t count);

// The text of a dataset, or of its attribute `attribute` unless that is NULL: the elements of an array are joined by line
// feeds. To be freed by the caller; NULL where there is none.
char *interphase_hdf5_text(interphase_hdf5_file file, const char *path, const char *attribute);

// The first number of an attribute. Zero where that worked.
int interphase_hdf5_attribute(interphase_hdf5_file file, const char *path, const char *attribute, double *value);

// MARK: Writing

// Creates an empty file in memory.
interphase_hdf5_file interphase_hdf5_create(void);

// Creates a group. Zero where that worked, as below.
int interphase_hdf5_create_group(interphase_hdf5_file file, const char *path);

// Writes numbers with the lengths of their dimensions; no dimensions make a single number.
int interphase_hdf5_write(
    interphase_hdf5_file file, const char *path, const double *values, int dimensions, const uint64_t *lengths);

// Writes whole numbers in the same way.
int interphase_hdf5_write_integers(
    interphase_hdf5_file file, const char *path, const int64_t *values, int dimensions, const uint64_t *lengths);

// Writes a text.
int interphase_hdf5_write_text(interphase_hdf5_file file, const char *path, const char *text);

// Writes a text, several texts, or a whole number as an attribute.
int interphase_hdf5_write_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, const char *const *texts, int count, int is_array);
int interphase_hdf5_write_integer_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, int64_t value);

// Makes `path` another name of the object at `target`.
int interphase_hdf5_link(interphase_hdf5_file file, const char *target, const char *path);

// The bytes of a created file, to be freed by the caller; NULL where that failed.
void *interphase_hdf5_image(interphase_hdf5_file file, size_t *size);
