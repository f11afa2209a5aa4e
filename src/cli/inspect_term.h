/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a terminal can show: its width, bars, sparklines, whether it takes UTF-8 and bold type. */
#ifndef INSPECT_TERM_H
#define INSPECT_TERM_H

#include "report_json.h"

/**
 * struct term - standard output
 * @width: columns, at least 40
 * @utf8: the locale's encoding is UTF-8
 * @bold: headings may be bold: it is a terminal, and NO_COLOR is not set
 */
struct term {
	unsigned int width;
	bool utf8, bold;
};

#define TERM_CELLS 60		    /* most of a bar or a sparkline */
#define TERM_BAR   (TERM_CELLS * 4) /* bytes */
#define TERM_TEXT  200

/**
 * term_init() - find out
 * @t: filled in
 */
void term_init(struct term *t);

/**
 * term_heading() - print a heading after an empty line
 * @t: the terminal
 * @fmt: printf format
 */
void term_heading(const struct term *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * term_wrap() - print a text in lines that fit
 * @t: the terminal
 * @text: the text
 */
void term_wrap(const struct term *t, const char *text);

/**
 * term_clean() - a text of a file as it may be printed: what is not printable ASCII becomes a question mark
 * @text: the text; NULL is ""
 * @buf: receives it, cut off if it is longer
 * @size: bytes of @buf
 *
 * Return: @buf.
 */
const char *term_clean(const char *text, char *buf, size_t size);

/**
 * term_text() - term_clean() of a JSON string
 * @j: the string; anything else is ""
 * @buf: receives the text
 *
 * Return: @buf.
 */
const char *term_text(const json_t *j, char buf[TERM_TEXT]);

/**
 * term_bar() - a bar from 0, or from where another ended
 * @t: the terminal
 * @from: where it begins
 * @to: where it ends
 * @all: what @cells are
 * @cells: columns, up to TERM_CELLS
 * @buf: receives the bar; something is seen of whatever is not 0
 *
 * Return: @buf.
 */
const char *term_bar(const struct term *t, u64 from, u64 to, u64 all, unsigned int cells, char buf[TERM_BAR]);

/**
 * term_spark() - values as a line of small columns
 * @t: the terminal
 * @list: a JSON array of numbers; where it is longer than @cells a column shows the largest of its values
 * @cells: columns, up to TERM_CELLS
 * @buf: receives the line
 *
 * Return: @buf.
 */
const char *term_spark(const struct term *t, const json_t *list, unsigned int cells, char buf[TERM_BAR]);

#endif /* INSPECT_TERM_H */
