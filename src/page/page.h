/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Results as one page of HTML that needs no network: the results themselves,
 * byte for byte, and what draws them.
 */
#ifndef PAGE_H
#define PAGE_H

#include "result_file.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PAGE_LIBRARY   "/usr/share/javascript/d3/d3.min.js"
#define PAGE_MAX_FILES 16
#define PAGE_MAX_BYTES (3 * 1000 * 1000)

/**
 * struct page - a page to be made
 * @files: results, in the order in which they are shown
 * @n: their number, 1 to PAGE_MAX_FILES
 * @version: of the program, as the page names it
 * @library: d3.min.js; NULL: PAGE_LIBRARY
 */
struct page {
	const struct result_file *files;
	size_t n;
	const char *version;
	const char *library;
};

/**
 * page_write() - write the page
 * @p: the page
 * @path: the file, replaced when all of it is written; "-": standard output
 * @err: receives "file: reason", without a newline
 *
 * Lists of single answers and records are not part of a page, which says so; everything else of a result is. A page is
 * smaller than PAGE_MAX_BYTES.
 *
 * Return: 0, or -errno, and then no file was created or changed; -EFBIG: the results are too large for a page.
 */
int page_write(const struct page *p, const char *path, char err[RESULT_ERROR]);

#ifdef __cplusplus
}
#endif

#endif /* PAGE_H */
