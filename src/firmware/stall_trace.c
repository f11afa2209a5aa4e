// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stall_trace.h"
#include "stall_priv.h"

#include <stdio.h>
#include <stdlib.h>

#define META_PLATFORM "stall.platform"
#define META_SEED     "stall.seed"
#define META_DRAW     "stall.draw"
#define OWN_DOMAINS   1000u /* address spaces that are not shared */
#define ACCESS_BYTES  64

struct writer {
	struct dmat_writer *w;
	const struct stall_platform *p;
	const u32 *sid; /* NULL: numbers */
	u64 now;
	int err;
};

static u32 domain_of(const struct stall_platform *p, u32 master)
{
	return p->master[master].domain ? p->master[master].domain : OWN_DOMAINS + master;
}

static u32 sid_of(const struct writer *w, u32 master)
{
	return w->sid ? w->sid[master] : master + 1;
}

static void append(struct writer *w, const struct dmat_record *rec)
{
	if (!w->err)
		w->err = dmat_writer_append(w->w, rec);
}

/* A page is mapped by the trace where it is touched first; whether it is there by then is the pager's. */
static void issued(void *ctx, const struct stall_txn *t)
{
	struct writer *w = ctx;
	const struct stall_master *m = &w->p->master[t->master];
	bool first = m->mode == STALL_PINNED ? !t->number : !(t->number % m->page_accesses);
	struct dmat_record rec;

	if (first) {
		dmat_record_init(&rec, DMAT_MAP, w->now);
		rec.domain = domain_of(w->p, t->master);
		rec.iova = t->iova;
		rec.pa = STALL_PA(t->iova);
		rec.size = 4096;
		rec.perm = DMAT_F_R | DMAT_F_W;
		append(w, &rec);
	}
	dmat_record_init(&rec, DMAT_ACCESS, w->now);
	rec.sid = sid_of(w, t->master);
	rec.domain = domain_of(w->p, t->master);
	rec.iova = t->iova;
	rec.size = ACCESS_BYTES;
	rec.flags = DMAT_F_R;
	append(w, &rec);
}

static void attach(struct writer *w)
{
	struct dmat_record rec;
	u32 i;

	for (i = 0; i < w->p->n_masters; i++) {
		dmat_record_init(&rec, DMAT_ATTACH, 0);
		rec.sid = sid_of(w, i);
		rec.domain = domain_of(w->p, i);
		append(w, &rec);
	}
}

static void mark(struct writer *w, const struct stall_step *step)
{
	struct dmat_record rec;
	char text[32];

	w->now = step->at_ns;
	dmat_record_init(&rec, DMAT_MARK, w->now);
	rec.code = DMAT_MARK_USER;
	snprintf(text, sizeof(text), "%s %u", stall_step_names[step->kind], step->who);
	dmat_record_set_text(&rec, text);
	append(w, &rec);
}

/* The schedule is executed, so that it is known which accesses each step makes. */
static int write_steps(struct writer *w, struct stall_sim *s, const struct stall_result *res)
{
	u32 i;

	s->issued = issued;
	s->issued_ctx = w;
	attach(w);
	for (i = 0; i < res->n_steps && !w->err; i++) {
		mark(w, &res->steps[i]);
		if (!w->err && !stall_do(s, res->steps[i].kind, res->steps[i].who))
			w->err = -EINVAL;
	}
	return w->err;
}

static int write_meta(struct dmat_writer *w, const struct stall_platform *p, const struct stall_options *opt, bool draw)
{
	json_t *platform = stall_platform_json(p);
	char *text = json_dumps(platform, JSON_COMPACT | JSON_ENSURE_ASCII), seed[32];
	int err = text ? dmat_writer_meta(w, META_PLATFORM, text) : -ENOMEM;

	free(text);
	json_decref(platform);
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)opt->seed);
	if (!err)
		err = dmat_writer_meta(w, META_SEED, seed);
	return err ? err : dmat_writer_meta(w, META_DRAW, draw ? "1" : "0");
}

static int write_all(struct writer *w, const struct stall_setup *u, const struct stall_result *res)
{
	struct stall_result *scratch = calloc(1, sizeof(*scratch));
	bool draw = u->opt.draw && (!res->deadlock || res->found == STALL_FOUND_TIMED);
	struct stall_sim *s = NULL;
	int err = scratch ? write_meta(w->w, &u->p, &u->opt, draw) : -ENOMEM;

	if (!err)
		err = stall_sim_create(u, false, scratch, &s);
	if (!err) {
		s->draws = draw;
		err = write_steps(w, s, res);
	}
	stall_sim_destroy(s);
	free(scratch);
	return err;
}

int stall_trace_write(const char *path, const struct stall_platform *p, const u32 *sid, const struct stall_options *opt,
		      const struct stall_result *res, struct dmat_error *err)
{
	struct stall_setup *u = malloc(sizeof(*u));
	struct stall_result *scratch = calloc(1, sizeof(*scratch));
	struct writer w = { .sid = sid };
	int code = -ENOMEM;

	if (u && scratch)
		code = stall_setup_init(u, p, opt, scratch);
	if (!code)
		code = dmat_writer_open(&w.w, path, err);
	if (!code) {
		w.p = &u->p;
		code = write_all(&w, u, res);
		if (code)
			dmat_writer_abort(w.w);
		else
			code = dmat_writer_close(w.w);
	}
	if (code && !err->reason[0])
		dmat_fail(err, -code, "the schedule cannot be written: %s", strerror(-code));
	if (u && scratch)
		stall_setup_exit(u);
	free(u);
	free(scratch);
	return code;
}

/* ---- reading ---- */

static bool parse_step(const struct dmat_record *rec, struct stall_step *step)
{
	char text[sizeof(rec->word) + 1] = "";
	char *end;
	u32 i;
	size_t n;

	memcpy(text, rec->word, sizeof(rec->word));
	n = strcspn(text, " ");
	for (i = 0; i < STALL_DO_KINDS; i++)
		if (strlen(stall_step_names[i]) == n && !strncmp(stall_step_names[i], text, n))
			break;
	if (i == STALL_DO_KINDS || text[n] != ' ' || text[n + 1] < '0' || text[n + 1] > '9')
		return false;
	*step = (struct stall_step){ .kind = (enum stall_step_kind)i,
				     .who = (u32)strtoul(text + n + 1, &end, 10),
				     .at_ns = rec->time_ns };
	return !*end;
}

static int add_step(struct stall_step **steps, u32 *n, const struct stall_step *step)
{
	struct stall_step *more = *steps;

	if (!(*n & (*n - 1))) {
		more = realloc(*steps, (*n ? 2 * (size_t)*n : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		*steps = more;
	}
	more[(*n)++] = *step;
	return 0;
}

static int read_steps(struct dmat_reader *r, struct stall_step **steps, u32 *n, struct dmat_error *err)
{
	struct dmat_record rec;
	struct stall_step step;
	int code;

	while ((code = dmat_read(r, &rec)) > 0) {
		if (rec.kind != DMAT_MARK || rec.code != DMAT_MARK_USER)
			continue;
		if (!parse_step(&rec, &step))
			return dmat_fail(err, EINVAL, "mark %u is no step of a schedule", *n);
		code = add_step(steps, n, &step);
		if (code)
			return dmat_fail(err, ENOMEM, "out of memory");
	}
	return code;
}

static int read_platform(struct dmat_reader *r, const char *path, struct stall_platform *p, struct stall_options *opt,
			 struct dmat_error *err)
{
	const char *platform = dmat_reader_meta_get(r, META_PLATFORM), *seed = dmat_reader_meta_get(r, META_SEED),
		   *draw = dmat_reader_meta_get(r, META_DRAW);
	struct board_error bad;
	int code;

	if (!platform)
		return -ENOENT;
	*opt = (struct stall_options){ .seed = seed ? strtoull(seed, NULL, 10) : 0,
				       .draw = draw && !strcmp(draw, "1") };
	code = stall_platform_parse(META_PLATFORM, platform, p, &bad);
	return code ? dmat_fail(err, -code, "%.200s", bad.text) : 0;
}

int stall_trace_read(const char *path, struct stall_platform *p, struct stall_options *opt, struct stall_step **steps,
		     u32 *n, struct dmat_error *err)
{
	struct dmat_reader *r;
	int code = dmat_reader_open(&r, path, 0, err);

	*steps = NULL;
	*n = 0;
	if (code)
		return code;
	code = read_platform(r, path, p, opt, err);
	if (!code)
		code = read_steps(r, steps, n, err);
	dmat_reader_close(r);
	if (code) {
		free(*steps);
		*steps = NULL;
	}
	return code;
}
