// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline check-stall: is dma-can-stall on this board safe? */
#include "board_advice.h"
#include "board_options.h"
#include "board_platform.h"
#include "find.h"
#include "findings_report.h"
#include "stall_evidence.h"
#include "stall_trace.h"
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CHANGES 64

static const char help[] =
	"Usage: faultline check-stall [OPTION]... BOARD\n"
	"Says whether the devices that may stall (dma-can-stall, IORT's stall flag) are safe on this board.\n"
	"BOARD is a device tree (.dtb; .dts where dtc is installed; /proc/device-tree) or an IORT (a file,\n"
	"the text of acpidump, /sys/firmware/acpi/tables).\n\n"
	"  --overlay FILE   apply an overlay first; may be repeated\n"
	"  --iort FILE      the same as BOARD\n"
	"  --bdf LIST       PCI functions that the board has: BUS:DEVICE.FUNCTION, or a range of two, separated\n"
	"                   by commas\n"
	"  --lspci FILE     the same, as lspci -n prints them\n"
	"  --platform FILE  what firmware does not say: TBUs, outstanding transactions, deadlines (YAML)\n"
	"  --waivers FILE   findings that were judged before, each with a reason and an end (YAML)\n"
	"  --date DAY       today, for waivers: YYYY-MM-DD\n"
	"  --config FILE    a preset or a file of the configuration (faultline config): prices of simulation, and\n"
	"                   slots, stalled transactions and workers where neither board nor platform file says\n"
	"  --seed N         of what simulation draws at random (0)\n\n"
	"What if (the board is changed before it is checked; may be repeated):\n"
	"  --without PATH   the device is not there\n"
	"  --terminate PATH its faults are terminated\n"
	"  --pri PATH       it asks for pages with PRI\n"
	"  --move PATH=TBU  it sits behind this TBU, a new one if there is none of the name\n"
	"  --set KEY=VALUE  a key of the platform file: fault_p999_ns, PATH:stall_max, TBU:slots, ...\n"
	"  --advise         find the smallest changes that clear the errors, by trying\n\n"
	"Output:\n"
	"  --json FILE      a report for programs; - is standard output, which then has nothing else\n"
	"  --sarif FILE     the same for code review (SARIF 2.1.0)\n"
	"  --junit FILE     the rules as test cases, for a CI system\n"
	"  --report FILE    a page (HTML) with the topology drawn, where graphviz is installed\n"
	"  --evidence FILE  a text for a test report: tool, checksums of the inputs, assumptions, verdict\n"
	"  --waits FILE     a deadlock that simulation met: what waits for what, for graphviz\n"
	"  --trace FILE     the same as a trace (.dmat) that faultline replay executes again\n"
	"  --no-simulation  the rules alone\n"
	"  --rules          list the rules and end\n\n"
	"Exit status: 0 no error found, 1 unsafe, 2 the board could not be read.\n";

enum output { OUT_JSON, OUT_SARIF, OUT_JUNIT, OUT_REPORT, OUT_EVIDENCE, OUT_WAITS, OUT_TRACE, OUTPUTS };

struct arguments {
	struct board_options board;
	const char *platform, *waivers, *config, *today, *file[OUTPUTS];
	struct fl_config *cfg; /* NULL: the defaults */
	struct board_change change[CHANGES];
	u32 n_changes;
	u64 seed;
	bool advise, quiet, list_rules, no_simulation;
	struct stall_evidence *e; /* NULL: nothing was simulated */
};

static const char *const change_names[] = { [BOARD_WITHOUT] = "without",
					    [BOARD_TERMINATE] = "terminate",
					    [BOARD_USE_PRI] = "pri",
					    [BOARD_MOVE] = "move",
					    [BOARD_SET] = "set" };

/* ---- for people ---- */

static void print_finding(const struct board *b, const struct finding *n)
{
	char place[1400];

	printf("%s: %s: %s\n  %s\n", n->waiver ? "waived" : finding_severity_names[n->severity], n->rule->id,
	       board_place(&n->at, b->file, place, sizeof(place)), n->text);
	if (n->waiver)
		printf("  waived until %s: %s\n", n->expires, n->waiver);
	else if (n->expired)
		printf("  its waiver ended on %s\n", n->expires);
	if (*n->change && !n->waiver)
		printf("  to change: %s\n", n->change);
	printf("  follows from: %s\n", n->rule->section);
}

static void print_stallers(const struct board *b)
{
	u32 i, n = 0;

	for (i = 0; i < b->n_masters; i++)
		if (board_may_stall(b, &b->master[i]))
			printf("%s%s", n++ ? ", " : "may stall: ", b->master[i].at.path);
	puts(n ? "\n" : "no device may stall\n");
}

static void print_text(const struct board *b, const struct findings *f)
{
	char summary[128];
	u32 i, s;

	print_stallers(b);
	for (s = 0; s < FINDING_SEVERITIES; s++)
		for (i = 0; i < f->n; i++)
			if (f->finding[i].severity == s)
				print_finding(b, &f->finding[i]);
	for (i = 0; i < f->n_assumptions; i++)
		printf("%sassumed: %s\n", i || !f->n ? "" : "\n", f->assumption[i]);
	if (f->omitted)
		printf("%u more findings are not listed\n", f->omitted);
	printf("%s%s\n", f->n || f->n_assumptions ? "\n" : "", findings_summary(f, summary));
}

/* ---- outputs ---- */

static json_t *report_json(const struct board *b, const struct findings *f, const struct advice *advice,
			   const struct stall_evidence *e)
{
	return report_json_put(
		board_json(b), J_NODE("findings", findings_json(f, false)),
		J_NODE("assumptions", J_LIST(i, f->n_assumptions, json_string(f->assumption[i]))),
		J_U64("errors", findings_count(f, FINDING_ERROR)),
		J_U64("warnings", findings_count(f, FINDING_WARNING)), J_U64("notes", findings_count(f, FINDING_NOTE)),
		J_MEMBER(f, omitted), J_BOOL("safe", !findings_count(f, FINDING_ERROR)),
		J_IF(e, J_NODE("simulation", stall_evidence_json(e))),
		J_IF(advice, J_NODE("advice",
				    J_LIST(i, advice->n, J_LIST(k, advice->size, json_string(advice->option[i][k]))))));
}

static int put(const void *text, FILE *out)
{
	return fputs(text, out) < 0 ? -errno : 0;
}

static int write_with(int (*write)(const void *what, FILE *out), const void *what, const char *path)
{
	int code = report_write_file(path, write, what);

	return code ? cli_fail("%s: cannot write: %s", path, strerror(-code)) : CLI_OK;
}

/* The options as they were typed, for the record. */
static void changes_text(const struct arguments *a, char text[1024])
{
	size_t n = 0;
	u32 i;

	*text = 0;
	for (i = 0; i < a->n_changes && n < 1024; i++)
		n += (size_t)snprintf(text + n, 1024 - n, " --%s %s", change_names[a->change[i].kind],
				      a->change[i].what);
	if (a->board.bdf && n < 1024)
		n += (size_t)snprintf(text + n, 1024 - n, " --bdf %s", a->board.bdf);
	if (a->config && n < 1024)
		snprintf(text + n, 1024 - n, " --config %s", a->config);
}

static void make_evidence(const struct arguments *a, const struct board *b, const struct findings *f, FILE *out)
{
	const char *input[BOARD_OVERLAYS + 5] = { a->board.file };
	char changes[1024];
	struct evidence e = {
		.version = FL_VERSION, .today = a->today, .input = input, .n_inputs = 1, .changes = changes
	};
	u32 i;

	for (i = 0; i < a->board.n_overlays; i++)
		input[e.n_inputs++] = a->board.overlay[i];
	if (a->board.lspci)
		input[e.n_inputs++] = a->board.lspci;
	if (a->platform)
		input[e.n_inputs++] = a->platform;
	if (a->waivers)
		input[e.n_inputs++] = a->waivers;
	if (a->config && !access(a->config, R_OK)) /* else a preset: part of the program */
		input[e.n_inputs++] = a->config;
	changes_text(a, changes);
	findings_evidence(f, b, &e, out);
	if (a->e) {
		fputc('\n', out);
		stall_evidence_print(a->e, out);
	}
}

static int put_graph(const void *graph, FILE *out)
{
	stall_graph_dot(graph, out);
	return 0;
}

static int write_trace(const struct arguments *a)
{
	const struct stall_board *s = &a->e->board;
	struct dmat_error err = { 0 };

	if (!s->sids_differ)
		fprintf(stderr, "faultline: %s: its streams are numbers of devices: two have the same StreamID\n",
			a->file[OUT_TRACE]);
	return stall_trace_write(a->file[OUT_TRACE], &s->platform, s->sids_differ ? s->sid : NULL, &a->e->opt,
				 &a->e->res, &err)
		       ? cli_fail("%s: %s", a->file[OUT_TRACE], err.reason)
		       : CLI_OK;
}

/* The graph, and the run that met the deadlock. */
static int write_deadlock(const struct arguments *a, int kind)
{
	if (!a->file[kind])
		return CLI_OK;
	if (kind == OUT_TRACE && !a->e->board.needed)
		return cli_fail("%s: no device stalls: there is nothing to write", a->file[kind]);
	if (!a->e->res.deadlock) {
		fprintf(stderr, "faultline: %s: not written: there is no deadlock\n", a->file[kind]);
		return CLI_OK;
	}
	return kind == OUT_TRACE ? write_trace(a) : write_with(put_graph, &a->e->res.graph, a->file[kind]);
}

/* JUnit, the page, the evidence: made in memory, then written at once. */
static int write_other(const struct arguments *a, const struct board *b, const struct findings *f, int kind)
{
	char *text = NULL, *evidence = NULL;
	size_t size, length;
	FILE *out = open_memstream(&text, &size), *e = open_memstream(&evidence, &length);
	int status = CLI_FAILED;

	if (e) {
		make_evidence(a, b, f, e);
		if (fclose(e))
			evidence = NULL;
	}
	if (out && evidence) {
		if (kind == OUT_JUNIT)
			findings_junit(f, b, out);
		else if (kind == OUT_REPORT)
			findings_html(f, b, evidence, out);
		else
			fputs(evidence, out);
		status = fclose(out) ? cli_fail("check-stall: out of memory") : write_with(put, text, a->file[kind]);
	} else {
		cli_fail("check-stall: out of memory");
	}
	free(text);
	free(evidence);
	return status;
}

/* A file that cannot be written is found before another one has been. */
static int can_write(const struct arguments *a)
{
	char folder[CLI_PATH];
	int kind;

	for (kind = OUT_JSON; kind <= OUT_TRACE; kind++) {
		const char *file = a->file[kind], *slash = file ? strrchr(file, '/') : NULL;

		if (!file || !strcmp(file, "-"))
			continue;
		snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file + 1) : 1, slash ? file : ".");
		if (access(access(file, F_OK) ? folder : file, W_OK))
			return cli_fail("%s: %s", file, strerror(errno));
	}
	return CLI_OK;
}

static int write_outputs(const struct arguments *a, const struct board *b, const struct findings *f,
			 const struct advice *advice)
{
	int kind, status = can_write(a);

	if (!status && a->file[OUT_JSON])
		status = cli_write_json(report_json(b, f, advice, a->e), a->file[OUT_JSON]);
	if (!status && a->file[OUT_SARIF])
		status = cli_write_json(findings_sarif(f, b, FL_VERSION), a->file[OUT_SARIF]);
	for (kind = OUT_JUNIT; !status && kind <= OUT_EVIDENCE; kind++)
		if (a->file[kind])
			status = write_other(a, b, f, kind);
	status = status ? status : write_deadlock(a, OUT_WAITS);
	return status ? status : write_deadlock(a, OUT_TRACE);
}

/* ---- the command ---- */

static void print_advice(const struct advice *advice)
{
	u32 i, k;

	if (!advice->n) {
		puts(advice->clean ? "advice: nothing has to change"
		     : advice->cut ? "advice: none found; the board has too many devices to try all changes"
				   : "advice: no change of at most three devices clears the errors");
		return;
	}
	printf("advice: any of these clears the errors%s\n", advice->others ? " that such changes can clear" : "");
	for (i = 0; i < advice->n; i++) {
		for (k = 0; k < advice->size; k++)
			printf("%s%s", k ? " " : "  ", advice->option[i][k]);
		puts("");
	}
}

/* A change is advised only if simulation finds nothing more either. */
static int also_simulate(void *ctx, const struct board *b, struct findings *f)
{
	const struct arguments *a = ctx;
	struct stall_evidence *e = calloc(1, sizeof(*e));
	struct board_error err;
	int ret;

	if (!e)
		return -ENOMEM;
	/* There may be many such boards. */
	e->cfg = a->cfg;
	e->opt.seed = a->seed;
	e->opt.max_states = 500;
	e->opt.random_runs = 5;
	ret = stall_evidence_make(e, b, f, &err);
	stall_evidence_free(e);
	free(e);
	return ret;
}

static int conclude(const struct arguments *a, struct board *b, struct findings *f)
{
	struct advice *advice = NULL;
	struct board_error err;
	int status = CLI_OK;

	if (a->waivers && findings_waive(f, a->waivers, a->today, &err))
		return cli_fail("%s", err.text);
	if (a->advise) {
		advice = board_advise(b, f, a->e ? also_simulate : NULL, (void *)(uintptr_t)a);
		if (!advice)
			return cli_fail("check-stall: out of memory");
	}
	status = write_outputs(a, b, f, advice);
	if (!status && !a->quiet) {
		print_text(b, f);
		if (a->e && a->e->board.needed) {
			putchar('\n');
			stall_evidence_print(a->e, stdout);
		}
		if (advice)
			print_advice(advice);
	}
	free(advice);
	return !status && findings_count(f, FINDING_ERROR) ? CLI_NO : status;
}

static int simulate_and_conclude(struct arguments *a, struct board *b, struct findings *f)
{
	struct board_error err;
	int status;

	if (a->no_simulation)
		return conclude(a, b, f);
	a->e = calloc(1, sizeof(*a->e));
	if (!a->e)
		return cli_fail("check-stall: out of memory");
	a->e->opt.seed = a->seed;
	a->e->cfg = a->cfg;
	status = stall_evidence_make(a->e, b, f, &err)
			 ? cli_fail("%s; --no-simulation checks the rules alone", err.text)
			 : conclude(a, b, f);
	stall_evidence_free(a->e);
	free(a->e);
	return status;
}

static int check(struct arguments *a, struct board *b)
{
	struct board_error err;
	struct findings f;
	int status;

	if (a->platform && board_platform(b, a->platform, &err))
		return cli_fail("%s", err.text);
	for_each_of(e, a->change, a->n_changes)
		if (board_change(b, e, &err))
			return cli_fail("%s", err.text);
	if (rules_check(&f, b))
		return cli_fail("check-stall: out of memory");
	status = simulate_and_conclude(a, b, &f);
	findings_free(&f);
	return status;
}

static int list_rules(void)
{
	for_each_of(r, rules, n_rules)
		printf("%-22s %-8s %s\n%31s (%s)\n", r->id, finding_severity_names[r->severity], r->title, "",
		       r->section);
	return cli_finish(CLI_OK);
}

static int add_change(void *arguments, const char *name, char *what)
{
	struct arguments *a = arguments;
	struct board_change *c = &a->change[a->n_changes];

	if (a->n_changes == CHANGES)
		return cli_fail("check-stall: more than %d changes", CHANGES);
	for (c->kind = 0; strcmp(name, change_names[c->kind]); c->kind++)
		;
	c->what = what;
	a->n_changes++;
	return CLI_OK;
}

static const struct cli_option options[] = {
	BOARD_OPTIONS(struct arguments, board),
	{ "platform", 0, CLI_TEXT(struct arguments, platform) },
	{ "waivers", 0, CLI_TEXT(struct arguments, waivers) },
	{ "date", 0, CLI_TEXT(struct arguments, today) },
	{ "seed", 0, CLI_NUMBER(struct arguments, seed, 0, ~0ULL) },
	{ "config", 0, CLI_TEXT(struct arguments, config) },
	{ "advise", 0, CLI_FLAG(struct arguments, advise) },
	{ "json", 0, CLI_TEXT(struct arguments, file[OUT_JSON]) },
	{ "sarif", 0, CLI_TEXT(struct arguments, file[OUT_SARIF]) },
	{ "junit", 0, CLI_TEXT(struct arguments, file[OUT_JUNIT]) },
	{ "report", 0, CLI_TEXT(struct arguments, file[OUT_REPORT]) },
	{ "evidence", 0, CLI_TEXT(struct arguments, file[OUT_EVIDENCE]) },
	{ "waits", 0, CLI_TEXT(struct arguments, file[OUT_WAITS]) },
	{ "trace", 0, CLI_TEXT(struct arguments, file[OUT_TRACE]) },
	{ "no-simulation", 0, CLI_FLAG(struct arguments, no_simulation) },
	{ "rules", 0, CLI_FLAG(struct arguments, list_rules) },
	{ "without", 0, CLI_CALL(add_change) },
	{ "terminate", 0, CLI_CALL(add_change) },
	{ "pri", 0, CLI_CALL(add_change) },
	{ "move", 0, CLI_CALL(add_change) },
	{ "set", 0, CLI_CALL(add_change) },
	{ 0 },
};

/* Each output has a file of its own; what goes to the standard output is alone there. */
static int check_outputs(struct arguments *a)
{
	int i, k;

	for (i = 0; i < OUTPUTS; i++) {
		a->quiet |= cli_only_json(a->file[i]);
		for (k = 0; a->file[i] && k < i; k++)
			if (a->file[k] && !strcmp(a->file[i], a->file[k]))
				return cli_usage("check-stall", "check-stall: two outputs are to go to '%s'",
						 a->file[i]);
	}
	return CLI_OK;
}

static int load_config(struct arguments *a)
{
	struct fl_config_error err;

	if (!a->config)
		return CLI_OK;
	a->cfg = malloc(sizeof(*a->cfg));
	if (!a->cfg)
		return cli_fail("check-stall: out of memory");
	fl_config_init(a->cfg);
	return fl_config_load(a->cfg, a->config, &err) ? cli_fail("%s", err.text) : CLI_OK;
}

static int run(int argc, char **argv)
{
	time_t now = time(NULL);
	char today[16];
	struct arguments a = { .today = today };
	struct board b;
	struct tm tm;
	int status;

	strftime(today, sizeof(today), "%Y-%m-%d", gmtime_r(&now, &tm));
	status = cli_options(argc, argv, options, &a, NULL, NULL);
	if (!status && a.list_rules)
		return list_rules();
	if (!status)
		status = check_outputs(&a);
	if (status)
		return status;
	if (!waiver_date(a.today))
		return cli_fail("'%.40s' is no date: YYYY-MM-DD", a.today);
	if (a.no_simulation && (a.file[OUT_WAITS] || a.file[OUT_TRACE]))
		return cli_usage("check-stall", "check-stall: --waits and --trace show what simulation does");
	status = board_open(&b, &a.board, argc, argv);
	if (status)
		return status;
	status = load_config(&a);
	if (!status)
		status = check(&a, &b);
	free(a.cfg);
	board_free(&b);
	return cli_finish(status);
}

const struct cli_command cli_check_stall = {
	.name = "check-stall",
	.summary = "say whether the devices that may stall on a board are safe",
	.help = help,
	.run = run,
};
