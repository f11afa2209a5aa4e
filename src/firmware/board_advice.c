// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_advice.h"
#include "board_platform.h"
#include "board_priv.h"
#include "find.h"
#include <stdio.h>

/* Sets of at most three of so many changes: 2600 boards to check. */
#define CANDIDATES 24
/* Devices of all boards that are tried: a few seconds of rules. */
#define MOST_TRIED 100000u

struct search {
	const struct board *b;
	const struct findings *f;
	int (*also)(void *ctx, const struct board *b, struct findings *f);
	void *ctx;
	struct board_change candidate[CANDIDATES];
	u32 n_candidates;
	struct board texts;
	struct advice *advice;
	u32 set[ADVICE_SIZE], tried, first; /* @first: IOMMU of the first candidate */
};

static void add(struct search *s, enum board_change_kind kind, u32 master, const char *tbu)
{
	const char *path = s->b->master[master].at.path, *what;
	u32 i, iommu = 0;

	/* a TBU belongs to one IOMMU */
	while (iommu + 1 < s->b->n_iommus && !master_uses(s->b, &s->b->master[master], iommu))
		iommu++;
	s->first = s->n_candidates ? s->first : iommu;
	if (kind != BOARD_MOVE)
		what = path;
	else if (iommu == s->first)
		what = board_text(&s->texts, "%s=%s", path, tbu);
	else
		what = board_text(&s->texts, "%s=%s%u", path, tbu, iommu);
	for (i = 0; i < s->n_candidates; i++)
		if (s->candidate[i].kind == kind && !strcmp(s->candidate[i].what, what))
			return;
	if (s->n_candidates < CANDIDATES && strlen(what) < ADVICE_TEXT - 16)
		s->candidate[s->n_candidates++] = (struct board_change){ kind, what };
}

/* An error that a change of devices may clear: it has a device to change. */
static bool counts(const struct finding *n)
{
	return n->severity == FINDING_ERROR && !n->waiver && (n->staller != BOARD_NONE || n->victim != BOARD_NONE);
}

/* Its host, for a function: where the one sits the other does. */
static u32 place_of(const struct board *b, u32 master)
{
	return b->master[master].pci && b->master[master].parent != BOARD_NONE ? b->master[master].parent : master;
}

/* What suffers is moved before what stalls, and what stalls is moved before it loses its stalls. */
static void find_candidates(struct search *s)
{
	const struct finding *n;
	u32 i;

	for (i = 0; i < s->f->n; i++) {
		n = &s->f->finding[i];
		if (counts(n) && n->victim != BOARD_NONE && n->victim != n->staller)
			add(s, BOARD_MOVE, place_of(s->b, n->victim), "own");
	}
	for (i = 0; i < s->f->n; i++) {
		n = &s->f->finding[i];
		if (counts(n) && n->staller != BOARD_NONE && n->victim != BOARD_NONE && n->victim != n->staller)
			add(s, BOARD_MOVE, place_of(s->b, n->staller), "stalls");
	}
	for (i = 0; i < s->f->n; i++)
		if (counts(&s->f->finding[i]) && s->f->finding[i].staller != BOARD_NONE)
			add(s, BOARD_TERMINATE, s->f->finding[i].staller, NULL);
}

/* What a waiver has let pass is let pass again. */
static bool waived(const struct findings *f, const struct finding *n)
{
	return ANY(i, f->n,
		   f->finding[i].waiver && f->finding[i].rule == n->rule && !strcmp(f->finding[i].at.path, n->at.path));
}

static bool is_clear(const struct search *s, const struct findings *f)
{
	return !ANY(i, f->n, counts(&f->finding[i]) && !waived(s->f, &f->finding[i]));
}

/* Returns 1 if the set clears what counts, 0 if not, or -ENOMEM. */
static int clears(struct search *s, u32 size)
{
	struct board changed;
	struct board_error err;
	struct findings f;
	u32 i;
	int ret = board_copy(&changed, s->b);

	if (ret)
		return ret;
	for (i = 0; i < size && !ret; i++)
		ret = board_change(&changed, &s->candidate[s->set[i]], &err);
	if (!ret)
		ret = rules_check(&f, &changed);
	if (ret) {
		board_free(&changed);
		return ret == -ENOMEM ? ret : 0;
	}
	if (s->also && is_clear(s, &f)) {
		s->tried += 20 * s->b->n_masters; /* what simulation costs more */
		ret = s->also(s->ctx, &changed, &f);
	}
	ret = ret ? ret : is_clear(s, &f);
	findings_free(&f);
	board_free(&changed);
	return ret;
}

static void keep(struct search *s, u32 size)
{
	struct advice *a = s->advice;
	u32 i;

	a->size = size;
	for (i = 0; i < size; i++)
		snprintf(a->option[a->n][i], ADVICE_TEXT, "--%s %s",
			 s->candidate[s->set[i]].kind == BOARD_MOVE ? "move" : "terminate",
			 s->candidate[s->set[i]].what);
	a->n++;
}

/* Sets in the order of their candidates: @at of @size are chosen. */
static int try_sets(struct search *s, u32 at, u32 size)
{
	u32 i;
	int ret;

	if (at == size) {
		s->tried += s->b->n_masters;
		s->advice->cut |= s->tried > MOST_TRIED;
		if (s->advice->cut)
			return 0;
		ret = clears(s, size);
		if (ret > 0)
			keep(s, size);
		return ret < 0 ? ret : 0;
	}
	for (i = at ? s->set[at - 1] + 1 : 0; i < s->n_candidates && s->advice->n < ADVICE_OPTIONS && !s->advice->cut;
	     i++) {
		s->set[at] = i;
		ret = try_sets(s, at + 1, size);
		if (ret)
			return ret;
	}
	return 0;
}

struct advice *board_advise(const struct board *b, const struct findings *f,
			    int (*also)(void *ctx, const struct board *b, struct findings *f), void *ctx)
{
	struct search s = { .b = b, .f = f, .also = also, .ctx = ctx, .advice = fl_zalloc(sizeof(struct advice)) };
	u32 i, size, count = 0;
	int ret = 0;

	if (!s.advice)
		return NULL;
	for (i = 0; i < f->n; i++) {
		count += counts(&f->finding[i]);
		s.advice->others |= f->finding[i].severity == FINDING_ERROR && !f->finding[i].waiver &&
				    !counts(&f->finding[i]);
	}
	s.advice->clean = !count && !s.advice->others;
	find_candidates(&s);
	for (size = 1; size <= ADVICE_SIZE && count && !s.advice->n && !s.advice->cut && !ret; size++)
		ret = try_sets(&s, 0, size);
	board_free(&s.texts);
	if (!ret && !s.texts.no_memory)
		return s.advice;
	free(s.advice);
	return NULL;
}
