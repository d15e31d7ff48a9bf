#pragma once

// HDF5's own header, where Debian, other Linux systems, Homebrew and MacPorts put it. Swift does not see it: the library
// is used from C only and loaded when it is needed, see CHDF5.
#if defined(INTERPHASE_NEEDS_HDF5)
    #if __has_include(<hdf5/serial/hdf5.h>)
        #include <hdf5/serial/hdf5.h>
    #elif __has_include(<hdf5.h>)
        #include <hdf5.h>
    #elif __has_include("/opt/homebrew/include/hdf5.h")
        #include "/opt/homebrew/include/hdf5.h"
    #elif __has_include("/usr/local/include/hdf5.h")
        #include "/usr/local/include/hdf5.h"
    #elif __has_include("/opt/local/include/hdf5.h")
        #include "/opt/local/include/hdf5.h"
    #else
        #error "HDF5 is missing: apt-get install libhdf5-dev, or brew install hdf5"
    #endif
#endif
