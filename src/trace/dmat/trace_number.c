// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "trace_number.h"

bool trace_number(const char *s, const char **rest, u64 *value)
{
	bool minus = *s == '-', hex = s[minus] == '0' && (s[minus + 1] | 0x20) == 'x';
	char *end;

	s += minus;
	if (!isdigit((unsigned char)*s) || (hex && !isxdigit((unsigned char)s[2])))
		return false;
	errno = 0;
	*value = strtoull(s, &end, hex ? 16 : 10);
	if (minus)
		*value = -*value;
	if (rest)
		*rest = end;
	return !errno;
}
