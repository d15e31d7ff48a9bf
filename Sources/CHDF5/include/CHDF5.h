#pragma once

// A narrow view of the HDF5 library, enough to read and write files of named arrays in memory.
//
// The library is loaded when the first file needs it, not when the program starts: Debian's brings curl, OpenSSL, Kerberos
// and LDAP along, and loading those takes 17 ms (measured), many times as long as most commands.
//
// Files from outside are read in a child process: damaged ones make the library crash, never end, or ask for all memory
// (about one in a thousand with a few bytes changed at random), and that must not happen to the program.

#include <stddef.h>
#include <stdint.h>

enum { INTERPHASE_HDF5_MOST_DIMENSIONS = 32 };

// Whether the library is there; loads it on the first call.
int interphase_hdf5_available(void);

// The version of the library in three numbers; 0 where it is not there.
int interphase_hdf5_version(unsigned *major, unsigned *minor, unsigned *release);

// MARK: Reading

// A file that is being read.
typedef struct interphase_hdf5_reader interphase_hdf5_reader;

// What can be asked about a path in a file. Links out of the file lead to nothing.
typedef enum {
    // Zero for nothing, one for a group, two for a dataset.
    INTERPHASE_HDF5_KIND = 1,
    // The number of members of a group; their names, each with a zero behind.
    INTERPHASE_HDF5_MEMBERS,
    // The number of dimensions of a dataset of numbers; their lengths, of 64 bits each.
    INTERPHASE_HDF5_SHAPE,
    // How many numbers a dataset holds; the numbers as doubles. For datasets that hold at most `most`.
    INTERPHASE_HDF5_NUMBERS,
    // The number of texts in a dataset, or in its attribute; the texts, each with a zero behind.
    INTERPHASE_HDF5_TEXT,
    // How many numbers an attribute holds; the numbers as doubles.
    INTERPHASE_HDF5_ATTRIBUTE,
} interphase_hdf5_question;

// Opens the file whose bytes are given, which are not needed afterwards. NULL where they are not an HDF5 file. Only one
// thread at a time may use a reader.
interphase_hdf5_reader *interphase_hdf5_open(const void *bytes, size_t size);

void interphase_hdf5_close_reader(interphase_hdf5_reader *reader);

// Asks; what comes back is negative where there is no such thing or reading it failed, after which every further question
// may fail. The bytes of the answer, to be freed by the caller, are NULL where there are none. `attribute` may be NULL.
int64_t interphase_hdf5_ask(
    interphase_hdf5_reader *reader, interphase_hdf5_question question, const char *path, const char *attribute,
    uint64_t most, void **bytes, size_t *size);

// MARK: Writing

// A file that is being written. Calls from several threads wait for each other.
typedef int64_t interphase_hdf5_file;

// Creates an empty file in memory; negative where that failed.
interphase_hdf5_file interphase_hdf5_create(void);

// Closes a file that was created.
void interphase_hdf5_close(interphase_hdf5_file file);

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

// Writes a list of texts.
int interphase_hdf5_write_texts(interphase_hdf5_file file, const char *path, const char *const *texts, uint64_t count);

// Writes a text, several texts, or a whole number as an attribute.
int interphase_hdf5_write_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, const char *const *texts, int count, int is_array);
int interphase_hdf5_write_integer_attribute(
    interphase_hdf5_file file, const char *path, const char *attribute, int64_t value);

// Makes `path` another name of the object at `target`.
int interphase_hdf5_link(interphase_hdf5_file file, const char *target, const char *path);

// The bytes of a created file, to be freed by the caller; NULL where that failed.
void *interphase_hdf5_image(interphase_hdf5_file file, size_t *size);
