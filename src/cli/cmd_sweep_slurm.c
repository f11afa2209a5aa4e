// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * faultline sweep --slurm: an array job whose tasks run a share of the points each, into the sweep's directory. What
 * is there counts, not what Slurm says of a task: what a lost node has left undone is submitted again.
 */
#include "cmd_sweep_priv.h"
#include "find.h"

#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#define STANDARD_TASKS 100
#define POLL_S	       2
#define PATIENCE       150 /* times that the controller may not answer, one after the other */

static const char *file_of(const struct sweep *sw, const char *name, char path[CLI_PATH])
{
	snprintf(path, CLI_PATH, "%s/%s", sw->store.path, name);
	return path;
}

bool sweep_slurm_pending(const struct sweep *sw)
{
	char path[CLI_PATH];

	return sw->slurm && !access(file_of(sw, "slurm.job", path), F_OK);
}

/* ---- Slurm's commands ---- */

/* What a command prints on both of its outputs, without the last newline; its exit status, or -1. */
static int ask(char *answer, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int ask(char *answer, size_t size, const char *fmt, ...)
{
	char command[CLI_PATH + 64], rest[256];
	va_list ap;
	size_t n;
	FILE *p;
	int state;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	p = popen(command, "re");
	if (!p)
		return -1;
	n = fread(answer, 1, size - 1, p);
	while (fread(rest, 1, sizeof(rest), p))
		;
	while (n && answer[n - 1] == '\n')
		n--;
	answer[n] = '\0';
	state = pclose(p);
	return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

/* Within single quotes of a shell. */
static void quote(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

/* Tasks of the job that wait or run; 0: it is gone; -1: no answer. */
static int tasks_left(const char *job)
{
	char answer[65536], *p;
	int n = 1, status = ask(answer, sizeof(answer), "squeue -h -r -j %s -o %%T 2>&1", job);

	if (status)
		return strstr(answer, "Invalid job id") ? 0 : -1;
	for (p = answer; *p; p++)
		n += *p == '\n';
	return *answer ? n : 0;
}

/* ---- the job ---- */

static u32 count_tasks(const struct sweep *sw)
{
	return min(sw->points, sw->tasks ? (u32)sw->tasks : STANDARD_TASKS);
}

/* The shares with a point that is missing: "0,3,4". */
static void print_shares(const struct sweep *sw, const u32 *list, u32 n, FILE *out)
{
	u32 i, share, tasks = count_tasks(sw);
	bool first = true;

	for (share = 0; share < tasks; share++) {
		i = FIND(i, n, list[i] % tasks == share);
		if (i == n)
			continue;
		fprintf(out, "%s%u", first ? "" : ",", share);
		first = false;
	}
}

static void print_script(const struct sweep *sw, const u32 *list, u32 n, const char *program, FILE *out)
{
	u32 jobs = sw->jobs ? sw->jobs : 1;
	int i;

	fputs("#!/bin/sh\n#SBATCH --job-name=faultline-sweep --requeue --open-mode=append\n#SBATCH --array=", out);
	print_shares(sw, list, n, out);
	fprintf(out, "\n#SBATCH --ntasks=1 --cpus-per-task=%u\n#SBATCH --output=\"%s/slurm-%%A_%%a.out\"\n", jobs,
		sw->store.path);
	if (sw->slurm_options)
		fprintf(out, "#SBATCH %s\n", sw->slurm_options);
	fputs("exec ", out);
	quote(out, program);
	for (i = 0; i < sw->argc; i++) {
		fputc(' ', out);
		quote(out, sw->argv[i]);
	}
	fprintf(out, " --share \"$SLURM_ARRAY_TASK_ID/%u\" -j %u\n", count_tasks(sw), jobs);
}

static int write_script(const struct sweep *sw, const u32 *list, u32 n, const char *path)
{
	char program[CLI_PATH], *text = NULL;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	size_t size;
	FILE *out = len < 0 ? NULL : open_memstream(&text, &size);
	int code;

	if (!out)
		return cli_fail("sweep: %s", strerror(errno));
	program[len] = '\0';
	print_script(sw, list, n, program, out);
	code = fclose(out) ? -ENOMEM : sweep_file_write(path, text, size);
	free(text);
	return code ? cli_fail("%s: %s", path, strerror(-code)) : CLI_OK;
}

#define JOB 32

static int submit(const struct sweep *sw, const u32 *list, u32 n, char job[JOB])
{
	char script[CLI_PATH], path[CLI_PATH], answer[512];
	int status = write_script(sw, list, n, file_of(sw, "slurm.sh", script));
	char *quoted = NULL;
	size_t size;
	FILE *out;

	if (status)
		return status;
	out = open_memstream(&quoted, &size);
	if (!out)
		return cli_fail("sweep: out of memory");
	quote(out, script);
	fclose(out);
	status = ask(answer, sizeof(answer), "sbatch --parsable %s 2>&1", quoted);
	free(quoted);
	if (status || *answer < '0' || *answer > '9')
		return cli_fail("sweep: sbatch: %s", *answer ? answer : "no answer");
	snprintf(job, JOB, "%.*s", (int)min(strspn(answer, "0123456789"), (size_t)JOB - 1), answer);
	status = sweep_file_write(file_of(sw, "slurm.job", path), job, strlen(job));
	fprintf(stderr, "faultline: sweep: job %s: %u points\n", job, n);
	return status ? cli_fail("%s: %s", path, strerror(-status)) : CLI_OK;
}

/* The job that an earlier call has submitted; "": none. */
static void find_job(const struct sweep *sw, char job[JOB])
{
	char path[CLI_PATH];
	FILE *f = fopen(file_of(sw, "slurm.job", path), "r");
	size_t n = f ? fread(job, 1, JOB - 1, f) : 0;

	job[n] = '\0';
	job[strspn(job, "0123456789")] = '\0';
	if (f)
		fclose(f);
}

static void forget_job(const struct sweep *sw, char job[JOB])
{
	char path[CLI_PATH];

	unlink(file_of(sw, "slurm.job", path));
	job[0] = '\0';
}

static int wait_for(const char *job)
{
	bool terminal = isatty(STDERR_FILENO);
	int left, silent = 0;

	while ((left = tasks_left(job))) {
		silent = left < 0 ? silent + 1 : 0;
		if (silent > PATIENCE)
			return cli_fail("sweep: squeue does not answer; job %s goes on, and the same command gathers",
					job);
		if (terminal && left > 0)
			fprintf(stderr, "\r\033[Ksweep: job %s: %d tasks left", job, left);
		sleep(POLL_S);
	}
	if (terminal)
		fputs("\r\033[K", stderr);
	return CLI_OK;
}

static int leave(const char *job, bool submitted)
{
	fprintf(stderr, "faultline: sweep: job %s is under way; the same command gathers\n", job);
	return submitted ? CLI_OK : CLI_NO;
}

static int run_rounds(struct sweep *sw, u32 *list, bool *gathered)
{
	char job[JOB];
	u32 round, n;
	int status = CLI_OK;

	find_job(sw, job);
	for (round = 0; !status; round++) {
		bool submitted = !job[0];

		if (submitted) {
			n = sweep_missing(sw, list);
			if (!n || round >= sw->rounds)
				return CLI_OK;
			status = submit(sw, list, n, job);
		}
		*gathered = status || !sw->no_wait || !tasks_left(job);
		if (!*gathered)
			return leave(job, submitted);
		if (!status)
			status = wait_for(job);
		if (!status)
			forget_job(sw, job);
	}
	return status;
}

int sweep_on_slurm(struct sweep *sw, bool *gathered)
{
	u32 *list = calloc(sw->points, sizeof(*list));
	int status = list ? run_rounds(sw, list, gathered) : cli_fail("sweep: out of memory");

	free(list);
	return status;
}
