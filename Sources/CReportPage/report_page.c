#include "report_page.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// Compiled in, so that a program that was copied elsewhere still writes whole reports.
static const unsigned char script[] = {
#embed "report.js"
};

const unsigned char *interphase_report_script(size_t *length) {
    *length = sizeof script;
    return script;
}
