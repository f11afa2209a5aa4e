// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline verify --write-state: the state of a recorded fault as faultline translate takes it. */
#include "report_json.h"
#include "out_file.h"
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
	struct out_file out;
	int fd = out_file_open(&out, path), ret;
	gzFile f = fd < 0 ? NULL : gzdopen(fd, "wb1");
	bool ok;

	if (fd < 0)
		return cli_fail("%s: cannot write: %s", path, strerror(-fd));
	if (!f)
		close(fd);
	errno = 0;
	ok = f && put_pages(f, s);
	if (f && gzclose(f) != Z_OK)
		ok = false;
	ret = ok ? out_file_keep(&out) : -(errno ? errno : ENOMEM);
	if (!ok)
		out_file_drop(&out);
	return ret ? cli_fail("%s: cannot write: %s", path, strerror(-ret)) : CLI_OK;
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
