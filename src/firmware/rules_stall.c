// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* May this device stall? One function a rule, in the order of the table. */
#include "find.h"
#include "rules_priv.h"

/* PASIDs are at most 20 bits wide: IHI 0070 SMMU_IDR1.SSIDSIZE, PCIe 6.20. */
#define PASID_BITS_MAX 20

/* ---- what rules ask ---- */

static bool iommu_stalls(const struct board_iommu *i)
{
	return i->enabled && i->stall != BOARD_STALL_NONE;
}

bool master_stalls(const struct board *b, const struct board_master *m)
{
	struct board_stream s;

	if (!m->enabled)
		return false;
	for_each_of(each, m->stream, m->n_streams) {
		const struct board_iommu *u = &b->iommu[each->iommu];

		if (iommu_stalls(u) && (m->can_stall || u->stall == BOARD_STALL_FORCED))
			return true;
	}
	if (!m->pci || m->parent == BOARD_NONE || !m->can_stall)
		return false;
	return board_map_rid(&b->master[m->parent], m->rid, &s) != BOARD_NONE && s.iommu != BOARD_NONE &&
	       iommu_stalls(&b->iommu[s.iommu]);
}

bool board_may_stall(const struct board *b, const struct board_master *m)
{
	return master_stalls(b, m) || (m->enabled && m->can_stall && m->role == BOARD_ROLE_PCIE && m->n_maps);
}

/* A function sits where its host sits. */
static u32 tbu_of(const struct board *b, const struct board_master *m)
{
	return m->tbu == BOARD_NONE && m->pci && m->parent != BOARD_NONE ? b->master[m->parent].tbu : m->tbu;
}

static u32 input_of(const struct board *b, const struct board_master *m)
{
	return m->input == BOARD_NONE && m->pci && m->parent != BOARD_NONE ? b->master[m->parent].input : m->input;
}

/* A platform file lists all who are behind a TBU; whoever is behind none is behind one and the same, it is assumed. */
bool masters_share_path(const struct board *b, const struct board_master *x, const struct board_master *y,
			bool *assumed)
{
	u32 i;

	*assumed = false;
	if (input_of(b, x) != BOARD_NONE && input_of(b, x) == input_of(b, y))
		return true;
	*assumed = tbu_of(b, x) == BOARD_NONE && tbu_of(b, y) == BOARD_NONE;
	if (!*assumed)
		return tbu_of(b, x) == tbu_of(b, y);
	for (i = 0; i < x->n_streams; i++)
		if (b->iommu[x->stream[i].iommu].enabled && master_uses(b, y, x->stream[i].iommu))
			return true;
	if (x->pci && x->parent != BOARD_NONE)
		return masters_share_path(b, &b->master[x->parent], y, assumed);
	for (i = 0; i < x->n_maps; i++)
		if (x->map[i].iommu != BOARD_NONE && b->iommu[x->map[i].iommu].enabled &&
		    master_uses(b, y, x->map[i].iommu))
			return true;
	return false;
}

/* What a TBU's or an IOMMU's stalling masters can have outstanding together; *@known: each of them is known. */
static u64 outstanding(const struct board *b, u32 tbu, u32 iommu, bool *known)
{
	u64 sum = 0;

	*known = true;
	for_each_of(m, b->master, b->n_masters) {
		if (!master_stalls(b, m) || (tbu != BOARD_NONE && tbu_of(b, m) != tbu) ||
		    (iommu != BOARD_NONE && !master_uses(b, m, iommu)))
			continue;
		if (m->outstanding == BOARD_NONE)
			*known = false;
		else
			sum += m->outstanding;
	}
	return sum;
}

/* All stalled transactions together leave room at the TBU, so whoever else is behind it goes on. */
static bool leaves_room(const struct board *b, const struct board_master *staller)
{
	u32 max, tbu = tbu_of(b, staller);
	const struct board_tbu *t;
	bool known, all;

	if (tbu == BOARD_NONE)
		return false;
	t = &b->tbu[tbu];
	max = b->iommu[t->iommu].stall_max;
	return t->slots != BOARD_NONE && max != BOARD_NONE && outstanding(b, tbu, BOARD_NONE, &known) < t->slots &&
	       known && outstanding(b, BOARD_NONE, t->iommu, &all) <= max && all;
}

/* It would, if the SMMU can hold all that stalls; nobody says how many it can. */
static bool room_by_stall_max(const struct board *b, const struct board_master *staller, u32 *iommu, u64 *needed)
{
	u32 tbu = tbu_of(b, staller);
	bool known, all;

	if (tbu == BOARD_NONE || b->tbu[tbu].slots == BOARD_NONE)
		return false;
	*iommu = b->tbu[tbu].iommu;
	*needed = outstanding(b, BOARD_NONE, *iommu, &all);
	return b->iommu[*iommu].stall_max == BOARD_NONE && all &&
	       outstanding(b, tbu, BOARD_NONE, &known) < b->tbu[tbu].slots;
}

/* The next master from @i on that waits behind stalled transactions of @staller, which is not itself. */
static u32 next_behind(const struct board *b, u32 staller, u32 i, bool *assumed)
{
	for (; i < b->n_masters; i++)
		if (i != staller && b->master[i].enabled && b->master[i].parent != staller &&
		    masters_share_path(b, &b->master[staller], &b->master[i], assumed))
			return i;
	return BOARD_NONE;
}

static void blame(struct finding *n, u32 staller, u32 victim, const char *change)
{
	n->staller = staller;
	n->victim = victim;
	n->change = change;
}

static const char *by_assumption(bool assumed)
{
	return assumed ? " (assumed: who sits behind which TBU is not known)" : "";
}

/* ---- the device itself ---- */

void rule_stall_on_pci(RULE)
{
	u32 i;

	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];

		if (!m->enabled || !m->can_stall || m->amba || !(m->pci || m->role == BOARD_ROLE_PCIE))
			continue;
		blame(finding_add(f, rule, &m->stall_at,
				  "%s may stall, but a PCI transaction has to end before a time limit",
				  m->pci ? "a PCI function" : "a PCI host"),
		      i, BOARD_NONE, "delete dma-can-stall; a PCI device asks for pages with PRI");
	}
}

void rule_stall_unsupported(RULE)
{
	u32 s;

	for_each_of(m, b->master, b->n_masters) {
		for (s = 0; m->enabled && m->can_stall && s < m->n_streams; s++) {
			const struct board_iommu *u = &b->iommu[m->stream[s].iommu];

			if (u->stall != BOARD_STALL_NONE || !u->enabled)
				continue;
			finding_add(f, rule, &m->stall_at,
				    "%s (%s) has no stalls: faults of this device are terminated", u->at.path,
				    board_model_names[u->model])
				->change = "delete dma-can-stall, or put the device behind an IOMMU that can stall";
			break;
		}
	}
}

void rule_forced_stall(RULE)
{
	u32 i, k;

	for (i = 0; i < b->n_iommus; i++) {
		if (b->iommu[i].stall != BOARD_STALL_FORCED || !b->iommu[i].enabled)
			continue;
		for (k = 0; k < b->n_masters; k++) {
			const struct board_master *m = &b->master[k];

			if (!m->enabled || !master_uses(b, m, i) || !(m->ats || m->pci || m->role == BOARD_ROLE_PCIE))
				continue;
			blame(finding_add(f, rule, &m->at, "%s forces stalls on everything behind it, and %s is",
					  b->iommu[i].at.path, m->ats ? "a device with ATS" : "PCI"),
			      BOARD_NONE, k, "put PCI behind an IOMMU whose STALL_MODEL is not forced");
		}
	}
}

/* An ID with a mask is one stream of Linux's (fwspec); only the driver for SMMUv3 asks for their number. */
void rule_many_streams(RULE)
{
	u32 s, n;

	for_each_of(m, b->master, b->n_masters) {
		for (s = n = 0; s < m->n_streams; s++)
			n += b->iommu[m->stream[s].iommu].model == BOARD_SMMUV3;
		if (master_stalls(b, m) && m->can_stall && n > 1)
			finding_add(f, rule, &m->stream[0].at,
				    "it has %u StreamIDs: Linux enables page faults for devices with one alone", n)
				->change = "give the part that shares address spaces a node and a StreamID of its own";
	}
}

void rule_stall_with_ats(RULE)
{
	u32 i;

	for (i = 0; i < b->n_masters; i++) {
		const struct board_master *m = &b->master[i];
		bool host = m->pci && m->parent != BOARD_NONE && !m->amba && b->master[m->parent].ats;

		if (!m->enabled || !m->can_stall || !(m->ats || m->pri || host))
			continue;
		blame(finding_add(f, rule, &m->stall_at,
				  "its faults may stall, and %s %s: a device has the one way to ask for a page or the "
				  "other",
				  host ? "its host" : "it", m->pri ? "has page requests" : "supports ATS"),
		      i, BOARD_NONE, "delete dma-can-stall");
	}
}

/* ---- PASIDs ---- */

void rule_pasid_width(RULE)
{
	u32 s;

	for_each_of(m, b->master, b->n_masters) {
		if (!m->enabled || m->pasid_bits == BOARD_NONE || m->pasid_bits > PASID_BITS_MAX)
			continue;
		for (s = 0; s < b->n_iommus; s++) {
			const struct board_iommu *u = &b->iommu[s];

			if (m->pci || !master_uses(b, m, s) || u->ssid_bits == BOARD_NONE ||
			    m->pasid_bits <= u->ssid_bits)
				continue;
			if (u->ssid_bits)
				finding_add(f, rule, &m->pasid_at,
					    "%u bits, but %s has SubstreamIDs of %u: the rest cannot be used",
					    m->pasid_bits, u->at.path, u->ssid_bits)
					->change = "write the smaller number";
			else
				finding_add(f, rule, &m->pasid_at,
					    "%s (%s) has no SubstreamIDs: the property has no effect", u->at.path,
					    board_model_names[u->model])
					->change = "delete it";
			break;
		}
	}
}

void rule_pasid_count(RULE)
{
	for_each_of(m, b->master, b->n_masters) {
		u32 bits = 0;

		if (m->pasid_bits == BOARD_NONE || m->pasid_bits <= PASID_BITS_MAX)
			continue;
		while (1ull << bits < m->pasid_bits)
			bits++;
		if (b->acpi)
			finding_add(f, rule, &m->pasid_at, "%u bits: a PASID has at most %u", m->pasid_bits,
				    PASID_BITS_MAX);
		else
			finding_add(f, rule, &m->pasid_at,
				    "%u bits: a PASID has at most %u; %u PASIDs would be %u bits", m->pasid_bits,
				    PASID_BITS_MAX, m->pasid_bits, bits)
				->change = board_text(&f->keep, "write <%u>, if that many PASIDs are meant", bits);
	}
}

/* ---- whoever is behind the same TBU ---- */

void rule_outstanding(RULE)
{
	bool known;
	u64 sum;
	u32 i;

	for (i = 0; i < b->n_iommus; i++) {
		sum = outstanding(b, BOARD_NONE, i, &known);
		if (b->iommu[i].stall_max != BOARD_NONE && sum > b->iommu[i].stall_max)
			finding_add(f, rule, &b->iommu[i].at,
				    "%llu transactions can stall, %sSTALL_MAX is %u: the next ones wait in front of it",
				    (unsigned long long)sum, known ? "" : "or more; ", b->iommu[i].stall_max)
				->change = "let fewer devices stall, or limit what they have outstanding";
	}
	for (i = 0; i < b->n_tbus; i++) {
		struct board_at at = b->iommu[b->tbu[i].iommu].at;

		sum = outstanding(b, i, BOARD_NONE, &known);
		if (b->tbu[i].slots != BOARD_NONE && sum >= b->tbu[i].slots && sum)
			finding_add(f, rule, &at,
				    "TBU %s: %llu transactions can stall, it has %u slots: nobody behind it goes on",
				    b->tbu[i].name, (unsigned long long)sum, b->tbu[i].slots)
				->change = "limit what the devices have outstanding, or give them a TBU of their own";
	}
}

/* Adds a finding about @victim, who waits for @staller. */
static struct finding *behind(struct findings *f, const struct rule *rule, const struct board *b, u32 staller,
			      u32 victim, bool assumed, const char *text)
{
	u64 needed;
	u32 iommu;
	struct finding *n = finding_add(f, rule, &b->master[victim].at, "%s %s%s", text, b->master[staller].at.path,
					by_assumption(assumed));

	n->assumed = assumed;
	n->staller = staller;
	n->victim = victim;
	n->change = assumed ? "give it a TBU of its own, or show in a platform file that it has one"
			    : "give it a TBU of its own";
	if (input_of(b, &b->master[victim]) != BOARD_NONE &&
	    input_of(b, &b->master[victim]) == input_of(b, &b->master[staller]))
		n->change = "give it a way of its own to a TBU of its own";
	else if (room_by_stall_max(b, &b->master[staller], &iommu, &needed)) {
		n->assumed = true;
		n->text = board_text(&f->keep, "%s (assumed: STALL_MAX of %s is not known)", n->text,
				     b->iommu[iommu].at.path);
		n->change = board_text(&f->keep,
				       "show its STALL_MAX (--set %s:stall_max=N): from %llu on there is room for all",
				       b->iommu[iommu].at.path, (unsigned long long)needed);
	}
	return n;
}

void rule_pager(RULE)
{
	bool assumed = false;
	u32 i, v;

	for (i = 0; i < b->n_masters && !f->dropped; i++) {
		const struct board_master *m = &b->master[i];

		if (!master_stalls(b, m))
			continue;
		if (m->role == BOARD_ROLE_STORAGE) {
			struct finding *n =
				finding_add(f, rule, &m->at,
					    "it is storage and may stall: its faults may need itself to be answered");

			n->staller = n->victim = i;
			n->change = "delete dma-can-stall";
		}
		if (leaves_room(b, m))
			continue;
		for (v = 0; (v = next_behind(b, i, v, &assumed)) != BOARD_NONE; v++)
			if (b->master[v].role == BOARD_ROLE_STORAGE && !master_stalls(b, &b->master[v]))
				behind(f, rule, b, i, v, assumed,
				       "a pager reads from it to answer a fault, but its reads wait behind stalled "
				       "transactions of");
	}
}

/* Audio has periods of milliseconds; a display has lines of microseconds. */
void rule_realtime(RULE)
{
	bool assumed = false;
	u32 i, v;

	for (i = 0; i < b->n_masters && !f->dropped; i++) {
		if (!master_stalls(b, &b->master[i]) || leaves_room(b, &b->master[i]))
			continue;
		for (v = 0; (v = next_behind(b, i, v, &assumed)) != BOARD_NONE; v++) {
			const struct board_master *m = &b->master[v];
			struct finding *n;

			if (m->role != BOARD_ROLE_DISPLAY && m->role != BOARD_ROLE_AUDIO)
				continue;
			if (m->deadline_ns && b->fault_p999_ns && m->deadline_ns >= b->fault_p999_ns)
				continue;
			n = behind(f, rule, b, i, v, assumed,
				   "it starves for as long as a fault takes behind stalled transactions of");
			if (m->role == BOARD_ROLE_AUDIO && !(m->deadline_ns && b->fault_p999_ns))
				n->severity = FINDING_WARNING;
		}
	}
}

void rule_deadline(RULE)
{
	bool assumed = false;
	u32 i, v;

	for (i = 0; b->fault_p999_ns && i < b->n_masters && !f->dropped; i++) {
		const struct board_master *m = &b->master[i];

		if (!master_stalls(b, m))
			continue;
		if (m->deadline_ns && m->deadline_ns < b->fault_p999_ns) {
			struct finding *n = finding_add(
				f, rule, &m->at,
				"it may stall, and gives up after %llu ns; a fault takes %llu ns (99.9th percentile)",
				(unsigned long long)m->deadline_ns, (unsigned long long)b->fault_p999_ns);

			n->staller = i;
			n->change = "delete dma-can-stall, or raise the device's time-out";
		}
		if (leaves_room(b, m))
			continue;
		for (v = 0; (v = next_behind(b, i, v, &assumed)) != BOARD_NONE; v++) {
			const struct board_master *w = &b->master[v];

			if (w->deadline_ns && w->deadline_ns < b->fault_p999_ns && !master_stalls(b, w) &&
			    w->role != BOARD_ROLE_DISPLAY && w->role != BOARD_ROLE_AUDIO)
				behind(f, rule, b, i, v, assumed, "its time-out is shorter than a fault of");
		}
	}
}

void rule_pcie_path(RULE)
{
	bool assumed = false;
	u32 i, v;

	for (i = 0; i < b->n_masters && !f->dropped; i++) {
		const struct board_master *m = &b->master[i];

		if (!master_stalls(b, m) || m->pci || m->role == BOARD_ROLE_PCIE || leaves_room(b, m))
			continue;
		for (v = 0; (v = next_behind(b, i, v, &assumed)) != BOARD_NONE; v++)
			if (b->master[v].role == BOARD_ROLE_PCIE)
				behind(f, rule, b, i, v, assumed,
				       "PCIe must not wait for software, but its input buffers fill up behind stalled "
				       "transactions of");
	}
}

static void add_shared_stall(struct findings *f, const struct rule *rule, const struct board *b,
			     const struct board_at *at, u64 id, u32 staller, u32 victim)
{
	blame(finding_add(f, rule, at, "it may not stall, but has StreamID 0x%llx in common with %s, which may",
			  (unsigned long long)id, b->master[staller].at.path),
	      staller, victim, "give it a StreamID of its own");
}

/* Who has a stream of @staller's, by itself or, as a host, for one of its functions. */
static void check_shared_stall(struct findings *f, const struct rule *rule, const struct board *b, u32 staller,
			       const struct board_stream *s)
{
	u32 k, t;
	u64 id;

	for (k = 0; k < b->n_masters; k++) {
		const struct board_master *o = &b->master[k];

		if (k == staller || !o->enabled || o->can_stall)
			continue;
		for (t = 0; t < o->n_streams; t++)
			if (board_streams_overlap(s, &o->stream[t]))
				add_shared_stall(f, rule, b, &o->stream[t].at, o->stream[t].id, staller, k);
		for (t = 0; t < o->n_maps; t++)
			if (stream_in_map(s, o, &o->map[t], &id))
				add_shared_stall(f, rule, b, &o->map[t].at, id, staller, k);
	}
}

void rule_shared_stall(RULE)
{
	u32 i, s;

	for (i = 0; i < b->n_masters && !f->dropped; i++)
		for (s = 0; b->master[i].can_stall && master_stalls(b, &b->master[i]) && s < b->master[i].n_streams;
		     s++)
			check_shared_stall(f, rule, b, i, &b->master[i].stream[s]);
}

/* ---- what software makes of it ---- */

void rule_smmuv2_unread(RULE)
{
	u32 s;

	for_each_of(m, b->master, b->n_masters) {
		for (s = 0; m->enabled && m->can_stall && s < m->n_streams; s++) {
			if (b->iommu[m->stream[s].iommu].model != BOARD_SMMUV2)
				continue;
			finding_add(f, rule, &m->stall_at,
				    "%s is an SMMUv2, whose banks can stall, but Linux's driver does not read the "
				    "property: "
				    "whatever else is found about stalls of this device concerns a system that sets "
				    "SMMU_CBn_SCTLR.CFCFG",
				    b->iommu[m->stream[s].iommu].at.path)
				->change = "delete dma-can-stall if Linux's own driver runs there";
			break;
		}
	}
}

void rule_quirk(RULE)
{
	for_each_of(m, b->master, b->n_masters) {
		if (!m->amba || m->can_stall || !m->enabled)
			continue;
		finding_add(f, rule, &m->at,
			    "it looks like PCI, sits on the AMBA bus and may stall; only a quirk of Linux says so, "
			    "which must run before the IOMMU's driver sees the device")
			->change = b->acpi ? "use a kernel that runs quirk_huawei_pcie_sva() as a header fixup"
					   : "put dma-can-stall into the function's own node";
	}
}

void rule_pri_without_ats(RULE)
{
	for_each_of(m, b->master, b->n_masters)
		if (m->enabled && m->pri && !m->ats)
			finding_add(f, rule, &m->at,
				    "it supports PRI but not ATS: no device can use the pages that it asks for")
				->change = "set the ATS attribute, or clear PRI";
}
