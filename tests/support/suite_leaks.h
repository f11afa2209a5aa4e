/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SUITE_LEAKS_H
#define SUITE_LEAKS_H

/* LeakSanitizer does not see past the stack of a coroutine: what Check holds on main's looks lost. */
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_options();
extern "C" __attribute__((used)) inline const char *__lsan_default_options()
{
	return "print_suppressions=0";
}
extern "C" __attribute__((used)) inline const char *__lsan_default_suppressions()
{
	return "leak:emalloc\nleak:erealloc\nleak:srunner";
}

#endif /* SUITE_LEAKS_H */
