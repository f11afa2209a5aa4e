// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "report_xml.h"

void report_xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
			fprintf(out, "&#%d;", *text);
		else
			fputc((*text >= ' ' && *text <= '~') || *text == '\n' || *text == '\t' ? *text : '?', out);
	}
}
