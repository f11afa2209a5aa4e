// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* faultline explain: why did it fault? What the trace tells about each recorded fault. */
#include "cli.h"
#include "explain.h"
#include "report_json.h"
#include "report_table.h"
#include "verify.h"

static const char help[] =
	"Usage: faultline explain [OPTION]... TRACE\n"
	"For each recorded fault or page request, what the trace tells: what the record says in words,\n"
	"whether the page was mapped before, by which record, and when it was unmapped, the nearest\n"
	"mappings, who else used the page, earlier faults, how often it repeats, and what to look at next.\n"
	"Faults of the same kind, stream and page are told once.\n\n"
	"  --fault N    only the Nth fault of the trace, from 1\n"
	"  --json FILE  write a report for programs; - is standard output, which then has nothing else\n\n"
	"A log of faults alone has no maps; the story then says so. Those of a driver come in with\n"
	"faultline import --format ftrace (tracepoints map, unmap and io_page_fault) or --format qemu.\n"
	"Record numbers count from 0, as faultline dump prints them.\n\n"
	"Exit status: 0 done, also without faults; 2 could not be done.\n";

struct options {
	u64 fault; /* 0: all */
	const char *json;
};

static const struct cli_option options[] = {
	{ "fault", 0, CLI_NUMBER(struct options, fault, 1, ~0ULL) },
	{ "json", 0, CLI_TEXT(struct options, json) },
	{ 0 },
};

static void print_perm(u16 flags)
{
	printf("%s%s%s%s", flags & DMAT_F_R ? "r" : "", flags & DMAT_F_W ? "w" : "", flags & DMAT_F_X ? "x" : "",
	       flags & DMAT_F_PRIV ? "p" : "");
}

static void print_who(u32 sid, bool has_pasid, u32 pasid)
{
	printf("stream 0x%x", sid);
	if (has_pasid)
		printf(" PASID 0x%x", pasid);
}

static void print_title(const struct explain *e, const struct explain_story *s, const struct verify_result *r)
{
	const struct dmat_record *rec = &s->rec;
	char text[REPORT_NS];

	printf("fault %llu of %llu (record %llu), at %s: %s%s%s", s->fault, e->faults, s->record,
	       report_ns(rec->time_ns, text), rec->model ? dmat_model_names[rec->model] : "", rec->model ? " " : "",
	       rec->kind == DMAT_FAULT ? "fault" : "page request");
	/* A tracepoint tells neither whose fault it is nor its code. */
	if (rec->kind == DMAT_FAULT && rec->model)
		printf(" 0x%x", rec->code);
	if (r->kind)
		printf(" %s", r->kind->name);
	if (rec->sid != DMAT_SID_NONE) {
		printf(", ");
		print_who(rec->sid, rec->flags & DMAT_F_PASID, rec->pasid);
	}
	if (!(rec->flags & DMAT_F_NO_IOVA))
		printf(", iova 0x%llx", rec->iova);
	if (rec->flags & (DMAT_F_R | DMAT_F_W | DMAT_F_X | DMAT_F_PRIV)) {
		printf(", ");
		print_perm(rec->flags);
	}
	putchar('\n');
}

/* Whether a field says something: it was recorded, and is not a flag that is clear. */
static bool speaks(const struct verify_result *r, const struct spec_field *f)
{
	u64 bits = GENMASK_ULL(f->field.high, f->field.low);

	if ((r->known[f->word] & bits) != bits || (f->part && !spec_has(r->kind, f->part)))
		return false;
	return f->field.high > f->field.low || r->recorded[f->word] & bits;
}

static void print_words(const struct verify_result *r)
{
	u32 i;

	if (r->kind)
		printf("  says      %s (section %s)\n", r->kind->text, r->kind->section);
	for (i = 0; r->format && i < r->format->n_fields; i++) {
		const struct spec_field *f = &r->format->fields[i];

		if (speaks(r, f))
			printf("            %s 0x%llx: %s\n", f->field.name, spec_bits(&f->field, r->recorded[f->word]),
			       f->field.doc);
	}
}

static void print_range(const struct explain_range *r, bool map)
{
	if (!r->size)
		printf("the whole space");
	else
		printf("0x%llx, %llu bytes", r->iova, r->size);
	if (map) {
		printf(", to 0x%llx, ", r->pa);
		print_perm(r->perm);
	}
	printf(" (record %llu)", r->record);
}

/* "LABEL WHAT RANGE (record N), T before" */
static void print_past(const char *what, const struct explain_story *s, const struct explain_range *r, bool map)
{
	char text[REPORT_NS];

	if (!r->known)
		return;
	printf("            %s %s before: ", what, report_ns(s->rec.time_ns - r->time_ns, text));
	print_range(r, map);
	putchar('\n');
}

static void print_page(const struct explain *e, const struct explain_story *s)
{
	char text[REPORT_NS];

	printf("  page      %s\n", explain_mapped(s)	 ? "mapped when it faulted"
				   : s->unmap.known	 ? "not mapped any more"
				   : !e->maps		 ? "not known: the trace has no maps"
				   : s->invalidate.known ? "not mapped by any record; its caches were invalidated"
							 : "never mapped before");
	print_past("mapped", s, &s->map, true);
	print_past("unmapped", s, &s->unmap, false);
	print_past("invalidated", s, &s->invalidate, false);
	print_past("in another space mapped", s, &s->elsewhere, true);
	if (s->later.known) {
		printf("            mapped %s after: ", report_ns(s->later.time_ns - s->rec.time_ns, text));
		print_range(&s->later, true);
		putchar('\n');
	}
	if (s->own.known)
		printf("            used by the stream %s before (record %llu)\n",
		       report_ns(s->rec.time_ns - s->own.time_ns, text), s->own.record);
}

static void print_near(const struct explain *e, const struct explain_story *s)
{
	if (!e->maps)
		return;
	if (e->crowded) {
		printf("  nearest   not known: more than %u mappings at once\n", EXPLAIN_MAPPINGS);
		return;
	}
	printf("  nearest   ");
	if (s->below.known) {
		printf("0x%llx bytes below: ", s->rec.iova - s->below.iova - s->below.size);
		print_range(&s->below, true);
	} else {
		printf("no mapping below");
	}
	if (s->above.known) {
		printf("\n            0x%llx bytes above: ", s->above.iova - s->rec.iova);
		print_range(&s->above, true);
	} else {
		printf(s->below.known ? "\n            no mapping above" : ", none above");
	}
	putchar('\n');
}

static void print_others(const struct explain_story *s)
{
	char text[REPORT_NS];
	u32 i;

	for (i = 0; i < s->n_other; i++) {
		const struct explain_use *u = &s->other[i];

		printf("  %-9s ", i ? "" : "others");
		print_who(u->sid, u->has_pasid, u->pasid);
		printf(" %s the page %s before (record %llu)\n", u->faulted ? "faulted at" : "used",
		       report_ns(s->rec.time_ns - u->time_ns, text), u->record);
	}
}

static void print_counts(const struct explain_story *s)
{
	char text[REPORT_NS];

	printf("  earlier   %llu fault(s) of the page, %llu of the stream", s->page_faults, s->stream_faults);
	if (s->stream_faults)
		printf(", the first %s before (record %llu)", report_ns(s->rec.time_ns - s->stream_first.time_ns, text),
		       s->stream_first.record);
	putchar('\n');
	if (s->run > 1)
		printf("            the last of %llu at pages one after the other\n", s->run);
	if (s->repeats)
		printf("  repeats   %llu time(s), the last %s after (record %llu)\n", s->repeats,
		       report_ns(s->last.time_ns - s->rec.time_ns, text), s->last.record);
}

static void print_story(const struct explain *e, const struct explain_story *s)
{
	struct explain_next next[EXPLAIN_NEXT];
	u32 i, n = explain_next(e, s, next);
	struct verify_result r;

	verify_decode(&s->rec, &r);
	print_title(e, s, &r);
	print_words(&r);
	if (!(s->rec.flags & DMAT_F_NO_IOVA)) {
		print_page(e, s);
		print_near(e, s);
		print_others(s);
	}
	print_counts(s);
	for (i = 0; i < n; i++)
		printf("  %-9s %s\n", i ? "" : "next", next[i].text);
}

/* ---- for programs ---- */

static json_t *range_json(const struct explain_range *r, bool map)
{
	return report_json_object(J_MEMBER(r, record), J_MEMBER(r, time_ns), J_IF(r->size, J_HEX("iova", r->iova)),
				  J_IF(r->size, J_U64("size_bytes", r->size)),
				  J_IF(r->domain != DMAT_DOMAIN_NONE, J_MEMBER(r, domain)),
				  J_IF(map, J_HEX("pa", r->pa)));
}

static struct report_item range(const char *key, const struct explain_range *r, bool map)
{
	return J_IF(r->known, J_NODE(key, range_json(r, map)));
}

static json_t *use_json(const struct explain_use *u)
{
	return report_json_object(J_MEMBER(u, record), J_MEMBER(u, time_ns), J_HEX("sid", u->sid),
				  J_IF(u->has_pasid, J_MEMBER(u, pasid)), J_BOOL("faulted", u->faulted));
}

static json_t *words_json(const struct verify_result *r)
{
	json_t *list = json_array();
	u32 i;

	for (i = 0; r->format && i < r->format->n_fields; i++) {
		const struct spec_field *f = &r->format->fields[i];

		if (!speaks(r, f))
			continue;
		report_json_append(list, J_TEXT("name", f->field.name),
				   J_HEX("value", spec_bits(&f->field, r->recorded[f->word])),
				   J_TEXT("meaning", f->field.doc));
	}
	return list;
}

static json_t *next_json(const struct explain_next *n)
{
	return report_json_object(J_TEXT("key", n->key), J_TEXT("text", n->text));
}

static json_t *story_json(const struct explain *e, const struct explain_story *s)
{
	struct explain_next next[EXPLAIN_NEXT];
	u32 n = explain_next(e, s, next);
	struct verify_result r;
	char line[DMAT_LINE];

	verify_decode(&s->rec, &r);
	dmat_format(&s->rec, line);
	return report_json_object(
		J_MEMBER(s, fault), J_MEMBER(s, record), J_TEXT("line", line),
		J_IF(r.kind, J_TEXT("name", r.kind->name)), J_IF(r.kind, J_TEXT("meaning", r.kind->text)),
		J_NODE("words", words_json(&r)),
		J_IF(!(s->rec.flags & DMAT_F_NO_IOVA) && e->maps, J_BOOL("mapped", explain_mapped(s))),
		range("map", &s->map, true), range("unmap", &s->unmap, false),
		range("invalidate", &s->invalidate, false), range("mapped_later", &s->later, true),
		range("mapped_elsewhere", &s->elsewhere, true), range("below", &s->below, true),
		range("above", &s->above, true), J_IF(s->own.known, J_NODE("own_use", use_json(&s->own))),
		J_U64("page_faults_before", s->page_faults), J_U64("stream_faults_before", s->stream_faults),
		J_U64("run_pages", s->run), J_MEMBER(s, repeats),
		J_IF(s->repeats, J_U64("last_record", s->last.record)),
		J_NODE("others", J_LIST(i, s->n_other, use_json(&s->other[i]))),
		J_NODE("next", J_LIST(i, n, next_json(&next[i]))));
}

static int write_json(const struct explain *e, const char *trace, const char *path)
{
	return cli_write_json(report_json_object(J_TEXT("trace", trace), J_MEMBER(e, faults), J_MEMBER(e, maps),
						 J_MEMBER(e, untold),
						 J_NODE("stories", J_LIST(i, e->stories, story_json(e, &e->story[i])))),
			      path);
}

static void print_all(const struct explain *e, u64 fault)
{
	u32 i;

	for (i = 0; i < e->stories; i++) {
		if (i)
			putchar('\n');
		print_story(e, &e->story[i]);
	}
	if (!e->faults)
		puts("no fault, no page request in the trace");
	if (e->untold && !fault)
		printf("\n%llu more are not told: ask for one with --fault\n", e->untold);
}

static int explain(const char *trace, u64 fault, const char *json)
{
	struct dmat_error err = { 0 };
	struct explain e;
	int status;

	status = explain_trace(&e, trace, fault, &err) ? cli_fail_error(&err) : CLI_OK;
	if (!status && fault > e.faults)
		status = cli_fail("%s: fault %llu: the trace has %llu", trace, fault, e.faults);
	if (!status && json)
		status = write_json(&e, trace, json);
	if (!status && !cli_only_json(json))
		print_all(&e, fault);
	explain_exit(&e);
	return cli_finish(status);
}

static int run(int argc, char **argv)
{
	struct options o = { 0 };
	const char *trace = NULL;

	if (!cli_options(argc, argv, options, &o, NULL, NULL))
		trace = cli_one_argument(argc, argv, "trace");
	return trace ? explain(trace, o.fault, o.json) : CLI_FAILED;
}

const struct cli_command cli_explain = {
	.name = "explain",
	.summary = "tell why each fault of a trace happened, as far as the trace knows",
	.help = help,
	.run = run,
};
