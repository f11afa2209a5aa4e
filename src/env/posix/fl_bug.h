/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where our own bugs are reported, in user space: include/faultline/bug.h, whose first half this is. */
#ifndef FL_BUG_H
#define FL_BUG_H

#ifdef __cplusplus
extern "C" {
#endif

/* Does not return. Not a macro's business, so that a library has one place that an embedder can take over. */
__attribute__((__visibility__("default"), __noreturn__, __cold__)) void fl_bug(const char *what, const char *file,
									       unsigned int line, const char *function);

#ifdef __cplusplus
}
#endif

/* As assert(), which a build with NDEBUG would take away. */
#define fl_check(cond, what) \
	(__builtin_expect(!!(cond), 1) ? (void)0 : fl_bug(what, __FILE__, __LINE__, __extension__ __PRETTY_FUNCTION__))

#endif /* FL_BUG_H */
