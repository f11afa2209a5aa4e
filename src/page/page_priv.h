/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Between the pieces of a page. */
#ifndef PAGE_PRIV_H
#define PAGE_PRIV_H

#include "page.h"

/* The files of this folder, compiled in. */
extern const char page_html[], page_css[], page_data_js[], page_charts_js[], page_sections_js[], page_study_js[],
	page_story_js[];

/* Lists that have an entry for each fault: they would make a page as long as the trace. */
extern const char *const page_left_out[];

/**
 * page_about() - what a page needs to know beside its results: names of the files, what owners are called, how each
 *	configuration differs from its preset
 * @p: the page
 *
 * Return: The object, for the caller to json_decref().
 */
json_t *page_about(const struct page *p);

/**
 * result_check() - whether a result is as the commands write it: its values, how they are written, and their sums
 * @f: the result, of a known kind
 * @err: receives "place: reason" of the first thing that is not
 *
 * Return: Whether it is.
 */
bool result_check(const struct result_file *f, char err[RESULT_ERROR]);

#endif /* PAGE_PRIV_H */
