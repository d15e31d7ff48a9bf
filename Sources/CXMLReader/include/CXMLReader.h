#pragma once

// A narrow view of libxml2's reader. Swift does not see libxml2's own headers: they include those of ICU, which Foundation
// has in another version.

// A walk through a document in memory, which must outlive it.
typedef struct interphase_xml_walk interphase_xml_walk;

// What a step of the walk has come to.
typedef enum {
    INTERPHASE_XML_END_OF_DOCUMENT = 0,
    INTERPHASE_XML_ELEMENT = 1,
    INTERPHASE_XML_TEXT = 2,
    INTERPHASE_XML_END_OF_ELEMENT = 3,
    INTERPHASE_XML_ENTITY = 4,
    INTERPHASE_XML_FAILURE = -1,
} interphase_xml_step;

// Begins a walk through `size` bytes of UTF-8; NULL where there is no memory. Nothing is printed or fetched.
interphase_xml_walk *interphase_xml_open(const char *bytes, int size);

// Ends a walk.
void interphase_xml_close(interphase_xml_walk *walk);

// Goes on to the next element, text, end of an element or entity.
interphase_xml_step interphase_xml_next(interphase_xml_walk *walk);

// The line of the element or text, counted from 1.
long interphase_xml_line(interphase_xml_walk *walk);

// The line on which the last step failed, counted from 1.
long interphase_xml_failure_line(interphase_xml_walk *walk);

// The name of the element or attribute with and without the prefix of its namespace; valid until the next step.
const char *interphase_xml_name(interphase_xml_walk *walk);
const char *interphase_xml_local_name(interphase_xml_walk *walk);

// The text, or the value of the attribute; valid until the next step.
const char *interphase_xml_value(interphase_xml_walk *walk);

// Whether the element has no content and therefore no end of its own.
int interphase_xml_is_empty(interphase_xml_walk *walk);

// Moves to the next attribute of the element: 1, or 0 after the last one, which moves back to the element.
int interphase_xml_next_attribute(interphase_xml_walk *walk);

// Why the last step failed; NULL where libxml2 does not say. Valid until the next step on this thread.
const char *interphase_xml_message(void);
