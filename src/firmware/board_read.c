// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which form of a board a file has. */
#include "board_read.h"
#include "board_priv.h"
#include "dt_board_priv.h"
#include "dt_tree_priv.h"
#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>

/* ---- acpidump: "IORT @ 0x...", then lines "    0000: 49 4F ..  text", until an empty line ---- */

/* The bytes of one line, at most 16: two digits each, single blanks between. */
static int dump_line(const char *line, u8 bytes[16])
{
	const char *p = strchr(line, ':');
	int n = 0;

	if (!p || line[strspn(line, " \t0123456789abcdefABCDEF")] != ':')
		return 0;
	for (p++; n < 16 && *p == ' ' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]); p += 3) {
		unsigned int byte;

		if (isalnum((unsigned char)p[3]))
			break;
		if (sscanf(p + 1, "%2x", &byte) != 1)
			break;
		bytes[n++] = (u8)byte;
	}
	return n;
}

static bool is_heading(const char *line)
{
	const char *p = line + strspn(line, " \t\"");

	return !strncmp(p, "IORT", 4) && strchr(p, '@');
}

/* The next line; @text ends in a zero. */
static char *take_line(char **text)
{
	char *line = *text;

	if (!line || !*line)
		return NULL;
	*text = strchr(line, '\n');
	if (*text)
		*(*text)++ = 0;
	return line;
}

/* In place: the bytes are fewer than their text. Returns their number. */
static size_t read_dump(char *text)
{
	u8 *out = (u8 *)text;
	size_t n = 0;
	bool within = false;
	char *line;

	while ((line = take_line(&text))) {
		u8 bytes[16];
		int got = within ? dump_line(line, bytes) : 0;

		if (within && !got && n)
			break;
		within |= is_heading(line);
		memcpy(out + n, bytes, (size_t)got);
		n += (size_t)got;
	}
	return n;
}

static int read_iort_file(struct board *b, const char *file, struct board_error *err)
{
	size_t size;
	u8 *data;
	int ret = board_load(file, &data, &size, err);

	if (ret)
		return ret;
	if (size < 6 || memcmp(data, "IORT", 4) || !memcmp(data, "IORT @", 6)) {
		size = read_dump((char *)data);
		if (!size)
			ret = board_fail(err, EINVAL, "%s: it has no IORT, neither as bytes nor as acpidump writes it",
					 file);
	}
	if (!ret)
		ret = board_read_iort(b, data, size, err);
	free(data);
	return ret;
}

/* ---- which form ---- */

static bool is_dump(const u8 *data, size_t size)
{
	size_t i;

	for (i = 0; i < size && i < 4096; i++)
		if (data[i] != '\t' && data[i] != '\n' && data[i] != '\r' && (data[i] < ' ' || data[i] >= 0x7f))
			return false;
	return size > 0 && strstr((const char *)data, "@ 0x");
}

/* The tables of ACPI, or the root of a device tree. */
static int find_folder(const char *folder, char path[4096], bool *iort, struct board_error *err)
{
	static const char *const names[] = { "IORT", "compatible", "#address-cells" };
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (snprintf(path, 4096, "%s/%s", folder, names[i]) >= 4096)
			return board_fail(err, ENAMETOOLONG, "%s: the name is too long", folder);
		*iort = !i;
		if (!stat(path, &st) && S_ISREG(st.st_mode))
			return 0;
	}
	return board_fail(err, EINVAL,
			  "%s: it has neither an IORT nor the root of a device tree (compatible, #address-cells)",
			  folder);
}

/* *@iort: an IORT; then @path is the file that has it. */
static int find_form(const char *file, char path[4096], bool *iort, struct board_error *err)
{
	struct stat st;
	size_t size;
	u8 *data;
	int ret;

	*iort = false;
	snprintf(path, 4096, "%s", file);
	if (!strcmp(file, "-"))
		return board_fail(err, EINVAL,
				  "standard input: a board is a file or a directory; it cannot come through a pipe");
	if (stat(file, &st))
		return board_fail(err, errno, "%s: %s", file, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return find_folder(file, path, iort, err);
	if (!S_ISREG(st.st_mode))
		return board_fail(err, EINVAL, "%s: a board is a file or a directory; it cannot come through a pipe",
				  file);
	if (dt_is_source(file))
		return 0;
	ret = board_load(file, &data, &size, err);
	if (ret)
		return ret;
	*iort = (size >= 4 && !memcmp(data, "IORT", 4)) || is_dump(data, size);
	if (!*iort && (size < 4 || memcmp(data, "\xd0\x0d\xfe\xed", 4)))
		ret = board_fail(err, EINVAL, "%s: offset 0: it is neither a device tree (.dtb, .dts) nor an IORT",
				 file);
	free(data);
	return ret;
}

int board_read(struct board *b, const char *file, const char *const *overlays, u32 n_overlays, struct board_error *err)
{
	char path[4096];
	bool iort;
	int ret = find_form(file, path, &iort, err);

	memset(b, 0, sizeof(*b));
	b->file = file;
	if (!ret && iort && n_overlays)
		ret = board_fail(err, EINVAL, "%s: an IORT takes no overlay", file);
	if (!ret)
		ret = iort ? read_iort_file(b, path, err) : board_read_dt(b, overlays, n_overlays, err);
	if (!ret)
		ret = board_full(b, err);
	if (ret)
		board_free(b);
	return ret;
}
