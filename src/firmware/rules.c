// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of rules, and what runs it. */
#include "rules_priv.h"
#include "find.h"
#include "grow.h"
#include <stdarg.h>
#include <stdio.h>

const char *const finding_severity_names[FINDING_SEVERITIES] = { "error", "warning", "note" };

/* A rule keeps at most so many findings. */
#define MAX_OF_A_RULE 500

#define E FINDING_ERROR
#define W FINDING_WARNING
#define N FINDING_NOTE

const struct rule rules[] = {
	/* may this device stall? */
	{ "stall-on-pci", E, "a PCI device or host may stall", "iommu.txt: dma-can-stall; PCIe: Completion Timeout",
	  rule_stall_on_pci, 0, false },
	{ "stall-unsupported", W, "the IOMMU cannot stall: dma-can-stall has no effect",
	  "iommu.txt: dma-can-stall; IHI 0070: SMMU_IDR0.STALL_MODEL", rule_stall_unsupported, 0, false },
	{ "forced-stall", E, "forced stalls with PCI behind the IOMMU",
	  "IHI 0070: SMMU_IDR0.STALL_MODEL, 3.12.2 Stall model", rule_forced_stall, 0, false },
	{ "stall-many-streams", W, "a device that may stall has several StreamIDs",
	  "Linux arm-smmu-v3-sva.c: num_streams", rule_many_streams, 0, false },
	{ "stall-with-ats", E, "stalls together with ATS or PRI",
	  "iommu.txt: dma-can-stall; pci-host-generic: ats-supported; DEN 0049: ATS attribute", rule_stall_with_ats, 0,
	  false },
	{ "pasid-over-ssidsize", W, "more PASID bits than the IOMMU has",
	  "iommu.txt: pasid-num-bits; IHI 0070: SMMU_IDR1.SSIDSIZE", rule_pasid_width, 0, false },
	{ "pasid-count-for-bits", E, "a number of PASIDs where their bits belong", "iommu.txt: pasid-num-bits",
	  rule_pasid_count, 0, false },
	{ "stall-over-capacity", W, "more transactions can stall than there is room for",
	  "IHI 0070: SMMU_IDR5.STALL_MAX; iommu.txt: dma-can-stall", rule_outstanding, 0, false },
	{ "pager-behind-stall", E, "storage that a pager needs waits behind stalled transactions: deadlock",
	  "iommu.txt: dma-can-stall", rule_pager, 0, false },
	{ "realtime-behind-stall", E, "a real-time device waits behind stalled transactions",
	  "iommu.txt: dma-can-stall (back-pressure)", rule_realtime, 0, false },
	{ "deadline-under-fault", E, "a device gives up before a fault is over",
	  "iommu.txt: dma-can-stall (an indefinite amount of time)", rule_deadline, 0, false },
	{ "pcie-behind-stall", E, "a PCIe host waits behind stalled transactions",
	  "IHI 0070 3.12.2; PCIe: Completion Timeout", rule_pcie_path, 0, false },
	{ "stall-shared-stream", E, "a device that may not stall shares its stream with one that may",
	  "iommu.txt: dma-can-stall; IHI 0070: CD.S", rule_shared_stall, 0, true },
	{ "stall-smmuv2", W, "dma-can-stall behind an SMMUv2",
	  "Linux arm-smmu.c does not read it; IHI 0062: SMMU_CBn_SCTLR.CFCFG", rule_smmuv2_unread, 0, false },
	{ "quirk-before-attach", W, "a quirk must run before the IOMMU's driver sees the device",
	  "Linux drivers/pci/quirks.c: quirk_huawei_pcie_sva()", rule_quirk, 0, false },
	{ "pri-without-ats", W, "page requests without translation requests", "DEN 0049: ATS attribute; PCIe 10.4",
	  rule_pri_without_ats, 0, false },
	/* what simulation shows (stall_evidence.c) */
	{ "simulated-deadlock", E, "simulation ends in a deadlock", "iommu.txt: dma-can-stall; IHI 0070 3.12.2", NULL,
	  BOARD_DEFECTS, false },
	{ "simulated-starvation", E, "in simulation a device waits longer than it can",
	  "iommu.txt: dma-can-stall (back-pressure)", NULL, BOARD_DEFECTS, false },
	/* where does its DMA go? */
	{ "own-map-overlap", W, "a host's iommus and its own iommu-map name the same streams",
	  "pci-iommu.txt: iommu-map; arm,smmu.yaml: #iommu-cells", rule_own_map, 0, true },
	{ "mask-folds", W, "iommu-map-mask makes one stream of several functions", "pci-iommu.txt: iommu-map-mask",
	  rule_folds, 0, true },
	{ "map-base-outside-mask", E, "an entry's RID base has bits that iommu-map-mask ignores",
	  "pci-iommu.txt: iommu-map-mask; Linux of_map_id()", rule_base_outside_mask, 0, true },
	{ "map-longer-than-mask", W, "an entry is longer than requester IDs, or the mask, let it be",
	  "pci-iommu.txt: iommu-map, iommu-map-mask", rule_mask_length, 0, true },
	{ "map-overlap", E, "two entries have the same requester IDs",
	  "pci-iommu.txt: iommu-map; DEN 0049: ID mappings", rule_map_overlap, 0, true },
	{ "id-count-off-by-one", W, "an id count that is not the number of IDs minus one",
	  "DEN 0049: ID mappings, number of IDs", rule_off_by_one, 0, true },
	{ "not-translated", N, "requester IDs without an entry are not translated",
	  "pci-iommu.txt: iommu-map; DEN 0049: ID mappings", rule_hole, 0, true },
	{ "streamid-too-wide", E, "a StreamID that the IOMMU cannot have",
	  "IHI 0062: SMMU_SMRn.ID; IHI 0070: SMMU_IDR1.SIDSIZE", rule_sid_width, 0, true },
	{ "iommu-disabled", W, "the IOMMU's node is disabled", "iommu.txt: IOMMU master node", rule_iommu_disabled, 0,
	  true },
	{ "stream-shared", N, "devices share a stream: they cannot be isolated", "iommu.txt: IOMMU master node",
	  rule_shared, 0, true },
	{ "smr-conflict", E, "stream match entries overlap without one containing the other",
	  "IHI 0062: SMMU_SMRn (multiple matches); arm,smmu.yaml: #iommu-cells", rule_smr_conflict, 0, true },
	/* what a reader could not make sense of */
	{ "bad-cells", E, "a property has the wrong number of cells", "iommu.txt; pci-iommu.txt", NULL, BOARD_BAD_CELLS,
	  true },
	{ "bad-phandle", E, "a phandle that no node, or more than one, has", "Devicetree Specification 2.3.3", NULL,
	  BOARD_BAD_PHANDLE, true },
	{ "no-iommu-cells", E, "#iommu-cells is missing", "iommu.txt: IOMMU node, required properties", NULL,
	  BOARD_NO_CELLS, true },
	{ "no-effect", W, "a property that nothing reads where it is", "iommu.txt; pci-iommu.txt", NULL,
	  BOARD_NO_EFFECT, true },
	{ "boolean-with-value", W, "a boolean property has a value", "Devicetree Specification 2.2.4", NULL,
	  BOARD_BAD_BOOLEAN, false },
	{ "bad-mapping", E, "an id mapping that leads nowhere", "DEN 0049: ID mappings", NULL, BOARD_BAD_MAPPING,
	  true },
	{ "unknown-node", N, "a node whose type is not known", "DEN 0049: IORT nodes", NULL, BOARD_UNKNOWN_NODE, true },
	{ "bad-name", E, "a component without a name", "DEN 0049: named component", NULL, BOARD_BAD_NAME, true },
};

const u32 n_rules = ARRAY_SIZE(rules);

struct finding *finding_add(struct findings *f, const struct rule *rule, const struct board_at *at, const char *fmt,
			    ...)
{
	char text[700];
	struct finding *n;
	va_list ap;

	/* One stays free beyond the end: the scratch. */
	if (!GROW(f->finding, f->n + 1, f->room, 1))
		f->keep.no_memory = true;
	n = &f->finding[min(f->n, f->room - 1)];
	memset(n, 0, sizeof(*n));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n->rule = rule;
	n->severity = rule->severity;
	n->at = *at;
	n->text = board_text(&f->keep, "%s", text);
	n->change = "";
	n->staller = n->victim = BOARD_NONE;
	if (f->n >= MAX_OF_A_RULE && f->finding[f->n - MAX_OF_A_RULE].rule == rule)
		f->dropped++;
	else if (f->n + 1 < f->room)
		f->n++;
	return n;
}

void finding_assume(struct findings *f, const char *fmt, ...)
{
	char text[512];
	const char **more = realloc(f->assumption, (f->n_assumptions + 1) * sizeof(*more));
	va_list ap;

	if (!more) {
		f->keep.no_memory = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f->assumption = more;
	f->assumption[f->n_assumptions++] = board_text(&f->keep, "%s", text);
}

static void report_defects(struct findings *f, const struct rule *rule, const struct board *b)
{
	for_each_of(e, b->defect, b->n_defects)
		if (e->kind == rule->defect)
			finding_add(f, rule, &e->at, "%s", e->text);
}

/* What the rules on stalls had to suppose. Only a board on which something may stall has any. */
static void state_assumptions(struct findings *f, const struct board *b)
{
	bool said = false;
	u32 i;

	for (i = 0; i < b->n_masters && f->n_assumptions < 64; i++)
		if (b->master[i].enabled && b->master[i].pri && !b->master[i].pci && !b->master[i].host)
			finding_assume(f, "%s: it asks for pages with PRI: the device and its IOMMU have ATS and PRI",
				       b->master[i].at.path);
	for (i = 0; i < b->n_iommus && i < 64; i++) {
		const struct board_iommu *u = &b->iommu[i];
		bool stalls = false, tbu_unknown = false;

		for_each_of(m, b->master, b->n_masters) {
			if (!m->enabled || !master_uses(b, m, i))
				continue;
			tbu_unknown |= m->tbu == BOARD_NONE &&
				       (!m->pci || m->parent == BOARD_NONE || b->master[m->parent].tbu == BOARD_NONE);
			stalls |= master_stalls(b, m);
			if (master_stalls(b, m) && m->outstanding == BOARD_NONE && f->n_assumptions < 64)
				finding_assume(f,
					       "%s: how many transactions it has outstanding is unknown: compared with "
					       "nothing",
					       m->at.path);
		}
		if (!stalls)
			continue;
		if (u->stall == BOARD_STALL_UNKNOWN)
			finding_assume(f, "%s: STALL_MODEL is a register's: assumed to be both, not forced",
				       u->at.path);
		if (tbu_unknown)
			finding_assume(f, "%s: who sits behind which TBU is unknown: assumed to be one for all",
				       u->at.path);
		if (!b->fault_p999_ns && !said) {
			finding_assume(f, "the time of a fault is unknown: no deadline is compared with it");
			said = true;
		}
	}
}

int rules_check(struct findings *f, const struct board *b)
{
	memset(f, 0, sizeof(*f));
	f->room = 16;
	f->finding = malloc(f->room * sizeof(*f->finding));
	if (!f->finding)
		return -ENOMEM;
	for_each_of(r, rules, n_rules) {
		f->omitted += f->dropped;
		f->dropped = 0;
		(r->check ? r->check : report_defects)(f, r, b);
	}
	f->omitted += f->dropped;
	state_assumptions(f, b);
	if (!f->keep.no_memory)
		return 0;
	findings_free(f);
	return -ENOMEM;
}

void findings_free(struct findings *f)
{
	free(f->finding);
	free(f->assumption);
	board_free(&f->keep);
	memset(f, 0, sizeof(*f));
}

u32 findings_count(const struct findings *f, enum finding_severity severity)
{
	u32 i, n = 0;

	for (i = 0; i < f->n; i++)
		n += f->finding[i].severity == severity && !f->finding[i].waiver;
	return n;
}

const char *findings_summary(const struct findings *f, char text[128])
{
	u32 n[FINDING_SEVERITIES], s, i, waived = 0;
	char more[32] = "";

	for (s = 0; s < FINDING_SEVERITIES; s++)
		n[s] = findings_count(f, s);
	for (i = 0; i < f->n; i++)
		waived += !!f->finding[i].waiver;
	if (f->omitted)
		snprintf(more, sizeof(more), ", %u not listed", f->omitted);
	snprintf(text, 128, "%u error%s, %u warning%s, %u note%s, %u waived%s: %s", n[FINDING_ERROR],
		 n[FINDING_ERROR] == 1 ? "" : "s", n[FINDING_WARNING], n[FINDING_WARNING] == 1 ? "" : "s",
		 n[FINDING_NOTE], n[FINDING_NOTE] == 1 ? "" : "s", waived, more,
		 n[FINDING_ERROR] ? "unsafe" : "no error");
	return text;
}
