#include "report_page.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// One script of five files, in this order. Compiled in, so that a program that was copied elsewhere still writes whole reports.
static const unsigned char script[] = {
#embed "elements.js"
    ,
#embed "axes.js"
    ,
#embed "plots.js"
    ,
#embed "tables.js"
    ,
#embed "page.js"
};

const unsigned char *interphase_report_script(size_t *length) {
    *length = sizeof script;
    return script;
}
