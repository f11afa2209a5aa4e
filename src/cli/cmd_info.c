// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "cli.h"
#include "find.h"
#include "report_json.h"
#include "trace_summary.h"

struct options {
	bool prefix, json;
};

static const struct cli_option options[] = {
	{ "prefix", 0, CLI_FLAG(struct options, prefix) },
	{ "json", 0, CLI_FLAG(struct options, json) },
	{ 0 },
};

static json_t *tally_json(const struct trace_tally *tally, const char *name, const char *unit)
{
	json_t *array = json_array();

	for_each_of(e, tally->entry, tally->entries) {
		report_json_append(array, J_U64(name, e->key), J_U64(unit, e->count),
				   J_IF(e->bytes, J_MEMBER(e, bytes)));
	}
	return array;
}

static json_t *meta_json(const struct dmat_reader *reader)
{
	json_t *object = json_object();
	const char *key, *value;
	size_t i;

	for (i = 0; i < dmat_reader_meta_count(reader); i++) {
		json_t *text;

		dmat_reader_meta(reader, i, &key, &value);
		text = json_string(value);
		json_object_set_new(object, key, text ? text : json_string("(not UTF-8)"));
	}
	return object;
}

static json_t *faults_json(const struct trace_summary *s)
{
	json_t *array = json_array();

	for_each_of(e, s->faults.entry, s->faults.entries) {
		report_json_append(array, J_TEXT("model", dmat_model_names[e->key >> 32]),
				   J_U64("code", e->key & 0xffffffff), J_MEMBER(e, count));
	}
	return array;
}

static int print_json(const struct dmat_reader *reader, const struct trace_summary *s, bool damaged)
{
	json_t *root = json_object(), *kinds = json_object();
	unsigned int i;
	int ret;

	for (i = 0; i < DMAT_KINDS; i++)
		json_object_set_new(kinds, dmat_kind_names[i], json_integer(s->kind[i]));
	report_json_put(root, J_BOOL("damaged", damaged), J_NODE("metadata", meta_json(reader)), J_MEMBER(s, records),
			J_U64("blocks", dmat_reader_blocks(reader)), J_NODE("kinds", kinds), J_MEMBER(s, first_ns),
			J_MEMBER(s, last_ns), J_MEMBER(s, bytes), J_MEMBER(s, reads), J_MEMBER(s, writes),
			J_MEMBER(s, direction_unknown), J_U64("outcome_ok", s->outcome[DMAT_OUT_OK]),
			J_U64("outcome_fault", s->outcome[DMAT_OUT_FAULT]), J_MEMBER(s, pages),
			J_MEMBER(s, first_touches), J_NODE("streams", tally_json(&s->streams, "sid", "accesses")),
			J_NODE("pasids", tally_json(&s->pasids, "pasid", "accesses")),
			J_NODE("address_spaces", tally_json(&s->spaces, "domain", "accesses")),
			J_NODE("faults", faults_json(s)));
	ret = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(root);
	putchar('\n');
	return ret ? cli_fail("standard output: cannot write") : CLI_OK;
}

static void print_tally(const char *title, const char *format, const struct trace_tally *tally)
{
	size_t shown = tally->entries > 16 ? 16 : tally->entries;

	printf("%-20s %zu\n", title, tally->entries);
	for_each_of(e, tally->entry, shown) {
		printf("  ");
		printf(format, e->key);
		printf("%*s %12llu accesses", 4, "", e->count);
		if (e->bytes)
			printf(" %14llu bytes", e->bytes);
		putchar('\n');
	}
	if (shown < tally->entries)
		printf("  and %zu more\n", tally->entries - shown);
}

static void print_table(const struct dmat_reader *reader, const struct trace_summary *s)
{
	const char *key, *value;
	unsigned int i;

	for (i = 0; i < dmat_reader_meta_count(reader); i++) {
		dmat_reader_meta(reader, i, &key, &value);
		printf("%-20s %s\n", key, value);
	}
	printf("%-20s %llu in %llu blocks\n", "records", s->records, dmat_reader_blocks(reader));
	for (i = 0; i < DMAT_KINDS; i++) {
		if (s->kind[i])
			printf("  %-18s %llu\n", dmat_kind_names[i], s->kind[i]);
	}
	printf("%-20s %llu.%06llu ms\n", "time span", (s->last_ns - s->first_ns) / 1000000,
	       (s->last_ns - s->first_ns) % 1000000);
	printf("%-20s %llu\n", "bytes accessed", s->bytes);
	printf("%-20s %llu read, %llu write, %llu not recorded\n", "direction", s->reads, s->writes,
	       s->direction_unknown);
	printf("%-20s %llu translated, %llu faults, %llu not recorded\n", "outcome", s->outcome[DMAT_OUT_OK],
	       s->outcome[DMAT_OUT_FAULT], s->outcome[DMAT_OUT_NONE]);
	printf("%-20s %llu, touched first %llu times\n", "4 KiB pages", s->pages, s->first_touches);
	print_tally("streams", "sid 0x%-8llx", &s->streams);
	if (s->pasids.entries)
		print_tally("PASIDs", "pasid 0x%-6llx", &s->pasids);
	if (s->spaces.entries)
		print_tally("address spaces", "domain %-7llu", &s->spaces);
	for_each_of(e, s->faults.entry, s->faults.entries) {
		printf("%-20s %s code 0x%llx: %llu\n", "faults", dmat_model_names[e->key >> 32], e->key & 0xffffffff,
		       e->count);
	}
}

static int show(struct dmat_reader *reader, bool json, struct dmat_error *err)
{
	struct trace_summary s;
	int ret = trace_summarize(reader, &s, err), status = CLI_OK;

	if (ret) {
		status = cli_fail_error(err);
	} else {
		bool damaged = dmat_reader_damaged(reader);

		if (json)
			status = print_json(reader, &s, damaged);
		else
			print_table(reader, &s);
		if (damaged && status == CLI_OK) {
			cli_fail_error(err);
			status = CLI_NO;
		}
	}
	trace_summary_free(&s);
	return cli_finish(status);
}

static int run(int argc, char **argv)
{
	struct dmat_reader *reader;
	struct dmat_error err;
	struct options o = { 0 };
	const char *path = NULL;
	int status;

	if (!cli_options(argc, argv, options, &o, NULL, NULL))
		path = cli_one_argument(argc, argv, "trace");
	if (!path)
		return CLI_FAILED;
	if (dmat_reader_open(&reader, path, o.prefix ? DMAT_READ_PREFIX : 0, &err))
		return cli_fail_error(&err);
	status = show(reader, o.json, &err);
	dmat_reader_close(reader);
	return status;
}

const struct cli_command cli_info = {
	.name = "info",
	.summary = "tell what a trace holds",
	.help = "Usage: faultline info [OPTION]... FILE\n"
		"Tells what a trace holds: metadata, records by kind, time, streams, PASIDs, address\n"
		"spaces, pages and how often one was touched first (again after each unmap).\n"
		"Reads, and so checks, the whole file.\n\n"
		"  --json     for programs\n"
		"  --prefix   of a damaged file tell what is readable from its front, and exit with 1\n",
	.run = run,
};
