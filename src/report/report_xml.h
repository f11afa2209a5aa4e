/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text within XML and HTML. */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * report_xml() - write text so that it stands for itself, in an element or in a quoted attribute
 * @out: where to
 * @text: the text; lines and tabs stay, what is neither they nor printable ASCII becomes a question mark
 */
void report_xml(FILE *out, const char *text);

#ifdef __cplusplus
}
#endif

#endif /* REPORT_XML_H */
