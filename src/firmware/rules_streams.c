// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Where does a device's DMA go? One function a rule, in the order of the table. */
#include "find.h"
#include "rules_priv.h"
#include <stdio.h>

#define RIDS 0x10000u

u64 map_streams(const struct board_master *host, const struct board_map *e)
{
	if (e->single)
		return 1;
	return e->rid > host->map_mask ? 0 : min(e->length, (u64)host->map_mask + 1 - e->rid);
}

bool stream_in_map(const struct board_stream *s, const struct board_master *host, const struct board_map *m, u64 *first)
{
	u64 id = next_match(m->id, s->id, s->mask | m->mask);

	*first = m->mask ? (s->id & ~s->mask) | ((u32)id & s->mask & ~m->mask) : id;
	return s->iommu == m->iommu && m->iommu != BOARD_NONE && id < m->id + map_streams(host, m);
}

/* The first StreamIDs that a stream and the entries of a host have in common. */
static const char *common(struct findings *f, const struct board_master *m, const struct board_stream *s)
{
	const char *list = "";
	u32 k, n = 0;
	u64 id;

	for (k = 0; k < m->n_maps; k++) {
		if (!stream_in_map(s, m, &m->map[k], &id))
			continue;
		for (; m->map[k].mask || id < m->map[k].id + map_streams(m, &m->map[k]);
		     id = next_match(id + 1, s->id, s->mask)) {
			if (n++ == 8)
				return board_text(&f->keep, "%s, ...", list);
			list = board_text(&f->keep, "%s%s0x%llx", list, *list ? ", " : "", (unsigned long long)id);
			if (m->map[k].mask)
				break;
		}
	}
	return list;
}

void rule_own_map(RULE)
{
	u32 s;

	for_each_of(m, b->master, b->n_masters) {
		for (s = 0; m->enabled && s < m->n_streams; s++) {
			const char *list = common(f, m, &m->stream[s]);

			if (*list)
				finding_add(f, rule, &m->stream[s].at,
					    "iommus has StreamIDs of the host's own iommu-map: %s; its devices are not "
					    "apart from it",
					    list)
					->change = "delete iommus, or the entries: one of them describes these streams";
		}
	}
}

/* ---- iommu-map-mask ---- */

static u32 lowest(u32 bits)
{
	return bits & -bits;
}

/* Two functions that are known and have one stream: the example that a reader understands. */
static const char *known_pair(struct findings *f, const struct board *b, u32 host)
{
	struct board_stream x, y;
	u32 i, k;

	for (i = 0; i < b->n_masters; i++) {
		if (b->master[i].parent != host || board_map_rid(&b->master[host], b->master[i].rid, &x) == BOARD_NONE)
			continue;
		for (k = i + 1; k < b->n_masters && k < i + 4096; k++)
			if (b->master[k].parent == host && b->master[k].rid != b->master[i].rid &&
			    board_map_rid(&b->master[host], b->master[k].rid, &y) != BOARD_NONE && x.iommu == y.iommu &&
			    x.id == y.id)
				return board_text(&f->keep, "; %.200s and %.200s are both StreamID 0x%x",
						  b->master[i].at.path, b->master[k].at.path, x.id);
	}
	return "";
}

/* Bits of a requester ID that the mask drops, as the first bus, device and function that fold. */
void rule_folds(RULE)
{
	u32 i;

	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];
		u32 gone = ~m->map_mask & (RIDS - 1), bus = gone >> 8, device = gone >> 3 & 0x1f, function = gone & 7;
		char text[3][40] = { "", "", "" };

		if (!m->enabled || !m->has_map || !gone)
			continue;
		if (bus)
			snprintf(text[0], sizeof(text[0]), " bus %u folds onto bus 0,", lowest(bus));
		if (device)
			snprintf(text[1], sizeof(text[1]), " device %u folds onto device 0,", lowest(device));
		if (function)
			snprintf(text[2], sizeof(text[2]), " function %u folds onto function 0,", lowest(function));
		finding_add(f, rule, &m->mask_at, "RID & 0x%x:%s%s%s and so on: functions that fold have one stream%s",
			    m->map_mask, text[0], text[1], text[2], known_pair(f, b, i))
			->change = "widen the mask, if the hardware passes these bits on";
	}
}

void rule_base_outside_mask(RULE)
{
	u32 k;

	for_each_of(m, b->master, b->n_masters) {
		for (k = 0; m->enabled && k < m->n_maps; k++)
			if (m->map[k].rid & ~m->map_mask)
				finding_add(f, rule, &m->map[k].at,
					    "entry %u: RID base 0x%x has bits outside the mask 0x%x: Linux gives up at "
					    "it, for this entry and those behind it",
					    k, m->map[k].rid, m->map_mask)
					->change = "clear these bits of the base, or set them in the mask";
	}
}

void rule_mask_length(RULE)
{
	u32 i, k;

	for (i = 0; i < b->n_masters && !b->acpi; i++) { /* an IORT has counts, and no mask: rule_off_by_one() */
		const struct board_master *m = &b->master[i];
		u32 most = m->role == BOARD_ROLE_PCIE ? m->map_mask & (RIDS - 1) : m->map_mask;
		u64 reach = 1;

		while (reach <= most)
			reach *= 2;
		for (k = 0; m->enabled && k < m->n_maps; k++) {
			const struct board_map *e = &m->map[k];

			if (!e->single && !(e->rid & ~m->map_mask) && e->rid + e->length > reach)
				finding_add(f, rule, &e->at,
					    "entry %u ends at RID 0x%llx, but no RID%s is more than 0x%x", k,
					    (unsigned long long)(e->rid + e->length - 1),
					    m->has_mask ? " & iommu-map-mask" : "", most)
					->change = "shorten the entry, or widen the mask";
		}
	}
}

/* ---- entries among themselves ---- */

static bool maps_overlap(const struct board_map *x, const struct board_map *y, u64 *first, u64 *n)
{
	u64 end = min(x->rid + x->length, y->rid + y->length);

	*first = max(x->rid, y->rid);
	*n = end > *first ? end - *first : 0;
	return end > *first && !x->single && !y->single;
}

/* A range of n IDs with a count of n, where the next one begins: what iort_id_map() works around. */
static bool off_by_one(const struct board *b, const struct board_map *x, const struct board_map *y, u64 n)
{
	return b->acpi && n == 1 && (x->rid + x->length - 1 == y->rid || y->rid + y->length - 1 == x->rid) &&
	       x->length > 1 && y->length > 1;
}

/* Entries of a host in the order of their RIDs, so that neighbours are what can overlap. */
static int by_rid(const void *x, const void *y)
{
	const struct board_map *a = *(const struct board_map *const *)x, *c = *(const struct board_map *const *)y;

	if (a->rid != c->rid)
		return a->rid < c->rid ? -1 : 1;
	return a < c ? -1 : a > c;
}

static const struct board_map **sorted_maps(struct findings *f, const struct board_master *m)
{
	const struct board_map **s = malloc((m->n_maps + 1) * sizeof(const struct board_map *));
	u32 i;

	if (!s) {
		f->keep.no_memory = true;
		return NULL;
	}
	for (i = 0; i < m->n_maps; i++)
		s[i] = &m->map[i];
	qsort(s, m->n_maps, sizeof(const struct board_map *), by_rid);
	return s;
}

static void check_overlaps(struct findings *f, const struct rule *rule, const struct board *b,
			   const struct board_master *m, bool by_one)
{
	const struct board_map **s = sorted_maps(f, m), *far = NULL;
	struct finding *found;
	u64 first, n;
	u32 k;

	for (k = 0; s && k < m->n_maps;
	     far = !far || s[k]->rid + s[k]->length > far->rid + far->length ? s[k] : far, k++) {
		/* @far reaches furthest of those before */
		if (!far || !maps_overlap(far, s[k], &first, &n) || off_by_one(b, far, s[k], n) != by_one)
			continue;
		found = finding_add(f, rule, &s[k]->at, "entries %d and %d both have RID 0x%llx%s; ",
				    (int)(far - m->map), (int)(s[k] - m->map), (unsigned long long)first,
				    n > 1 ? " and more" : "");
		if (by_one)
			found->change = "write the number of IDs minus one as the count";
		else
			found->change = "let each requester ID be in one entry";
		if (far->iommu == s[k]->iommu && far->id - far->rid == s[k]->id - s[k]->rid && !by_one)
			found->severity = FINDING_NOTE;
		found->text = board_text(&f->keep, "%s%s", found->text,
					 by_one				   ? "the count of one is too large by one"
					 : found->severity == FINDING_NOTE ? "both give the same stream"
									   : "the first one is used, if any");
	}
	free(s);
}

/* DEN 0049: a root complex is known by its segment; where two have one, each RID may be in one of them. */
static void same_segment(RULE)
{
	u32 i, k, x, y;
	u64 first, n;

	for (i = 0; i < b->n_masters && b->acpi; i++)
		for (k = i + 1; k < b->n_masters && !f->dropped; k++) {
			const struct board_master *p = &b->master[i], *q = &b->master[k];

			for (x = 0; p->segment != BOARD_NONE && p->segment == q->segment && x < p->n_maps; x++)
				for (y = 0; y < q->n_maps && !f->dropped; y++)
					if (maps_overlap(&p->map[x], &q->map[y], &first, &n))
						finding_add(f, rule, &q->map[y].at,
							    "RID 0x%llx of segment %u is in mapping %u of %s, too",
							    (unsigned long long)first, p->segment, x, p->at.path)
							->change = "give each its segment, or its part of the RIDs";
		}
}

void rule_map_overlap(RULE)
{
	for_each_of(m, b->master, b->n_masters)
		if (m->enabled && m->n_maps > 1)
			check_overlaps(f, rule, b, m, false);
	same_segment(f, rule, b);
}

void rule_off_by_one(RULE)
{
	u32 i, k;

	for (i = 0; i < b->n_masters && b->acpi; i++) {
		const struct board_master *m = &b->master[i];

		check_overlaps(f, rule, b, m, true);
		for (k = 0; k < m->n_maps && m->role == BOARD_ROLE_PCIE; k++)
			if (!m->map[k].single && m->map[k].rid + m->map[k].length > RIDS)
				finding_add(f, rule, &m->map[k].at,
					    "mapping %u ends at RID 0x%llx, but no RID is more than 0x%x; a count of "
					    "0x%llx is for one ID more",
					    k, (unsigned long long)(m->map[k].rid + m->map[k].length - 1), RIDS - 1,
					    (unsigned long long)(m->map[k].length - 1))
					->change = "write the number of IDs minus one as the count";
	}
}

/* ---- holes ---- */

/* The function of an IOMMU that sits on the host's own bus (virtio-iommu) in [first, last], or BOARD_NONE. */
static u32 iommu_in(const struct board *b, const struct board_master *host, u32 first, u32 last)
{
	size_t len = strlen(host->at.path);

	for_each_of(u, b->iommu, b->n_iommus)
		if (u->rid >= first && u->rid <= last && !strncmp(u->at.path, host->at.path, len) &&
		    u->at.path[len] == '/')
			return u->rid;
	return BOARD_NONE;
}

/* A function that the board knows there, other than @own; or BOARD_NONE. */
static u32 function_in(const struct board *b, u32 host, u32 first, u32 last, u32 own)
{
	u32 i;

	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];
		u32 rid = m->rid & b->master[host].map_mask;

		if (m->parent == host && m->enabled && !m->bridge && m->rid != own && rid >= first && rid <= last)
			return i;
	}
	return BOARD_NONE;
}

static void report_hole(struct findings *f, const struct rule *rule, const struct board *b, u32 host, u32 first,
			u32 last)
{
	const struct board_master *m = &b->master[host];
	u32 own = iommu_in(b, m, first, last), function = function_in(b, host, first, last, own);
	struct finding *n;

	last = min(last, m->map_mask); /* no RID is more, once it is masked */
	if (first == last)
		n = finding_add(f, rule, &m->map[0].at, "RID 0x%x (%02x:%02x.%x) has no entry", first, first >> 8,
				first >> 3 & 0x1f, first & 7);
	else
		n = finding_add(f, rule, &m->map[0].at,
				"RIDs 0x%x to 0x%x (%02x:%02x.%x to %02x:%02x.%x) have no entry", first, last,
				first >> 8, first >> 3 & 0x1f, first & 7, last >> 8, last >> 3 & 0x1f, last & 7);
	if (function != BOARD_NONE) {
		n->severity = FINDING_WARNING;
		n->text = board_text(&f->keep, "%s: %s is not translated", n->text, b->master[function].at.path);
		n->change = "add an entry, or show that the device may reach all memory";
	} else if (own != BOARD_NONE) {
		n->text = board_text(&f->keep, "%s: on purpose, RID 0x%x is the IOMMU itself", n->text, own);
	} else {
		n->text = board_text(&f->keep, "%s: not translated", n->text);
	}
}

/* From @rid on, the next one that the mask lets through; RIDS if there is none. */
static u32 next_rid(u32 rid, u32 mask)
{
	u64 next = next_match(rid, 0, mask);

	return next < RIDS ? (u32)next : RIDS;
}

static void find_holes(struct findings *f, const struct rule *rule, const struct board *b, u32 host)
{
	const struct board_master *m = &b->master[host];
	const struct board_map **s = sorted_maps(f, m);
	u32 k, rid = 0;

	for (k = 0; s && k < m->n_maps && rid < RIDS; k++) {
		u32 begin = s[k]->single ? 0 : s[k]->rid;
		u64 end = s[k]->single ? RIDS : s[k]->rid + s[k]->length;

		rid = next_rid(rid, m->map_mask);
		if (rid < begin && rid < RIDS)
			report_hole(f, rule, b, host, rid, min(begin, RIDS) - 1);
		if (end > rid)
			rid = (u32)min(end, (u64)RIDS);
	}
	rid = next_rid(rid, m->map_mask);
	if (s && rid < RIDS)
		report_hole(f, rule, b, host, rid, RIDS - 1);
	free(s);
}

void rule_hole(RULE)
{
	u32 i;

	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];
		struct finding *n;

		if (!m->enabled || m->role != BOARD_ROLE_PCIE)
			continue;
		if (m->n_maps)
			find_holes(f, rule, b, i);
		if (!m->n_streams || m->has_map)
			continue;
		n = finding_add(
			f, rule, &m->stream[0].at,
			"iommus is about the host alone: without an iommu-map none of its functions is translated");
		n->severity = FINDING_WARNING;
		n->change = "write an iommu-map";
	}
}

/* ---- StreamIDs and IOMMUs ---- */

static u64 sid_limit(const struct board_iommu *u)
{
	if (u->sid_bits != BOARD_NONE && u->sid_bits < 32)
		return 1ull << u->sid_bits;
	return u->model == BOARD_SMMUV2 ? 0x10000 : (u64)BOARD_NONE + 1; /* 16 bits with SMMU_CR0.EXIDENABLE */
}

void rule_sid_width(RULE)
{
	u32 k;

	for_each_of(m, b->master, b->n_masters) {
		for (k = 0; m->enabled && k < m->n_streams; k++) {
			const struct board_stream *s = &m->stream[k];
			u64 limit = sid_limit(&b->iommu[s->iommu]);

			if (s->id >= limit || s->mask >= limit)
				finding_add(f, rule, &s->at, "StreamID 0x%x, mask 0x%x: %s has StreamIDs below 0x%llx",
					    s->id, s->mask, b->iommu[s->iommu].at.path, (unsigned long long)limit)
					->change = "correct the StreamID; an ID and a mask in one cell are not what "
						   "#iommu-cells means";
		}
		for (k = 0; m->enabled && k < m->n_maps; k++) {
			const struct board_map *e = &m->map[k];
			u64 last = e->id + max(map_streams(m, e), 1ull) - 1;
			u64 limit = e->iommu == BOARD_NONE ? BOARD_NONE : sid_limit(&b->iommu[e->iommu]);

			if (last >= limit || e->mask >= limit)
				finding_add(f, rule, &e->at,
					    "entry %u ends at StreamID 0x%llx: %s has StreamIDs below 0x%llx", k,
					    (unsigned long long)last,
					    e->iommu == BOARD_NONE ? "an IOMMU" : b->iommu[e->iommu].at.path,
					    (unsigned long long)limit)
					->change = "correct its base or its length";
		}
	}
}

void rule_iommu_disabled(RULE)
{
	u32 k;

	for_each_of(m, b->master, b->n_masters) {
		for (k = 0; m->enabled && k < b->n_iommus; k++) {
			if (b->iommu[k].enabled || !master_uses(b, m, k) || m->pci)
				continue;
			finding_add(f, rule, &m->at, "its IOMMU %s is disabled: nothing translates, nothing stalls",
				    b->iommu[k].at.path)
				->change = "enable the IOMMU, or delete the reference if the hardware bypasses it";
		}
	}
}

/* ---- masters among themselves ---- */

struct user {
	const struct board_stream *stream;
	u32 master;
};

static int by_stream(const void *x, const void *y)
{
	const struct user *a = x, *c = y;

	if (a->stream->iommu != c->stream->iommu)
		return a->stream->iommu < c->stream->iommu ? -1 : 1;
	if (a->stream->id != c->stream->id)
		return a->stream->id < c->stream->id ? -1 : 1;
	return a->master < c->master ? -1 : a->master > c->master;
}

/* All streams of enabled masters, sorted; @n receives their number. */
static struct user *all_users(struct findings *f, const struct board *b, u32 *n)
{
	struct user *u;
	u32 i, k, sum = 0;

	for (i = 0; i < b->n_masters; i++)
		sum += b->master[i].n_streams;
	u = malloc((sum + 1) * sizeof(*u));
	*n = 0;
	if (!u) {
		f->keep.no_memory = true;
		return NULL;
	}
	for (i = 0; i < b->n_masters; i++)
		for (k = 0; b->master[i].enabled && !b->master[i].pci && k < b->master[i].n_streams; k++)
			u[(*n)++] = (struct user){ &b->master[i].stream[k], i };
	qsort(u, *n, sizeof(*u), by_stream);
	return u;
}

/* Each stream with the first one of another master that it overlaps; of a crowd each is told once. */
static void shared_among_masters(RULE)
{
	u32 n, k;
	struct user *u = all_users(f, b, &n);

	for (k = 0; k < n && !f->dropped; k++)
		for_each_of(e, u, k) {
			if (e->master == u[k].master || !board_streams_overlap(e->stream, u[k].stream) ||
			    !b->iommu[u[k].stream->iommu].enabled)
				continue;
			finding_add(f, rule, &u[k].stream->at, "it shares StreamID 0x%x of %s with %s",
				    e->stream->mask ? u[k].stream->id : e->stream->id,
				    b->iommu[u[k].stream->iommu].at.path, b->master[e->master].at.path);
			break;
		}
	free(u);
}

/* A host's entry that has the stream of another master. */
static void shared_with_maps(RULE)
{
	u32 n, i, k, e;
	struct user *u = all_users(f, b, &n);
	u64 first;

	for (i = 0; i < b->n_masters; i++)
		for (e = 0; b->master[i].enabled && e < b->master[i].n_maps && !f->dropped; e++)
			for (k = 0; k < n; k++)
				if (u[k].master != i &&
				    stream_in_map(u[k].stream, &b->master[i], &b->master[i].map[e], &first))
					finding_add(f, rule, &b->master[i].map[e].at,
						    "entry %u has StreamID 0x%llx of %s", e, (unsigned long long)first,
						    b->master[u[k].master].at.path);
	free(u);
}

/* The first or last stream of @p, with its mask, is one of @q. */
static bool end_meets(const struct board_master *h, const struct board_map *p, const struct board_master *o,
		      const struct board_map *q, u64 *first)
{
	struct board_stream s = { .iommu = p->iommu, .id = p->id, .mask = p->mask };

	if (!map_streams(h, p) || stream_in_map(&s, o, q, first))
		return map_streams(h, p);
	s.id = (u32)(p->id + map_streams(h, p) - 1);
	return stream_in_map(&s, o, q, first);
}

/* Whether two entries end in the same streams, and the first of them; where there are masks, the ends are compared. */
static bool entries_meet(const struct board_master *h, const struct board_map *p, const struct board_master *o,
			 const struct board_map *q, u64 *first)
{
	if (p->mask || q->mask)
		return end_meets(h, p, o, q, first) || end_meets(o, q, h, p, first);
	*first = max(p->id, q->id);
	return p->iommu == q->iommu && p->iommu != BOARD_NONE &&
	       *first < min(p->id + map_streams(h, p), q->id + map_streams(o, q));
}

/* Entries of two hosts that end in the same streams. */
static void shared_by_hosts(struct findings *f, const struct rule *rule, const struct board *b, u32 i, u32 k)
{
	const struct board_master *h = &b->master[i], *o = &b->master[k];
	u32 x, y;

	for (x = 0; x < h->n_maps; x++)
		for (y = 0; y < o->n_maps && !f->dropped; y++) {
			const struct board_map *p = &h->map[x], *q = &o->map[y];
			u64 begin;

			if (entries_meet(h, p, o, q, &begin))
				finding_add(f, rule, &q->at, "entry %u has StreamID 0x%llx of entry %u of %s", y,
					    (unsigned long long)begin, x, h->at.path);
		}
}

static void shared_among_hosts(RULE)
{
	u32 i, k;

	for (i = 0; i < b->n_masters; i++)
		for (k = i + 1; b->master[i].enabled && b->master[i].n_maps && k < b->n_masters; k++)
			if (b->master[k].enabled && b->master[k].n_maps)
				shared_by_hosts(f, rule, b, i, k);
}

void rule_shared(RULE)
{
	shared_among_masters(f, rule, b);
	shared_with_maps(f, rule, b);
	shared_among_hosts(f, rule, b);
}

/* Linux reuses an entry that contains the new one; otherwise a stream would match twice, and attaching fails. */
static void check_conflict(struct findings *f, const struct rule *rule, const struct board *b, const struct user *x,
			   const struct user *y)
{
	const struct board_stream *s = x->stream, *t = y->stream;
	bool s_has_t = !(t->mask & ~s->mask), t_has_s = !(s->mask & ~t->mask);

	if (b->iommu[s->iommu].model != BOARD_SMMUV2 || s_has_t || t_has_s || !board_streams_overlap(s, t))
		return;
	finding_add(f, rule, &t->at, "0x%x/0x%x overlaps 0x%x/0x%x of %s, and neither contains the other", t->id,
		    t->mask, s->id, s->mask, b->master[x->master].at.path)
		->change = "narrow one of the masks";
}

void rule_smr_conflict(RULE)
{
	u32 n, i, k;
	struct user *u = all_users(f, b, &n);

	for (i = 0; i < n; i++)
		for (k = i + 1; k < n && !f->dropped; k++)
			check_conflict(f, rule, b, &u[i], &u[k]);
	free(u);
}
