// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "board_stall.h"
#include "board_stall_priv.h"
#include "find.h"
#include "report_table.h"
#include "rules_priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* What is assumed where nobody says. */
#define ENTRIES	      16u
#define OUTSTANDING   8u
#define P50_NS	      5000ull
#define P999_NS	      100000ull
#define READ_NS	      80000ull /* a fast NVMe */
#define READ_ACCESSES 4u       /* 4 KiB in payloads of 1 KiB */
#define LINE_NS	      14800ull /* 1080p60: 67500 lines a second */
#define AUDIO_NS      1000000ull
#define COMPLETION_NS 50000ull	     /* PCIe: Completion Timeout, shortest */
#define STORAGE_NS    30000000000ull /* Linux's time-out of a block request */
#define MOST_WANTS    2000u

struct maker {
	const struct board *b;
	const struct fl_config *cfg;
	struct stall_board *s;
	u32 smmu_of[STALL_MAX_SMMUS]; /* index in struct board */
	u32 tbu_of[STALL_MAX_TBUS];   /* likewise; BOARD_NONE: that of everybody for whom nobody says */
	u32 input_of[STALL_MAX_PORTS];
};

__attribute__((format(printf, 2, 3))) static void assume(struct stall_board *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n_assumptions == BOARD_STALL_ASSUMPTIONS)
		return;
	va_start(ap, fmt);
	vsnprintf(s->assumption[s->n_assumptions++], sizeof(s->assumption[0]), fmt, ap);
	va_end(ap);
}

/* The last @parts of a path, or all of it. */
static const char *tail(const char *path, u32 parts)
{
	const char *at = path + strlen(path);

	while (at > path && (at[-1] != '/' || !*at || --parts))
		at--;
	return at;
}

static void set_name(char name[STALL_NAME], const char *path, u32 parts)
{
	const char *text = tail(path, parts);
	size_t n = strlen(text);

	snprintf(name, STALL_NAME, "%s", n < STALL_NAME ? text : text + n - STALL_NAME + 1);
}

/* As many parts of its path as tell it from the other devices. */
static u32 parts_of(const struct board *b, u32 master)
{
	const char *path = b->master[master].at.path;
	u32 i, parts = 1;

	for (i = 0; i < b->n_masters; i++)
		while (i != master && b->master[i].enabled && tail(path, parts) > path &&
		       !strcmp(tail(path, parts), tail(b->master[i].at.path, parts)))
			parts++;
	return parts;
}

/* ---- who sits where ---- */

static bool modelled(const struct board *b, u32 iommu)
{
	return iommu < b->n_iommus && b->iommu[iommu].enabled &&
	       (b->iommu[iommu].model == BOARD_SMMUV2 || b->iommu[iommu].model == BOARD_SMMUV3);
}

/* The first SMMU that its DMA passes, or BOARD_NONE; @sid: its StreamID there. */
static u32 way_of(const struct board *b, const struct board_master *m, u32 *sid)
{
	struct board_stream s = { .iommu = BOARD_NONE };
	u32 i;

	for (i = 0; i < m->n_streams; i++) {
		*sid = m->stream[i].id;
		if (modelled(b, m->stream[i].iommu))
			return m->stream[i].iommu;
	}
	if (m->pci && m->parent < b->n_masters) {
		board_map_rid(&b->master[m->parent], m->rid, &s);
		*sid = s.id;
		return modelled(b, s.iommu) ? s.iommu : BOARD_NONE;
	}
	for (i = 0; i < m->n_maps; i++) {
		*sid = m->map[i].id;
		if (modelled(b, m->map[i].iommu))
			return m->map[i].iommu;
	}
	return BOARD_NONE;
}

static u32 iommu_of(const struct board *b, const struct board_master *m)
{
	u32 sid;

	return way_of(b, m, &sid);
}

/* A function sits where its host does. */
static u32 tbu_of(const struct board *b, const struct board_master *m)
{
	u32 iommu = iommu_of(b, m), tbu = m->tbu;

	if (tbu >= b->n_tbus && m->pci && m->parent < b->n_masters)
		tbu = b->master[m->parent].tbu;
	return tbu < b->n_tbus && b->tbu[tbu].iommu == iommu ? tbu : BOARD_NONE;
}

/* As the rules have it, and what they warn of: a PCI host that may stall, and an SMMU that forces stalls. */
static bool stalls(const struct board *b, const struct board_master *m)
{
	u32 iommu = m->enabled ? iommu_of(b, m) : BOARD_NONE;

	if (iommu == BOARD_NONE || b->iommu[iommu].stall == BOARD_STALL_NONE)
		return false;
	return master_stalls(b, m) || b->iommu[iommu].stall == BOARD_STALL_FORCED ||
	       (m->can_stall && m->role == BOARD_ROLE_PCIE);
}

/* A host stands for its functions where nobody has listed them. */
static bool counts(const struct board *b, u32 index)
{
	u32 i;

	if (!b->master[index].enabled)
		return false;
	for (i = 0; b->master[index].host && i < b->n_masters; i++)
		if (b->master[i].enabled && b->master[i].pci && b->master[i].parent == index)
			return false;
	return true;
}

/* ---- SMMUs and TBUs ---- */

static u32 smmu_number(const struct maker *k, u32 iommu)
{
	u32 i;

	for (i = 0; i < k->s->platform.n_smmus; i++)
		if (k->smmu_of[i] == iommu)
			return i + 1;
	return 0;
}

static int add_smmu(struct maker *k, u32 iommu, struct board_error *err)
{
	const struct board_iommu *u = &k->b->iommu[iommu];
	struct stall_platform *p = &k->s->platform;
	struct stall_smmu *s = &p->smmu[p->n_smmus];

	if (smmu_number(k, iommu))
		return 0;
	if (p->n_smmus == STALL_MAX_SMMUS)
		return board_fail(err, E2BIG, "%s: %s: more than %u SMMUs to simulate", k->b->file, u->at.path,
				  STALL_MAX_SMMUS);
	set_name(s->name, u->at.path, 1);
	snprintf(s->kind, sizeof(s->kind), "%s", u->model == BOARD_SMMUV2 ? "smmuv2" : "smmuv3");
	k->smmu_of[p->n_smmus++] = iommu;
	s->stall_max = (u32)(u->model == BOARD_SMMUV2 ? k->cfg->smmuv2.stall_slots : k->cfg->smmuv3.stall_max);
	if (u->stall_max != BOARD_NONE && u->stall_max)
		s->stall_max = min(u->stall_max, u->model == BOARD_SMMUV2 ? 1024u : 4096u);
	else
		assume(k->s, "%s holds %u stalled transactions%s", s->name, s->stall_max,
		       u->model == BOARD_SMMUV2 ? " for each TBU" : " (STALL_MAX)");
	if (u->stall == BOARD_STALL_UNKNOWN)
		assume(k->s, "%s can stall: its STALL_MODEL is not known", s->name);
	return 0;
}

/* Number of the TBU, added if it is new; 0: there are too many. */
static u32 tbu_number(struct maker *k, u32 tbu, u32 smmu)
{
	struct stall_platform *p = &k->s->platform;
	struct stall_tbu *t = &p->tbu[p->n_tbus];
	u32 i;

	for (i = 0; i < p->n_tbus; i++)
		if (k->tbu_of[i] == tbu && p->tbu[i].smmu == smmu)
			return i + 1;
	if (p->n_tbus == STALL_MAX_TBUS)
		return 0;
	t->smmu = smmu;
	t->slots = (u32)k->cfg->tbu.slots;
	if (tbu == BOARD_NONE) {
		memcpy(t->name, p->smmu[smmu - 1].name, sizeof(t->name));
		assume(k->s, "one TBU of %s has %u slots, and all sit behind it for whom no TBU is given", t->name,
		       t->slots);
	} else {
		set_name(t->name, k->b->tbu[tbu].name, 1);
		if (k->b->tbu[tbu].slots != BOARD_NONE && k->b->tbu[tbu].slots)
			t->slots = min(k->b->tbu[tbu].slots, (u32)STALL_MAX_SLOTS);
		else
			assume(k->s, "TBU %s has %u slots", t->name, t->slots);
	}
	k->tbu_of[p->n_tbus++] = tbu;
	return p->n_tbus;
}

/* Number of the input buffer, added if it is new; 0: none, or there are too many. */
static u32 port_number(struct maker *k, u32 input)
{
	struct stall_platform *p = &k->s->platform;
	u32 i;

	if (input >= k->b->n_inputs)
		return 0;
	for (i = 0; i < p->n_ports; i++)
		if (k->input_of[i] == input)
			return i + 1;
	if (p->n_ports == STALL_MAX_PORTS) {
		assume(k->s, "input buffer %s is left out: there are more than %u", k->b->input[input].name,
		       STALL_MAX_PORTS);
		return 0;
	}
	set_name(p->port[i].name, k->b->input[input].name, 1);
	p->port[i].slots = ENTRIES;
	if (k->b->input[input].slots != BOARD_NONE && k->b->input[input].slots)
		p->port[i].slots = min(k->b->input[input].slots, (u32)STALL_MAX_SLOTS);
	else
		assume(k->s, "input buffer %s has %u entries", p->port[i].name, ENTRIES);
	k->input_of[p->n_ports++] = input;
	return p->n_ports;
}

/* ---- devices ---- */

/* How long it can wait: as the board says, or as its role has it. */
static void set_deadline(struct maker *k, struct stall_master *m, const struct board_master *from)
{
	static const struct {
		u64 ns;
		enum stall_deadline limits;
		const char *what;
	} by_role[BOARD_ROLES] = {
		[BOARD_ROLE_STORAGE] = { STORAGE_NS, STALL_ACCESS, "a request's time-out" },
		[BOARD_ROLE_DISPLAY] = { LINE_NS, STALL_GAP, "a line of 1080p60" },
		[BOARD_ROLE_AUDIO] = { AUDIO_NS, STALL_GAP, "a period of audio" },
		[BOARD_ROLE_PCIE] = { COMPLETION_NS, STALL_ACCESS, "PCIe's shortest Completion Timeout" },
	};
	char ns[REPORT_NS];
	enum board_role role = m->pcie ? BOARD_ROLE_PCIE : from->role; /* whatever a function is for */

	m->limits = by_role[role].limits;
	m->deadline_ns = from->deadline_ns ? from->deadline_ns : by_role[role].ns;
	if (!from->deadline_ns && m->deadline_ns)
		assume(k->s, "%s waits %s at most, %s", m->name, report_ns(m->deadline_ns, ns), by_role[role].what);
}

static enum stall_mode mode_of(const struct board *b, const struct board_master *m)
{
	if (stalls(b, m))
		return STALL_STALLS;
	if (m->pri && m->ats && b->iommu[iommu_of(b, m)].model == BOARD_SMMUV3)
		return STALL_PRI;
	return STALL_PINNED;
}

/* A host is another bus's, too, as Tegra's host1x, which has no Completion Timeout. */
static bool on_pcie(const struct board *b, const struct board_master *m)
{
	if (m->pci && m->parent < b->n_masters)
		return !m->amba && b->master[m->parent].role == BOARD_ROLE_PCIE;
	return m->role == BOARD_ROLE_PCIE;
}

static int add_master(struct maker *k, u32 index, struct board_error *err)
{
	const struct board_master *from = &k->b->master[index];
	struct stall_platform *p = &k->s->platform;
	struct stall_master *m = &p->master[p->n_masters];
	u32 smmu = smmu_number(k, iommu_of(k->b, from)), most, i;

	if (!smmu)
		return 0;
	if (p->n_masters == STALL_MAX_MASTERS)
		return board_fail(err, E2BIG, "%s: %s: more than %u devices to simulate", k->b->file, from->at.path,
				  STALL_MAX_MASTERS);
	m->tbu = tbu_number(k, tbu_of(k->b, from), smmu);
	if (!m->tbu)
		return board_fail(err, E2BIG, "%s: %s: more than %u TBUs to simulate", k->b->file, from->at.path,
				  STALL_MAX_TBUS);
	set_name(m->name, from->at.path, parts_of(k->b, index));
	m->port = port_number(k, from->input < k->b->n_inputs || !from->pci || from->parent >= k->b->n_masters
					 ? from->input
					 : k->b->master[from->parent].input);
	m->mode = mode_of(k->b, from);
	m->pcie = on_pcie(k->b, from);
	most = m->mode == STALL_STALLS ? p->tbu[m->tbu - 1].slots : OUTSTANDING;
	if (from->outstanding != BOARD_NONE && from->outstanding)
		m->outstanding = min(from->outstanding, 1024u);
	else if (m->mode == STALL_STALLS)
		assume(k->s, "%s can have as many transactions outstanding as its TBU has slots, %u", m->name, most);
	m->outstanding = m->outstanding ? m->outstanding : min(most, m->mode == STALL_PRI ? 256u : 1024u);
	set_deadline(k, m, from);
	way_of(k->b, from, &k->s->sid[p->n_masters]);
	for (i = 0; i < p->n_masters; i++)
		k->s->sids_differ = k->s->sids_differ && k->s->sid[i] != k->s->sid[p->n_masters];
	k->s->master_of[p->n_masters++] = index;
	return 0;
}

/* ---- the pager ---- */

static bool beside_a_staller(const struct stall_platform *p, u32 storage)
{
	return ANY(i, p->n_masters,
		   i != storage && p->master[i].mode == STALL_STALLS && p->master[i].tbu == p->master[storage].tbu);
}

/* What the board says; else the first storage beside a device that stalls, else the first storage. 0: none. */
static u32 find_storage(const struct maker *k)
{
	const struct stall_platform *p = &k->s->platform;
	u32 i, first = 0, beside = 0;

	for (i = p->n_masters; i-- > 0;) {
		if (k->s->master_of[i] + 1 == k->b->pager)
			return i + 1;
		if (k->b->master[k->s->master_of[i]].role != BOARD_ROLE_STORAGE)
			continue;
		first = i + 1;
		if (beside_a_staller(p, i))
			beside = i + 1;
	}
	return k->b->pager ? 0 : beside ? beside : first;
}

/* A read is part of each fault, wherever the storage is. A fault's time as it was measured has it in it. */
static void share_time(struct maker *k)
{
	struct stall_platform *p = &k->s->platform;
	struct stall_pager *g = &p->pager;
	u64 rest = p->times.notify_ns + p->times.resume_ns + p->times.memory_ns, dma = p->times.memory_ns;

	if (g->storage)
		dma *= (READ_ACCESSES - 1) / p->master[g->storage - 1].outstanding + 1;
	g->p999_ns = g->storage ? P999_NS : P999_NS + READ_NS + dma;
	g->read_ns = g->storage ? READ_NS : 0;
	if (!k->b->fault_p999_ns)
		return;
	rest += g->storage ? dma : 0;
	rest = k->b->fault_p999_ns > rest ? k->b->fault_p999_ns - rest : 0;
	g->read_ns = g->storage ? min(READ_NS, rest / 2) : 0;
	g->p999_ns = max(rest - g->read_ns, 1ull);
}

static void say_elsewhere(struct maker *k)
{
	const struct board *b = k->b;
	char read[REPORT_NS];
	u32 i = b->pager ? b->pager - 1 : 0;

	report_ns(READ_NS + k->s->platform.times.memory_ns, read);
	while (!b->pager && i < b->n_masters && !(b->master[i].enabled && b->master[i].role == BOARD_ROLE_STORAGE))
		i++;
	if (b->fault_p999_ns)
		assume(k->s, "no handler waits for DMA behind these SMMUs: %s%s",
		       i < b->n_masters ? "pages come from " : "no storage is known to sit there",
		       i < b->n_masters ? b->master[i].at.path : "");
	else if (i < b->n_masters)
		assume(k->s, "every page comes back by a read of %s, which is behind none of these SMMUs: %s more",
		       b->master[i].at.path, read);
	else
		assume(k->s, "every page comes back by a read of storage behind none of these SMMUs: %s more", read);
}

static void say_storage(struct maker *k)
{
	struct stall_platform *p = &k->s->platform;
	u32 storage = p->pager.storage;
	struct stall_master *m;
	char ns[REPORT_NS];

	if (!storage) {
		say_elsewhere(k);
		return;
	}
	m = &p->master[storage - 1];
	assume(k->s, "every page comes back by a read of %s, %u transactions %s after the request", m->name,
	       READ_ACCESSES, report_ns(p->pager.read_ns, ns));
	if (m->mode == STALL_PINNED || k->b->master[k->s->master_of[storage - 1]].role == BOARD_ROLE_STORAGE)
		return;
	m->zero_fill = true;
	assume(k->s, "pages of %s itself come without a read", m->name);
}

static void make_pager(struct maker *k)
{
	struct stall_pager *g = &k->s->platform.pager;
	char ns[REPORT_NS], own[REPORT_NS];

	g->workers = k->b->workers ? min(k->b->workers, (u32)STALL_MAX_WORKERS)
				   : (u32)min(k->cfg->cpu.workers, (u64)STALL_MAX_WORKERS);
	g->storage = find_storage(k);
	share_time(k);
	g->p50_ns = min(g->p999_ns, P50_NS);
	g->pressure_ppm = 1000000;
	g->read_accesses = READ_ACCESSES;
	if (!k->b->workers)
		assume(k->s, "%u workers handle faults", g->workers);
	if (k->b->fault_p999_ns && g->p999_ns == 1)
		assume(k->s, "a fault takes longer than %s, fault_p999_ns: what comes to the handler's time does",
		       report_ns(k->b->fault_p999_ns, ns));
	else if (k->b->fault_p999_ns)
		assume(k->s, "of a fault's time, %s in all, %s are the handler's", report_ns(k->b->fault_p999_ns, ns),
		       report_ns(g->p999_ns, own));
	else
		assume(k->s, "a handler takes %s (99.9th percentile) without storage", report_ns(P999_NS, ns));
	say_storage(k);
}

/* Stalling devices fault with all they have, twice; the others go on for as long as that takes. */
static void make_traffic(struct stall_platform *p)
{
	u64 faults = 0, takes;

	for_each_of(each, p->master, p->n_masters)
		if (each->mode != STALL_PINNED)
			faults += each->accesses = 2 * each->outstanding;
	takes = (faults / p->pager.workers + 1) * (p->pager.p999_ns + (p->pager.storage ? p->pager.read_ns : 0));
	for_each_of(m, p->master, p->n_masters) {
		if (m->mode != STALL_PINNED)
			continue;
		m->period_ns = m->deadline_ns && m->limits == STALL_GAP ? m->deadline_ns / 8 : 10000;
		m->period_ns = max(m->period_ns, takes / MOST_WANTS + 1);
		m->accesses = (u32)(takes / m->period_ns) + 8;
	}
}

static int make_platform(const struct board *b, const struct fl_config *cfg, struct stall_board *s,
			 struct board_error *err)
{
	struct maker k = { .b = b, .cfg = cfg, .s = s };
	const struct stall_times *t;
	char text[3][REPORT_NS];
	int ret = 0;
	u32 i;

	memset(s, 0, sizeof(*s));
	s->sids_differ = true;
	for (i = 0; i < b->n_masters && !ret; i++)
		if (counts(b, i) && stalls(b, &b->master[i]))
			ret = add_smmu(&k, iommu_of(b, &b->master[i]), err);
	s->needed = s->platform.n_smmus;
	for (i = 0; i < b->n_masters && !ret && s->needed; i++)
		if (counts(b, i) && iommu_of(b, &b->master[i]) != BOARD_NONE)
			ret = add_master(&k, i, err);
	if (ret || !s->needed)
		return ret;
	board_prices(&s->platform, cfg);
	make_pager(&k);
	t = &s->platform.times;
	assume(s, "without a TLB's help an access takes %s; a fault %s to its worker, an answer %s to the retry",
	       report_ns(t->memory_ns, text[0]), report_ns(t->notify_ns, text[1]), report_ns(t->resume_ns, text[2]));
	make_traffic(&s->platform);
	return 0;
}

int board_stall_platform(const struct board *b, const struct fl_config *cfg, struct stall_board *s,
			 struct board_error *err)
{
	struct fl_config *defaults = cfg ? NULL : malloc(sizeof(*defaults));
	int ret;

	if (!cfg && !defaults)
		return board_fail(err, ENOMEM, "%s: out of memory", b->file);
	if (defaults)
		fl_config_init(defaults);
	ret = make_platform(b, cfg ? cfg : defaults, s, err);
	free(defaults);
	return ret;
}
