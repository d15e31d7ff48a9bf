#include "CXMLReader.h"

#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>

static xmlTextReaderPtr reader_of(interphase_xml_walk *walk) { return (xmlTextReaderPtr)walk; }

interphase_xml_walk *interphase_xml_open(const char *bytes, int size) {
    xmlResetLastError();
    // XML_PARSE_HUGE lifts the limit on the length of a text (spectra are long texts). It also lifts the guard against
    // entities that multiply, so callers refuse documents that declare any.
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE
        | XML_PARSE_BIG_LINES;
    return (interphase_xml_walk *)xmlReaderForMemory(bytes, size, NULL, "UTF-8", options);
}

void interphase_xml_close(interphase_xml_walk *walk) { xmlFreeTextReader(reader_of(walk)); }

interphase_xml_step interphase_xml_next(interphase_xml_walk *walk) {
    for (;;) {
        int state = xmlTextReaderRead(reader_of(walk));
        if (state == 0) return INTERPHASE_XML_END_OF_DOCUMENT;
        if (state != 1) return INTERPHASE_XML_FAILURE;
        switch (xmlTextReaderNodeType(reader_of(walk))) {
        case XML_READER_TYPE_ELEMENT: return INTERPHASE_XML_ELEMENT;
        case XML_READER_TYPE_TEXT:
        case XML_READER_TYPE_CDATA:
        case XML_READER_TYPE_SIGNIFICANT_WHITESPACE: return INTERPHASE_XML_TEXT;
        case XML_READER_TYPE_END_ELEMENT: return INTERPHASE_XML_END_OF_ELEMENT;
        case XML_READER_TYPE_ENTITY_REFERENCE: return INTERPHASE_XML_ENTITY;
        default: break;
        }
    }
}

long interphase_xml_line(interphase_xml_walk *walk) {
    // The parser itself is some way ahead of the walk.
    xmlNodePtr node = xmlTextReaderCurrentNode(reader_of(walk));
    return node ? xmlGetLineNo(node) : xmlTextReaderGetParserLineNumber(reader_of(walk));
}

long interphase_xml_failure_line(interphase_xml_walk *walk) {
    const xmlError *error = xmlGetLastError();
    return error && error->line > 0 ? error->line : interphase_xml_line(walk);
}

const char *interphase_xml_name(interphase_xml_walk *walk) {
    return (const char *)xmlTextReaderConstName(reader_of(walk));
}

const char *interphase_xml_local_name(interphase_xml_walk *walk) {
    return (const char *)xmlTextReaderConstLocalName(reader_of(walk));
}

const char *interphase_xml_value(interphase_xml_walk *walk) {
    return (const char *)xmlTextReaderConstValue(reader_of(walk));
}

int interphase_xml_is_empty(interphase_xml_walk *walk) { return xmlTextReaderIsEmptyElement(reader_of(walk)) == 1; }

int interphase_xml_next_attribute(interphase_xml_walk *walk) {
    if (xmlTextReaderMoveToNextAttribute(reader_of(walk)) == 1) return 1;
    xmlTextReaderMoveToElement(reader_of(walk));
    return 0;
}

const char *interphase_xml_message(void) {
    const xmlError *error = xmlGetLastError();
    return error ? error->message : NULL;
}
