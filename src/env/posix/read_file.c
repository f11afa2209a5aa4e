// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "read_file.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int read_all(FILE *in, size_t most, char **data, size_t *size)
{
	size_t room = 0, got;
	char *more;

	errno = 0;
	do {
		if (*size + 1 >= room) {
			room = room ? 2 * room : 1 << 16;
			more = realloc(*data, room);
			if (!more)
				return -ENOMEM;
			*data = more;
		}
		got = fread(*data + *size, 1, room - *size - 1, in);
		*size += got;
		if (*size > most)
			return -EFBIG;
	} while (got);
	(*data)[*size] = 0;
	return ferror(in) ? -(errno ? errno : EIO) : 0;
}

int fl_read_file(const char *path, size_t most, char **data, size_t *size)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "rb");
	struct stat st;
	int ret;

	*data = NULL;
	*size = 0;
	if (!in)
		return -errno;
	ret = !fstat(fileno(in), &st) && S_ISDIR(st.st_mode) ? -EISDIR : read_all(in, most, data, size);
	if (!standard)
		fclose(in);
	if (ret) {
		free(*data);
		*data = NULL;
	}
	return ret;
}
