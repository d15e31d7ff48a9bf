// Memory of the caller that other threads read or write while a function runs. No part of the interface.

#ifndef INTERPHASE_SHARED_FLAGS_H
#define INTERPHASE_SHARED_FLAGS_H

#include <stdint.h>

/// Whether another thread has set the flag; NULL is never set.
static inline int interphase_flag_is_set(const volatile int32_t *flag) {
    return flag && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0;
}

/// Counts one more, where there is a counter.
static inline void interphase_count_one(volatile int64_t *counter) {
    if (counter) __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

#endif
