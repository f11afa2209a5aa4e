// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run_replay.h"
#include "find.h"
#include "report_json.h"
#include "report_table.h"
#include "run_record.h"
#include "timed_replay.h"

void run_replay_init(struct run_replay *r, const char *command)
{
	memset(r, 0, sizeof(*r));
	run_options_init(&r->common);
	r->command = command;
}

void run_replay_exit(struct run_replay *r)
{
	verify_recorded_free(r->recorded);
	json_decref(r->list);
	json_decref(r->common.run.answers);
	json_decref(r->common.run.account);
	json_decref(r->common.run.watch);
	run_options_exit(&r->common);
}

/* ---- options ---- */

static int set_iommu(struct run_replay *r, const char *name)
{
	r->common.run.kind = iommu_kind_find(name);
	return r->common.run.kind ? CLI_OK : cli_usage(r->command, "%s: --iommu %s: no such IOMMU", r->command, name);
}

static int set_faults(struct run_replay *r, const char *name)
{
	r->have_faults = replay_faults_find(name, &r->common.run.faults);
	return r->have_faults
		       ? CLI_OK
		       : cli_usage(r->command, "%s: --faults %s: not one of terminate, stall, pri", r->command, name);
}

int run_replay_take(struct run_replay *r, int opt, int argc, char **argv)
{
	switch (opt) {
	case RUN_IOMMU:
		return set_iommu(r, optarg);
	case RUN_FAULTS:
		return set_faults(r, optarg);
	case RUN_FUNCTIONAL:
		r->common.functional = true;
		return CLI_OK;
	}
	return run_options_take(&r->common, opt, argc, argv);
}

int run_replay_take_row(struct run_replay *r, const struct option *row)
{
	char *argv[] = { (char *)r->command, NULL };
	int status = run_replay_take(r, row->val, 1, argv);

	if (!status)
		run_options_note(&r->common, row);
	return status;
}

int run_replay_check(const struct run_replay *r)
{
	if (!r->common.run.kind || (!r->have_faults && !r->common.run.kind->bypass))
		return cli_usage(r->command, "%s: --iommu and --faults are needed", r->command);
	return CLI_OK;
}

/* ---- the records of the run ---- */

/* By the names of the specification, so that a difference says which field it is. */
static json_t *record_json(const struct replay_record *rec)
{
	const struct spec_record *f = rec->format;
	const struct spec_kind *k = spec_kind(f, spec_code(f, rec->words));
	json_t *o = json_object();

	report_json_put(o, J_MEMBER(rec, time_ns), J_TEXT("record", f->name), J_IF(k, J_TEXT("kind", k->name)),
			J_IF(rec->iommu, J_MEMBER(rec, iommu)), J_IF(rec->bank, J_MEMBER(rec, bank)));
	for_each_of(field, f->fields, f->n_fields) {
		if (!field->part || spec_has(k, field->part))
			report_json_hex(o, field->field.name, spec_bits(&field->field, rec->words[field->word]));
	}
	return o;
}

/* "arm-smmu.0.auto": a device's name of a platform that does not tell one */
static const char *iommu_name(const struct replay_record *rec, const struct dmat_record *d, char name[32])
{
	if (d->model == DMAT_MODEL_VTD)
		snprintf(name, 32, "dmar%u", rec->iommu);
	else
		snprintf(name, 32, "%s.%u.auto", d->model == DMAT_MODEL_SMMUV3 ? "arm-smmu-v3" : "arm-smmu",
			 rec->iommu);
	return name;
}

static void take_record(void *ctx, const struct replay_record *rec)
{
	struct run_replay *r = ctx;
	struct dmat_record d;
	char name[32];

	if (!trace_words_record(rec->format, rec->words, rec->bank, rec->time_ns, &d))
		return;
	if (r->recorded)
		verify_recorded_made(r->recorded, &d);
	if (r->list)
		json_array_append_new(r->list, record_json(rec));
	if (r->log.out && !trace_printk(&r->log, &d, iommu_name(rec, &d, name)))
		r->unprinted++;
}

static int take_recorded(void *ctx, const struct dmat_record *rec, u64 number, bool accessed)
{
	struct run_replay *r = ctx;
	const struct replay_options *run = &r->common.run;

	if (!r->recorded)
		r->recorded = verify_recorded_new(run->kind->name, run->faults == REPLAY_PRI, run->repeat);
	return r->recorded ? verify_recorded_add(r->recorded, rec, number, accessed) : -ENOMEM;
}

static void conclude(struct run_replay *r)
{
	struct replay_recorded *out = &r->res.recorded;
	struct verify_counts c = { 0 };

	if (r->recorded)
		verify_recorded_end(r->recorded, &c);
	*out = (struct replay_recorded){ .known = true,
					 .equal = c.equal,
					 .different = c.different,
					 .missing = c.missing,
					 .not_compared = c.not_compared };
	snprintf(out->first, sizeof(out->first), "%s", c.first);
}

/* ---- the run ---- */

int run_replay_play(struct run_replay *r)
{
	struct report_progress bar = { .what = "accesses" };
	struct replay_options *run = &r->common.run;
	struct dmat_error err = { 0 };
	char text[sizeof(err) + 64];
	int code;

	run->account = json_object();
	run->watch = run->series ? json_object() : NULL;
	run->answers = r->common.answers ? json_array() : NULL;
	run->record = take_record;
	run->recorded = take_recorded;
	run->record_ctx = r;
	run->progress = report_progress_of;
	run->progress_ctx = &bar;
	code = r->common.functional ? replay_functional(run, &r->res, &err) : replay_timed(run, &r->res, &err);
	report_progress_end(&bar);
	if (code)
		return cli_fail("%s", err.file[0]     ? dmat_error_text(&err, text, sizeof(text))
				      : err.reason[0] ? err.reason
						      : strerror(-code));
	conclude(r);
	return CLI_OK;
}

json_t *run_replay_json(const struct run_replay *r)
{
	json_t *run = run_record(&r->common, &r->common.run, &r->res), *j;

	if (!run)
		return NULL;
	j = replay_json(&r->common.run, &r->res);
	if (r->common.run.answers)
		json_object_set(j, "answers", r->common.run.answers);
	if (r->list)
		json_object_set(j, "records", r->list);
	json_object_set_new(j, "run", run);
	return j;
}
