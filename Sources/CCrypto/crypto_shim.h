#pragma once

#include <openssl/evp.h>

// SHA-256 of `size` bytes into 32 bytes at `digest`; 1 on success.
static inline int interphase_sha256(const void *bytes, size_t size, unsigned char *digest) {
    unsigned int length = 0;
    return EVP_Digest(bytes, size, digest, &length, EVP_sha256(), NULL) == 1 && length == 32;
}
