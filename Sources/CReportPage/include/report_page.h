#ifndef INTERPHASE_REPORT_PAGE_H
#define INTERPHASE_REPORT_PAGE_H

#include <stddef.h>

/// The script of report pages, UTF-8 without a terminating zero; `length` receives its bytes.
const unsigned char *interphase_report_script(size_t *length);

#endif
