// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "replay_rig.h"

#include <check.h>
#include <unistd.h>

struct replay_options rig_opt;
struct fl_config rig_cfg;
struct replay_result rig_res;
struct dmat_error rig_err;
char rig_trace[32];

void rig_setup(void)
{
	int fd;

	snprintf(rig_trace, sizeof(rig_trace), "/tmp/replayXXXXXX");
	fd = mkstemp(rig_trace);
	ck_assert_int_ge(fd, 0);
	close(fd);
	fl_config_init(&rig_cfg);
	rig_opt = (struct replay_options){ .trace = rig_trace,
					   .kind = iommu_kind_find("smmuv3"),
					   .faults = REPLAY_STALL,
					   .resident = REPLAY_RESIDENT_NONE,
					   .seed = 1,
					   .cfg = &rig_cfg };
	ck_assert_ptr_nonnull(rig_opt.kind);
}

void rig_teardown(void)
{
	unlink(rig_trace);
}

void rig_text(const char *records)
{
	char text[16384];
	FILE *in;
	int n = snprintf(text, sizeof(text), "dmat 1\n%s", records);

	ck_assert_int_lt(n, (int)sizeof(text));
	in = fmemopen(text, (size_t)n, "r");
	ck_assert_msg(dmat_pack(in, "text", rig_trace, &rig_err) == 0, "line %llu: %s", rig_err.line, rig_err.reason);
	fclose(in);
	rig_opt.trace = rig_trace;
}

void rig_generate(const char *generator, const char *const *set, size_t n, u64 seed)
{
	ck_assert_msg(trace_generate(generator, set, n, seed, rig_trace, &rig_err) == 0, "%s", rig_err.reason);
	rig_opt.trace = rig_trace;
}

void rig_run(void)
{
	ck_assert_msg(replay_functional(&rig_opt, &rig_res, &rig_err) == 0, "%s", rig_err.reason);
}

void rig_refused(int code, const char *text)
{
	memset(&rig_err, 0, sizeof(rig_err));
	ck_assert_int_eq(replay_functional(&rig_opt, &rig_res, &rig_err), code);
	ck_assert_msg(strstr(rig_err.reason, text) != NULL, "'%s' is not in '%s'", text, rig_err.reason);
}

/* ---- the count: a table of pages that are mapped, and whether they were accessed ---- */

#define SLOTS (1u << 18)

enum { ABSENT, FRESH, TOUCHED };

struct slot {
	u64 page;
	u32 domain;
	u8 state;
	bool used;
};

struct counter {
	struct slot slots[SLOTS];
	struct {
		u32 sid, pasid, domain;
	} attached[4096];
	u32 n_attached;
	struct rig_expected sum;
};

static struct slot *slot_of(struct counter *c, u32 domain, u64 page)
{
	u32 at = (u32)(page * 2654435761u + domain * 40503u) % SLOTS;

	while (c->slots[at].used && (c->slots[at].page != page || c->slots[at].domain != domain))
		at = (at + 1) % SLOTS;
	c->slots[at].used = true;
	c->slots[at].page = page;
	c->slots[at].domain = domain;
	return &c->slots[at];
}

static void forget(struct counter *c, const struct dmat_record *rec)
{
	u32 i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *s = &c->slots[i];

		if (!s->used || (rec->domain != DMAT_DOMAIN_NONE && s->domain != rec->domain))
			continue;
		if ((rec->flags & DMAT_F_WHOLE) ||
		    (s->page >= rec->iova / 4096 && s->page <= (rec->iova + rec->size - 1) / 4096))
			s->state = ABSENT;
	}
}

static u32 domain_of(const struct counter *c, const struct dmat_record *rec)
{
	u32 i;

	if (rec->domain != DMAT_DOMAIN_NONE)
		return rec->domain;
	for (i = c->n_attached; i-- > 0;)
		if (c->attached[i].sid == rec->sid && c->attached[i].pasid == rec->pasid)
			return c->attached[i].domain;
	return DMAT_DOMAIN_NONE;
}

static void take(struct counter *c, const struct dmat_record *rec)
{
	u64 page, last = (rec->iova + rec->size - 1) / 4096;
	u32 domain = domain_of(c, rec);

	switch (rec->kind) {
	case DMAT_ATTACH:
		ck_assert_uint_lt(c->n_attached, ARRAY_SIZE(c->attached));
		c->attached[c->n_attached].sid = rec->sid;
		c->attached[c->n_attached].pasid = rec->pasid;
		c->attached[c->n_attached++].domain = rec->domain;
		return;
	case DMAT_MAP:
		for (page = rec->iova / 4096; page <= last; page++)
			slot_of(c, domain, page)->state = FRESH;
		return;
	case DMAT_UNMAP:
		if (rec->domain != DMAT_DOMAIN_NONE && !(rec->flags & DMAT_F_WHOLE) && rec->size <= 1 << 20)
			for (page = rec->iova / 4096; page <= last; page++)
				slot_of(c, domain, page)->state = ABSENT;
		else
			forget(c, rec);
		return;
	case DMAT_ACCESS:
		c->sum.accesses++;
		c->sum.bytes += rec->size;
		c->sum.recorded += rec->outcome != DMAT_OUT_NONE;
		for (page = rec->iova / 4096; page <= last; page++) {
			struct slot *s = slot_of(c, domain, page);

			c->sum.first_touches += s->state == FRESH;
			if (s->state == FRESH)
				s->state = TOUCHED;
		}
	}
}

struct rig_expected rig_expect(void)
{
	struct counter *c = calloc(1, sizeof(*c));
	struct dmat_record rec;
	struct dmat_reader *r;
	struct rig_expected sum;
	u64 round;

	for (round = 0; round < max(rig_opt.repeat, 1ULL); round++) {
		ck_assert_int_eq(dmat_reader_open(&r, rig_opt.trace, 0, &rig_err), 0);
		while (dmat_read(r, &rec) == 1)
			take(c, &rec);
		dmat_reader_close(r);
	}
	sum = c->sum;
	free(c);
	return sum;
}
