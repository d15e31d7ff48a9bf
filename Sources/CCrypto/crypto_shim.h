#pragma once

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

// SHA-256 of `size` bytes into 32 bytes at `digest`; 1 on success.
static inline int interphase_sha256(const void *bytes, size_t size, unsigned char *digest) {
    unsigned int length = 0;
    return EVP_Digest(bytes, size, digest, &length, EVP_sha256(), NULL) == 1 && length == 32;
}

// SHA-256 of what is read from `descriptor` through `buffer` of `size` bytes; 1 on success, 0 where OpenSSL fails, and the
// negative error number where reading does.
static inline int interphase_sha256_of_file(int descriptor, void *buffer, size_t size, unsigned char *digest) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return 0;
    int status = EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
    while (status == 1) {
        ssize_t count = read(descriptor, buffer, size);
        if (count == 0) break;
        if (count > 0) {
            status = EVP_DigestUpdate(context, buffer, (size_t)count) == 1;
        } else if (errno != EINTR) {
            status = -errno;
        }
    }
    unsigned int length = 0;
    if (status == 1) status = EVP_DigestFinal_ex(context, digest, &length) == 1 && length == 32;
    EVP_MD_CTX_free(context);
    return status;
}
