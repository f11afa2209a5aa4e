// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline verify --write-state: the state of a recorded fault as faultline translate takes it. */
#include "report_json.h"
#include "temp_file.h"
#include "verify_cmd_priv.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PAGE 4096

static bool put_pages(gzFile f, const struct verify_state *s)
{
	u32 i;
	u64 at;

	for (i = 0; i < s->pages; i++) {
		at = htole64(s->page[i]);
		if (gzwrite(f, &at, sizeof(at)) != sizeof(at) || gzwrite(f, s->data + (size_t)i * PAGE, PAGE) != PAGE)
			return false;
	}
	return true;
}

/* The file has its name when all of it is written. */
static int write_pages(const char *path, const struct verify_state *s)
{
	char temp[CLI_PATH];
	gzFile f = NULL;
	bool ok = false;
	int fd;

	if (snprintf(temp, sizeof(temp), "%s.XXXXXX", path) >= (int)sizeof(temp))
		return cli_fail("%s: the name is too long", path);
	fd = temp_file_make(temp);
	if (fd >= 0)
		f = gzdopen(fd, "wb1");
	if (!f)
		return cli_fail("%s: cannot write: %s", path, strerror(errno));
	ok = put_pages(f, s);
	if (gzclose(f) != Z_OK || !ok || rename(temp, path)) {
		temp_file_remove(temp);
		return cli_fail("%s: cannot write", path);
	}
	temp_file_kept(temp);
	return CLI_OK;
}

int verify_cmd_write_state(const char *dir, const struct verify_result *r)
{
	char path[CLI_PATH];
	int status;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return cli_fail("%s: %s", dir, strerror(errno));
	if (snprintf(path, sizeof(path), "%s/record-%llu.pages.gz", dir, r->record) >= (int)sizeof(path))
		return cli_fail("%s: the name is too long", dir);
	status = write_pages(path, r->setup);
	if (status)
		return status;
	snprintf(path, sizeof(path), "%s/record-%llu.json", dir, r->record);
	return cli_write_json(json_incref(r->setup->dump), path);
}
