// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_schedule.h"
#include "stall_trace.h"

#include <stdlib.h>

/* On one line, as every replay that gets nowhere ends. */
static int no_progress(const char *path, const char *story)
{
	char line[1024];

	stall_story_line(story, line, sizeof(line));
	return cli_fail("%s: no progress: %s", path, line);
}

static int play(const char *path, const struct stall_platform *p, const struct stall_options *opt,
		const struct stall_step *steps, u32 n)
{
	struct stall_result *res = calloc(1, sizeof(*res));
	int status;

	if (!res)
		return cli_fail("replay: out of memory");
	if (stall_play(p, opt, steps, n, res)) {
		status = cli_fail("%s: %s", path, *res->error ? res->error : "out of memory");
	} else if (res->deadlock) {
		status = no_progress(path, res->story);
	} else {
		printf("%u steps, %u accesses under way at the end, all of which go on\n", n, res->n_accesses);
		status = cli_finish(CLI_OK);
	}
	stall_result_free(res);
	free(res);
	return status;
}

bool replay_schedule(const char *path, int *status)
{
	struct stall_platform *p = malloc(sizeof(*p));
	struct stall_options opt;
	struct dmat_error err = { 0 };
	struct stall_step *steps = NULL;
	u32 n;
	int code = p ? stall_trace_read(path, p, &opt, &steps, &n, &err) : -ENOMEM;

	if (!code)
		*status = play(path, p, &opt, steps, n);
	else if (code != -ENOENT)
		*status = cli_fail("%s: %s", path, err.reason[0] ? err.reason : strerror(-code));
	free(steps);
	free(p);
	return code != -ENOENT;
}
