// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline verify: do the engines make the faults that a recording has? */
#include "find.h"
#include "report_json.h"
#include "report_xml.h"
#include "verify_cmd_priv.h"
#include <errno.h>
#include <stdlib.h>

static const char help[] =
	"Usage: faultline verify [OPTION]... TRACE\n"
	"       faultline verify TRACE --golden FILE [--update] [--tolerance PERCENT] [OPTION]...\n"
	"For each recorded fault or page request: brings an IOMMU into the state that the record\n"
	"implies, issues the access, and compares the model's record with the recorded one, field by\n"
	"field. Lists those that differ and those that cannot be decided, with both records.\n\n"
	"  --all         list those that were reproduced, too\n"
	"  --json FILE   write a report for programs; - is standard output, which then has nothing else\n"
	"  --junit FILE  write the faults as test cases, for a CI system\n"
	"  --show-state  print the state that each record implies: registers, and the structures and tables\n"
	"                that lead to the translation\n"
	"  --write-state DIR\n"
	"                write it as record-N.json and record-N.pages.gz, which faultline translate --registers\n"
	"                and --memory take; with the access and the fault, so that it compares\n\n"
	"Not compared, because hardware leaves it open or it depends on how a system is put together:\n"
	"  smmuv3  STAG, implementation defined reasons, FetchAddr, IPA (S2 is 0), SubstreamID without SSV,\n"
	"          TTRnW unless CLASS is TT\n"
	"  vtd     F; without PP: PV, EXE, PRIV\n"
	"  smmuv2  the bank: S1CBNDX; NSATTR, AFR, and SSD_Index of CBFRSYNRA\n"
	"Nor is what was not recorded: a log may have less than the record.\n\n"
	"With --golden: replays the trace and compares all that comes out (faults, records, answers,\n"
	"counters, times) with a file, key by key; records that were lost or added are named as such.\n\n"
	"  --golden FILE        the file: what faultline verify --golden FILE --update has written\n"
	"  --update             write it; the run is given as for faultline replay (--iommu, --faults, ...)\n"
	"  --tolerance PERCENT  times (keys in _ns and _ppm) may differ so much; default 0. Histograms and the\n"
	"                       sentences on times are then not compared\n"
	"  --iommu KIND, --faults KIND, --functional, and\n" RUN_HELP
	"                       as for faultline replay; without --iommu the run is the file's. --json has the\n"
	"                       differences, --junit one test case\n\n"
	"Exit status: 0 none differs (some may be undecidable: the last line says so), 1 some differ,\n"
	"2 could not be done.\n";

/* @cases: the test cases of --junit, as a text in memory */
struct listing {
	json_t *faults;
	FILE *cases;
	bool quiet, all, show_state;
	const char *write_state;
	u64 unwritten;
};

static void print_fields(const struct verify_result *r)
{
	static const char *const marks[VERIFY_MATCHES] = { "", "  DIFFERENT", "  not compared", "  not recorded" };

	printf("  %-12s %18s %18s\n", "", "recorded", "model");
	for_each_of(f, r->field, r->n_fields) {
		printf("  %-12s ", f->name);
		if (f->match == VERIFY_UNKNOWN)
			printf("%18s ", "-");
		else
			printf("%#18llx ", f->recorded);
		if (r->answered)
			printf("%#18llx%s\n", f->model, marks[f->match]);
		else
			printf("%18s\n", "-");
	}
}

/* There is no record of the model's to stand beside it. */
static void print_recorded(const struct verify_result *r)
{
	u32 i;

	for (i = 0; r->format && i < r->format->n_fields; i++) {
		const struct spec_field *f = &r->format->fields[i];
		u64 bits = GENMASK_ULL(f->field.high, f->field.low);

		if ((r->known[f->word] & bits) != bits || (f->part && !spec_has(r->kind, f->part)))
			continue;
		printf("  %-12s %#18llx %18s\n", f->field.name, spec_bits(&f->field, r->recorded[f->word]), "-");
	}
}

static void print(const struct verify_result *r, bool show_state)
{
	const struct dmat_record *rec = &r->rec;

	printf("record %llu: %s %s", r->record, dmat_model_names[rec->model],
	       rec->kind == DMAT_FAULT ? "fault" : "page request");
	if (rec->kind == DMAT_FAULT)
		printf(" 0x%x", rec->code);
	if (r->kind)
		printf(" %s", r->kind->name);
	if (rec->sid != DMAT_SID_NONE)
		printf(" sid 0x%x", rec->sid);
	if (!(rec->flags & DMAT_F_NO_IOVA))
		printf(" iova 0x%llx", rec->iova);
	printf(": %s%s%s\n", verify_verdict_names[r->verdict], *r->reason ? ": " : "", r->reason);
	if (*r->state)
		printf("  state: %s\n", r->state);
	if (show_state && r->setup)
		verify_state_print(r->setup, stdout);
	if (r->n_fields)
		print_fields(r);
	else
		print_recorded(r);
}

static json_t *fields_json(const struct verify_result *r)
{
	json_t *list = json_array();

	for_each_of(f, r->field, r->n_fields) {
		json_t *o = json_object();

		report_json_put(
			o, J_TEXT("name", f->name), J_IF(f->match != VERIFY_UNKNOWN, J_HEX("recorded", f->recorded)),
			J_IF(r->answered, J_HEX("model", f->model)), J_TEXT("match", verify_match_names[f->match]));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *fault_json(const struct verify_result *r)
{
	return report_json_object(J_MEMBER(r, record), J_TEXT("kind", dmat_kind_names[r->rec.kind]),
				  J_TEXT("model", dmat_model_names[r->rec.model]), J_MEMBER(&r->rec, code),
				  J_IF(r->kind, J_TEXT("name", r->kind->name)),
				  J_TEXT("verdict", verify_verdict_names[r->verdict]), J_TEXT("reason", r->reason),
				  J_TEXT("state", r->state), J_NODE("fields", fields_json(r)));
}

static void print_case(FILE *f, const struct verify_result *r)
{
	const char *sep = "";

	fprintf(f, "  <testcase classname=\"%s\" name=\"record %llu %s 0x%x\"", dmat_model_names[r->rec.model],
		r->record, r->rec.kind == DMAT_FAULT ? "fault" : "page request", r->rec.code);
	if (r->verdict == VERIFY_REPRODUCED) {
		fprintf(f, "/>\n");
		return;
	}
	fprintf(f, ">\n    <%s message=\"", r->verdict == VERIFY_DIFFERENT ? "failure" : "skipped");
	report_xml(f, r->reason);
	for_each_of(v, r->field, r->n_fields) {
		if (v->match != VERIFY_DIFFERS)
			continue;
		fprintf(f, "%s%s: recorded 0x%llx, model 0x%llx", sep, v->name, v->recorded, v->model);
		sep = "; ";
	}
	fprintf(f, "\"/>\n  </testcase>\n");
}

struct suite {
	const char *cases;
	u64 tests, failures, skipped;
};

static int write_suite(const void *what, FILE *f)
{
	const struct suite *s = what;

	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"faultline verify\" tests=\"%llu\" failures=\"%llu\" "
		"skipped=\"%llu\">\n%s</testsuite>\n",
		s->tests, s->failures, s->skipped, s->cases);
	return ferror(f) ? -EIO : 0;
}

int verify_cmd_junit(const char *path, const char *cases, u64 tests, u64 failures, u64 skipped)
{
	const struct suite s = { cases, tests, failures, skipped };
	int ret = report_write_file(path, write_suite, &s);

	return ret ? cli_fail("%s: cannot write: %s", path, strerror(-ret)) : CLI_OK;
}

static int found(void *ctx, const struct verify_result *r)
{
	struct listing *l = ctx;

	if (l->faults)
		json_array_append_new(l->faults, fault_json(r));
	if (l->cases)
		print_case(l->cases, r);
	if (!l->quiet && (l->all || l->show_state || r->verdict != VERIFY_REPRODUCED))
		print(r, l->show_state);
	if (l->write_state && r->setup && r->setup->dump)
		return verify_cmd_write_state(l->write_state, r) ? -EIO : 0;
	l->unwritten++;
	return 0;
}

static int write_json(const struct listing *l, const u64 n[VERIFY_VERDICTS], const char *trace, const char *path)
{
	json_t *root = json_object();
	u64 all = 0;
	int v;

	report_json_text(root, "trace", trace);
	for (v = 0; v < VERIFY_VERDICTS; v++)
		all += n[v];
	report_json_u64(root, "recorded", all);
	for (v = 0; v < VERIFY_VERDICTS; v++)
		report_json_u64(root, verify_verdict_names[v], n[v]);
	json_object_set(root, "faults", l->faults);
	return cli_write_json(root, path);
}

static int conclude(const struct verify_arguments *a, const struct listing *l, const char *cases,
		    const u64 n[VERIFY_VERDICTS])
{
	const struct run_options *c = &a->replay.common;
	u64 all = n[VERIFY_REPRODUCED] + n[VERIFY_DIFFERENT] + n[VERIFY_UNDECIDABLE];
	int status = c->json ? write_json(l, n, c->run.trace, c->json) : CLI_OK;

	if (!status && a->junit)
		status = verify_cmd_junit(a->junit, cases, all, n[VERIFY_DIFFERENT], n[VERIFY_UNDECIDABLE]);
	if (!status && !l->quiet)
		printf("%llu recorded, %llu reproduced, %llu different, %llu undecidable\n", all, n[VERIFY_REPRODUCED],
		       n[VERIFY_DIFFERENT], n[VERIFY_UNDECIDABLE]);
	return !status && n[VERIFY_DIFFERENT] ? CLI_NO : status;
}

static int verify(const struct verify_arguments *a)
{
	const char *json = a->replay.common.json;
	struct listing l = {
		.all = a->all, .quiet = cli_only_json(json), .show_state = a->show_state, .write_state = a->write_state
	};
	struct verify_options opt = { .found = found, .ctx = &l, .state = a->show_state || a->write_state };
	u64 n[VERIFY_VERDICTS];
	struct dmat_error err;
	char *cases = NULL;
	size_t size;
	int status;

	if (a->junit) {
		l.cases = open_memstream(&cases, &size);
		if (!l.cases)
			return cli_fail("verify: out of memory");
	}
	if (json)
		l.faults = json_array();
	status = verify_trace(&opt, a->replay.common.run.trace, n, &err);
	/* Who could not write a state has said so. */
	status = !status ? CLI_OK : status == -EIO && a->write_state ? CLI_FAILED : cli_fail_error(&err);
	if (!status && a->write_state && l.unwritten && !l.quiet)
		printf("%llu states not written: not set up, a page request, or a translated access\n", l.unwritten);
	if (l.cases && fclose(l.cases) && !status)
		status = cli_fail("verify: out of memory");
	if (!status)
		status = conclude(a, &l, cases, n);
	free(cases);
	json_decref(l.faults);
	return status;
}

/* "2", "0.5": per cent, in millionths */
static int set_tolerance(void *arguments, const char *name, char *text)
{
	struct verify_arguments *a = arguments;
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end || !(percent >= 0 && percent <= 100))
		return cli_usage("verify", "verify: --%s %s: not a number from 0 to 100", name, text);
	a->tolerance_ppm = (u32)(percent * 10000 + 0.5);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "all", 0, CLI_FLAG(struct verify_arguments, all) },
	{ "junit", 0, CLI_TEXT(struct verify_arguments, junit) },
	{ "golden", 0, CLI_TEXT(struct verify_arguments, golden) },
	{ "update", 0, CLI_FLAG(struct verify_arguments, update) },
	{ "tolerance", 0, CLI_CALL(set_tolerance) },
	{ "show-state", 0, CLI_FLAG(struct verify_arguments, show_state) },
	{ "write-state", 0, CLI_TEXT(struct verify_arguments, write_state) },
	{ 0 },
};

static const struct option replay_options[] = { RUN_REPLAY_OPTIONS, { 0 } };

static int replay_option(void *arguments, const struct option *row)
{
	struct verify_arguments *a = arguments;
	int status = run_replay_take_row(&a->replay, row);

	if (!status && row->val != RUN_JSON)
		a->given = row->name;
	return status;
}

static int parse(struct verify_arguments *a, int argc, char **argv)
{
	int status = cli_options(argc, argv, options, a, replay_options, replay_option);

	if (status)
		return status;
	a->replay.common.run.trace = cli_one_argument(argc, argv, "trace");
	if (!a->replay.common.run.trace)
		return CLI_FAILED;
	if (!a->golden && (a->given || a->update || a->tolerance_ppm))
		return cli_usage("verify", "verify: --%s needs --golden",
				 a->given    ? a->given
				 : a->update ? "update"
					     : "tolerance");
	return CLI_OK;
}

static int run(int argc, char **argv)
{
	struct verify_arguments a = { 0 };
	int status;

	run_replay_init(&a.replay, "verify");
	status = parse(&a, argc, argv);
	if (!status)
		status = cli_finish(a.golden ? verify_cmd_golden(&a) : verify(&a));
	run_replay_exit(&a.replay);
	return status;
}

const struct cli_command cli_verify = {
	.name = "verify",
	.summary = "say whether the engines make the faults that a trace has, or a replay what it did",
	.help = help,
	.run = run,
};
