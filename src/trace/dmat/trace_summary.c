// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "trace_summary.h"
#include "grow.h"

#define PAGE 4096ULL

/* Pages by 64: an access of 16 MiB is as many words, not 4096 entries. */
struct page_word {
	u64 number; /* page / 64 */
	u64 bits;
	u32 domain;
	bool used;
};

/* An open hash; a word without bits stays. */
struct page_set {
	struct page_word *word;
	size_t room, used;
};

static struct page_word *find_word(const struct page_set *p, u32 domain, u64 number)
{
	u64 h = (number * 0x9e3779b97f4a7c15ULL) ^ (domain * 0xc2b2ae3d27d4eb4fULL);
	size_t i = (h ^ h >> 29) & (p->room - 1);

	while (p->word[i].used && (p->word[i].number != number || p->word[i].domain != domain))
		i = (i + 1) & (p->room - 1);
	return &p->word[i];
}

static bool page_set_grow(struct page_set *p)
{
	struct page_set old = *p;
	size_t i;

	p->room = old.room ? 2 * old.room : 1024;
	p->word = calloc(p->room, sizeof(*p->word));
	if (!p->word) {
		*p = old;
		return false;
	}
	for (i = 0; i < old.room; i++)
		if (old.word[i].used)
			*find_word(p, old.word[i].domain, old.word[i].number) = old.word[i];
	free(old.word);
	return true;
}

/* The bits of [first, last] within word @number. */
static u64 word_mask(u64 number, u64 first, u64 last)
{
	u64 mask = ~0ULL;

	if (number == first / 64)
		mask &= ~0ULL << first % 64;
	if (number == last / 64)
		mask &= ~0ULL >> (63 - last % 64);
	return mask;
}

/* @news: counts the pages that are new. */
static bool page_set_add(struct page_set *p, u32 domain, u64 first, u64 last, u64 *news)
{
	u64 number, mask;

	for (number = first / 64; number <= last / 64; number++) {
		struct page_word *w;

		if (2 * p->used >= p->room && !page_set_grow(p))
			return false;
		w = find_word(p, domain, number);
		if (!w->used) {
			*w = (struct page_word){ number, 0, domain, true };
			p->used++;
		}
		mask = word_mask(number, first, last) & ~w->bits;
		*news += (u64)__builtin_popcountll(mask);
		w->bits |= mask;
	}
	return true;
}

/* @domain: DMAT_DOMAIN_NONE for every one. */
static void page_set_clear(struct page_set *p, u32 domain, u64 first, u64 last)
{
	u64 number;
	size_t i;

	if (p->room && domain != DMAT_DOMAIN_NONE && last / 64 - first / 64 < p->room) {
		for (number = first / 64; number <= last / 64; number++)
			find_word(p, domain, number)->bits &= ~word_mask(number, first, last);
		return;
	}
	for (i = 0; i < p->room; i++) {
		struct page_word *w = &p->word[i];

		if (w->number >= first / 64 && w->number <= last / 64 &&
		    (domain == DMAT_DOMAIN_NONE || w->domain == domain))
			w->bits &= ~word_mask(w->number, first, last);
	}
}

struct context {
	struct trace_summary *s;
	struct page_set touched;     /* since the last unmap */
	struct page_set seen;	     /* ever */
	struct trace_tally attached; /* (pasid + 1, or 0) << 32 | sid -> domain, kept in count */
};

/* The entry of @key, made if need be; NULL if out of memory. */
static struct trace_tally_entry *tally(struct trace_tally *t, u64 key)
{
	size_t lo = 0, hi = t->entries;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (t->entry[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < t->entries && t->entry[lo].key == key)
		return &t->entry[lo];
	if (!GROW(t->entry, t->entries, t->room, 16))
		return NULL;
	memmove(&t->entry[lo + 1], &t->entry[lo], (t->entries - lo) * sizeof(*t->entry));
	t->entries++;
	t->entry[lo] = (struct trace_tally_entry){ .key = key };
	return &t->entry[lo];
}

static bool count(struct trace_tally *t, u64 key, u64 bytes)
{
	struct trace_tally_entry *e = tally(t, key);

	if (!e)
		return false;
	e->count++;
	e->bytes += bytes;
	return true;
}

static u64 attach_key(const struct dmat_record *rec)
{
	return (rec->flags & DMAT_F_PASID ? (u64)rec->pasid + 1 : 0) << 32 | rec->sid;
}

/* The address space of an access: its own, or the one its stream was attached to. */
static u32 domain_of(struct context *c, const struct dmat_record *rec)
{
	struct trace_tally_entry *e;

	if (rec->domain != DMAT_DOMAIN_NONE)
		return rec->domain;
	e = tally(&c->attached, attach_key(rec));
	return e && e->count ? e->count - 1 : DMAT_DOMAIN_NONE;
}

static bool touch(struct context *c, u32 domain, const struct dmat_record *rec)
{
	u64 first = rec->iova / PAGE, last = (rec->iova + rec->size - 1) / PAGE;

	return page_set_add(&c->touched, domain, first, last, &c->s->first_touches) &&
	       page_set_add(&c->seen, domain, first, last, &c->s->pages);
}

static bool count_access(struct context *c, const struct dmat_record *rec)
{
	struct trace_summary *s = c->s;
	u32 domain = domain_of(c, rec);
	unsigned int dir = rec->flags & (DMAT_F_R | DMAT_F_W);

	s->bytes += rec->size;
	s->outcome[rec->outcome]++;
	s->direction_unknown += dir == (DMAT_F_R | DMAT_F_W);
	s->writes += dir == DMAT_F_W;
	s->reads += dir == DMAT_F_R || !dir;
	if (!count(&s->streams, rec->sid, rec->size))
		return false;
	if (rec->flags & DMAT_F_PASID && !count(&s->pasids, rec->pasid, rec->size))
		return false;
	if (domain != DMAT_DOMAIN_NONE && !count(&s->spaces, domain, rec->size))
		return false;
	/* Without an address space every stream is its own. */
	return touch(c, domain != DMAT_DOMAIN_NONE ? domain : rec->sid, rec);
}

static bool count_record(struct context *c, const struct dmat_record *rec)
{
	struct trace_summary *s = c->s;
	struct trace_tally_entry *e;

	if (!s->records++)
		s->first_ns = rec->time_ns;
	s->last_ns = rec->time_ns;
	s->kind[rec->kind]++;
	switch (rec->kind) {
	case DMAT_ACCESS:
		return count_access(c, rec);
	case DMAT_ATTACH:
	case DMAT_DETACH:
		e = tally(&c->attached, attach_key(rec));
		if (e)
			e->count = rec->kind == DMAT_ATTACH ? (u64)rec->domain + 1 : 0;
		return e;
	case DMAT_UNMAP:
		if (rec->flags & DMAT_F_WHOLE)
			page_set_clear(&c->touched, rec->domain, 0, ~0ULL / PAGE);
		else
			page_set_clear(&c->touched, rec->domain, rec->iova / PAGE, (rec->iova + rec->size - 1) / PAGE);
		return true;
	case DMAT_FAULT:
		return count(&s->faults, (u64)rec->model << 32 | rec->code, 0);
	default:
		return true;
	}
}

static int count_all(struct context *c, struct dmat_reader *reader, struct dmat_record *rec, struct dmat_error *err)
{
	ssize_t n, i;

	while ((n = dmat_read_block(reader, rec, DMAT_BLOCK)) > 0) {
		for (i = 0; i < n; i++) {
			if (!count_record(c, &rec[i]))
				return dmat_fail(err, ENOMEM, "out of memory");
		}
	}
	return n;
}

int trace_summarize(struct dmat_reader *reader, struct trace_summary *s, struct dmat_error *err)
{
	struct context c = { .s = s };
	struct dmat_record *rec = malloc(DMAT_BLOCK * sizeof(*rec));
	int ret;

	memset(s, 0, sizeof(*s));
	if (rec)
		ret = count_all(&c, reader, rec, err);
	else
		ret = dmat_fail(err, ENOMEM, "out of memory");
	free(c.touched.word);
	free(c.seen.word);
	free(c.attached.entry);
	free(rec);
	return ret;
}

void trace_summary_free(struct trace_summary *s)
{
	free(s->streams.entry);
	free(s->pasids.entry);
	free(s->spaces.entry);
	free(s->faults.entry);
}
