// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The live mappings of all address spaces, in order: a treap, whose priorities are hashes of a counter. */
#include "explain.h"
#include "grow.h"
#include <stdlib.h>

/* @left and @right are indices, 0: none; a free node is in a list through @left. */
struct node {
	struct explain_range r;
	u32 left, right, priority;
};

struct explain_maps {
	struct node *node;
	u32 limit, used, room, vacant, root, counter;
};

struct explain_maps *explain_maps_new(u32 limit)
{
	struct explain_maps *m = calloc(1, sizeof(*m));

	if (m) {
		m->limit = limit;
		m->used = 1;
	}
	return m;
}

void explain_maps_free(struct explain_maps *m)
{
	if (m)
		free(m->node);
	free(m);
}

static int take(struct explain_maps *m, const struct explain_range *r, u32 *out)
{
	if (m->vacant) {
		*out = m->vacant;
		m->vacant = m->node[*out].left;
	} else {
		if (m->used > m->limit)
			return -ENOSPC;
		if (!GROW(m->node, m->used, m->room, 256))
			return -ENOMEM;
		*out = m->used++;
	}
	m->counter++;
	m->node[*out] = (struct node){ .r = *r, .priority = (m->counter * 0x9e3779b1U) ^ (m->counter >> 7) };
	return 0;
}

static bool before(const struct explain_range *r, u64 domain, u64 iova)
{
	return r->domain < domain || (r->domain == domain && r->iova < iova);
}

/* What begins before (@domain, @iova) to *@l, the rest to *@r. */
static void split(struct explain_maps *m, u32 tree, u64 domain, u64 iova, u32 *l, u32 *r)
{
	if (!tree) {
		*l = *r = 0;
	} else if (before(&m->node[tree].r, domain, iova)) {
		split(m, m->node[tree].right, domain, iova, &m->node[tree].right, r);
		*l = tree;
	} else {
		split(m, m->node[tree].left, domain, iova, l, &m->node[tree].left);
		*r = tree;
	}
}

static u32 merge(struct explain_maps *m, u32 l, u32 r)
{
	if (!l || !r)
		return l ? l : r;
	if (m->node[l].priority > m->node[r].priority) {
		m->node[l].right = merge(m, m->node[l].right, r);
		return l;
	}
	m->node[r].left = merge(m, l, m->node[r].left);
	return r;
}

static void give_back(struct explain_maps *m, u32 tree)
{
	if (!tree)
		return;
	give_back(m, m->node[tree].left);
	give_back(m, m->node[tree].right);
	m->node[tree].left = m->vacant;
	m->vacant = tree;
}

static int insert(struct explain_maps *m, const struct explain_range *r)
{
	u32 n, left, right;
	int err = take(m, r, &n);

	if (err)
		return err;
	split(m, m->root, r->domain, r->iova, &left, &right);
	m->root = merge(m, merge(m, left, n), right);
	return 0;
}

/* The last that begins before (@domain, @iova), or, @from it on, the first that begins there or behind; 0: none. */
static u32 nearest(const struct explain_maps *m, u64 domain, u64 iova, bool from)
{
	u32 n = m->root, found = 0;

	while (n) {
		bool is_before = before(&m->node[n].r, domain, iova);

		if (is_before != from)
			found = n;
		n = is_before ? m->node[n].right : m->node[n].left;
	}
	return found;
}

static u64 last_of(u64 iova, u64 size)
{
	return size && size - 1 <= ~iova ? iova + size - 1 : ~0ULL;
}

/* [@iova, @last] of one space. What is left of a mapping that begins before the range stays, and what ends behind it. */
static int cut(struct explain_maps *m, u64 domain, u64 iova, u64 last)
{
	struct explain_range tail = { 0 };
	u32 n = nearest(m, domain, iova, false), left, middle, right;
	u64 end;

	if (n && m->node[n].r.domain == domain) {
		struct explain_range *r = &m->node[n].r;

		end = last_of(r->iova, r->size);
		if (end > last)
			tail = *r;
		if (end >= iova)
			r->size = iova - r->iova;
	}
	split(m, m->root, domain, iova, &left, &right);
	if (last == ~0ULL)
		split(m, right, domain + 1, 0, &middle, &right);
	else
		split(m, right, domain, last + 1, &middle, &right);
	for (n = middle; n && m->node[n].right; n = m->node[n].right)
		;
	if (n && last_of(m->node[n].r.iova, m->node[n].r.size) > last)
		tail = m->node[n].r;
	give_back(m, middle);
	m->root = merge(m, left, right);
	if (!tail.known)
		return 0;
	end = last_of(tail.iova, tail.size);
	tail.pa += last + 1 - tail.iova;
	tail.iova = last + 1;
	tail.size = end - last;
	return insert(m, &tail);
}

int explain_maps_add(struct explain_maps *m, const struct explain_range *r)
{
	int err = cut(m, r->domain, r->iova, last_of(r->iova, r->size));

	return err ? err : insert(m, r);
}

int explain_maps_remove(struct explain_maps *m, u32 domain, u64 iova, u64 size)
{
	u64 last = last_of(iova, size), space;
	u32 n;
	int err = 0;

	if (domain != DMAT_DOMAIN_NONE)
		return cut(m, domain, iova, last);
	for (n = nearest(m, 0, 0, true); n && !err; n = nearest(m, space + 1, 0, true)) {
		space = m->node[n].r.domain;
		err = cut(m, space, iova, last);
	}
	return err;
}

void explain_maps_near(const struct explain_maps *m, u32 domain, u64 iova, struct explain_range *below,
		       struct explain_range *above)
{
	u32 n = iova == ~0ULL ? nearest(m, (u64)domain + 1, 0, false) : nearest(m, domain, iova + 1, false);

	*below = *above = (struct explain_range){ 0 };
	if (n && m->node[n].r.domain == domain)
		*below = m->node[n].r;
	n = iova == ~0ULL ? 0 : nearest(m, domain, iova + 1, true);
	if (n && m->node[n].r.domain == domain)
		*above = m->node[n].r;
}
