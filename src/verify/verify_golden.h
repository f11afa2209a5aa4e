/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two reports of one run, an old and a new one, compared key by key. */
#ifndef VERIFY_GOLDEN_H
#define VERIFY_GOLDEN_H

#include "fl_env.h"
#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum golden_what - a difference
 * @GOLDEN_CHANGED: both have it, with another value
 * @GOLDEN_LOST: the golden one alone has it
 * @GOLDEN_ADDED: the new one alone has it
 */
enum golden_what { GOLDEN_CHANGED, GOLDEN_LOST, GOLDEN_ADDED };

/**
 * struct golden_options - how to compare
 * @tolerance_ppm: times and shares (keys that end in _ns or _ppm, and what lies under them) may differ so much, in
 *	millionths of the golden value; with it, histograms and texts made of such numbers are not compared
 * @found: called for each difference, in order
 * @ctx: first argument of @found
 */
struct golden_options {
	u32 tolerance_ppm;
	void (*found)(void *ctx, const char *path, enum golden_what what, const json_t *golden, const json_t *now);
	void *ctx;
};

/**
 * struct golden_counts - what was compared
 * @values: numbers, texts and the like that both have
 * @differences: differences
 * @skipped: values that are not compared, because of a tolerance
 */
struct golden_counts {
	u64 values, differences, skipped;
};

/**
 * golden_compare() - compare two reports
 * @opt: how
 * @golden: the old one
 * @now: the new one
 * @n: filled in
 *
 * Elements of lists that were lost or added are found as such: what follows them is compared with its like.
 */
void golden_compare(const struct golden_options *opt, const json_t *golden, const json_t *now, struct golden_counts *n);

#ifdef __cplusplus
}
#endif

#endif /* VERIFY_GOLDEN_H */
