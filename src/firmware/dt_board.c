// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a device tree says about IOMMUs and masters, by the bindings that board.h names. */
#include "board_read.h"
#include "dt_board_priv.h"
#include "dt_reader_priv.h"
#include "find.h"
#include <libfdt.h>
#include <stdio.h>

struct board_at dt_at(struct dt_reader *r, u32 node, const char *property)
{
	char path[DT_MAX_PATH];
	struct board_at a = { .property = property, .offset = BOARD_NONE };
	const struct dt_line *line;

	a.path = board_name(r->b, dt_path(r->t, node, path));
	line = dt_line(&r->t->lines, path, property);
	if (line) {
		a.line = line->line;
		a.file = line->file;
	}
	return a;
}

void dt_defect(struct dt_reader *r, u32 node, const char *property, enum board_defect_kind kind, const char *text)
{
	struct board_at a = dt_at(r, node, property);

	board_add_defect(r->b, &a, kind, "%s", text);
}

/* ---- IOMMUs ---- */

/* The first row whose text is in a compatible string decides; "" is the end. */
static const struct {
	const char *compatible;
	enum board_model model;
} models[] = {
	{ "arm,smmu-v3", BOARD_SMMUV3 },	   { "hisilicon,hip07-smmu-v3", BOARD_SMMUV3 },
	{ "cavium,cn9900-smmu-v3", BOARD_SMMUV3 }, { "nvidia,tegra264-smmu", BOARD_SMMUV3 },
	{ "arm,smmu-v1", BOARD_SMMUV2 },	   { "arm,smmu-v2", BOARD_SMMUV2 },
	{ "arm,mmu-400", BOARD_SMMUV2 },	   { "arm,mmu-401", BOARD_SMMUV2 },
	{ "arm,mmu-500", BOARD_SMMUV2 },	   { "cavium,smmu-v2", BOARD_SMMUV2 },
	{ "nvidia,smmu-500", BOARD_SMMUV2 },	   { "marvell,ap806-smmu-500", BOARD_SMMUV2 },
	{ "qcom,smmu-v2", BOARD_SMMUV2 },	   { "qcom,smmu-500", BOARD_SMMUV2 },
	{ "virtio,pci-iommu", BOARD_VIRTIO },	   { "pci1af4,1057", BOARD_VIRTIO },
};

static bool has_compatible(const struct dt_tree *t, u32 node, const char *compatible)
{
	u32 len;
	const char *p = dt_prop(t, node, "compatible", &len);

	return p && fdt_stringlist_contains(p, (int)len, compatible);
}

static enum board_model model_of(const struct dt_tree *t, u32 node)
{
	for_each_of(e, models, ARRAY_SIZE(models))
		if (has_compatible(t, node, e->compatible))
			return e->model;
	return has_compatible(t, node, "virtio,mmio") ? BOARD_VIRTIO : BOARD_OTHER;
}

/* phys.hi of a PCI node's first address has bus, device and function in bits 23 to 8 (IEEE 1275 PCI 2.2.1.1). */
static u32 rid_of(const struct dt_tree *t, u32 node)
{
	u32 len;
	const void *reg = dt_prop(t, node, "reg", &len);

	return reg && len >= 20 ? dt_cell(reg, 0) >> 8 & 0xffff : BOARD_NONE;
}

static bool is_pci_bus(const struct dt_tree *t, u32 node)
{
	const char *type = dt_string(t, node, "device_type");

	return !strcmp(type, "pci") || !strcmp(type, "pciex");
}

static void add_iommu(struct dt_reader *r, u32 node, enum board_model model)
{
	struct board_iommu *i = board_add_iommu(r->b);
	u32 parent = r->t->node[node].parent;

	if (!i)
		return;
	r->iommu_of[node] = r->b->n_iommus - 1;
	i->at = dt_at(r, node, NULL);
	i->compatible = board_name(r->b, dt_string(r->t, node, "compatible"));
	i->model = model;
	i->enabled = r->t->node[node].enabled;
	dt_u32(r->t, node, "#iommu-cells", &i->cells);
	i->has_match_mask = dt_u32(r->t, node, "stream-match-mask", &i->match_mask);
	if (i->has_match_mask && (model != BOARD_SMMUV2 || i->cells != 1)) {
		dt_defect(r, node, "stream-match-mask", BOARD_NO_EFFECT,
			  "only an SMMUv2 with #iommu-cells of 1 reads stream-match-mask");
		i->match_mask = 0;
	}
	if (model == BOARD_SMMUV3 && i->cells != 1 && i->cells != BOARD_NONE)
		dt_defect(r, node, "#iommu-cells", BOARD_BAD_CELLS, "#iommu-cells of an SMMUv3 is 1");
	if (model == BOARD_SMMUV2 && i->cells != 1 && i->cells != 2 && i->cells != BOARD_NONE)
		dt_defect(r, node, "#iommu-cells", BOARD_BAD_CELLS, "#iommu-cells of an SMMUv2 is 1 or 2");
	if (model == BOARD_SMMUV3)
		return;
	i->stall = model == BOARD_SMMUV2 ? BOARD_STALL_BOTH : BOARD_STALL_NONE;
	i->ssid_bits = model == BOARD_SMMUV2 ? 0 : BOARD_NONE;
	if (parent != BOARD_NONE && is_pci_bus(r->t, parent))
		i->rid = rid_of(r->t, node);
}

static void add_iommus(struct dt_reader *r)
{
	u32 node, len;

	for (node = 0; node < r->t->n_nodes; node++) {
		enum board_model model = model_of(r->t, node);

		r->iommu_of[node] = r->master_of[node] = r->legacy_of[node] = BOARD_NONE;
		if (dt_prop(r->t, node, "#iommu-cells", &len) || model == BOARD_SMMUV2 || model == BOARD_SMMUV3)
			add_iommu(r, node, model);
	}
}

/* ---- masters ---- */

static bool flag(struct dt_reader *r, u32 node, const char *name)
{
	u32 len;

	return dt_prop(r->t, node, name, &len);
}

static void read_properties(struct dt_reader *r, u32 node, struct board_master *m)
{
	u32 len;

	m->can_stall = dt_prop(r->t, node, "dma-can-stall", &len);
	m->stall_value = m->can_stall && len;
	m->ats = flag(r, node, "ats-supported");
	m->coherent = flag(r, node, "dma-coherent");
	if (m->stall_value)
		dt_defect(r, node, "dma-can-stall", BOARD_BAD_BOOLEAN,
			  "it is a boolean: a value of 0 does not turn it off, deleting it does");
	m->stall_at = dt_at(r, node, "dma-can-stall");
	m->pasid_at = dt_at(r, node, "pasid-num-bits");
	m->mask_at = dt_at(r, node, "iommu-map-mask");
	if (flag(r, node, "pasid-num-bits") && !dt_u32(r->t, node, "pasid-num-bits", &m->pasid_bits))
		dt_defect(r, node, "pasid-num-bits", BOARD_BAD_CELLS, "it is not one cell");
	dt_read_references(r, node, m);
	if (m->pci && m->n_streams)
		dt_defect(r, node, "iommus", BOARD_NO_EFFECT,
			  "of a PCI function: its host's iommu-map is what is read");
	if (m->can_stall && !m->n_streams && !m->has_map && !m->pci && r->legacy_of[node] == BOARD_NONE)
		dt_defect(r, node, "dma-can-stall", BOARD_NO_EFFECT, "the device has no IOMMU (no iommus)");
	if (m->can_stall && !m->n_streams && m->has_map && !m->pci && !is_pci_bus(r->t, node)) {
		dt_defect(r, node, "dma-can-stall", BOARD_NO_EFFECT,
			  "of a bus: it has no StreamID of its own (iommus), and what is on it does not inherit it");
		m->can_stall = false;
	}
	if (m->pasid_bits != BOARD_NONE && !m->n_streams && !m->pci && r->legacy_of[node] == BOARD_NONE)
		dt_defect(r, node, "pasid-num-bits", BOARD_NO_EFFECT, "the device has no IOMMU (no iommus)");
	if (m->ats && (!m->host || (!m->has_map && r->legacy_of[node] == BOARD_NONE)))
		dt_defect(r, node, "ats-supported", BOARD_NO_EFFECT,
			  m->host ? "the host has no iommu-map: nothing behind it is translated"
				  : "only a PCI host's node has it");
}

/* "pci19e5,a250" and the like */
static void read_pci_name(struct dt_reader *r, u32 node, struct board_master *m)
{
	u32 len, pos = 0, vendor, device;
	const char *p = dt_prop(r->t, node, "compatible", &len);

	for (; p && pos < len && memchr(p + pos, 0, len - pos); pos += (u32)strlen(p + pos) + 1)
		if (sscanf(p + pos, "pci%4x,%4x", &vendor, &device) == 2)
			m->amba |= board_is_amba(vendor, device);
}

/* The nearest host above, if @node is a function on its buses. */
static u32 host_above(struct dt_reader *r, u32 node)
{
	u32 up = r->t->node[node].parent;

	for (; up != BOARD_NONE && is_pci_bus(r->t, up); up = r->t->node[up].parent)
		if (r->master_of[up] != BOARD_NONE && r->b->master[r->master_of[up]].host)
			return r->master_of[up];
	return BOARD_NONE;
}

static bool wanted(struct dt_reader *r, u32 node, u32 parent)
{
	static const char *const properties[] = { "iommus",	   "iommu-map",	     "iommu-map-mask",
						  "dma-can-stall", "pasid-num-bits", "ats-supported" };
	size_t i;

	if (parent != BOARD_NONE)
		return rid_of(r->t, node) != BOARD_NONE && r->iommu_of[node] == BOARD_NONE;
	for (i = 0; i < ARRAY_SIZE(properties); i++)
		if (flag(r, node, properties[i]))
			return true;
	return is_pci_bus(r->t, node) || r->legacy_of[node] != BOARD_NONE;
}

static void add_master(struct dt_reader *r, u32 node)
{
	u32 parent = host_above(r, node);
	struct board_master *m = wanted(r, node, parent) ? board_add_master(r->b) : NULL;

	if (!m)
		return;
	r->master_of[node] = r->b->n_masters - 1;
	m->at = dt_at(r, node, NULL);
	m->compatible = board_name(r->b, dt_string(r->t, node, "compatible"));
	m->enabled = r->t->node[node].enabled;
	m->parent = parent;
	m->pci = parent != BOARD_NONE;
	m->host = !m->pci && (is_pci_bus(r->t, node) || flag(r, node, "iommu-map"));
	m->role = !m->pci && is_pci_bus(r->t, node) ? BOARD_ROLE_PCIE
						    : board_guess_role(r->t->node[node].name, m->compatible);
	if (m->host)
		dt_u32(r->t, node, "linux,pci-domain", &m->segment);
	if (m->pci) {
		m->rid = rid_of(r->t, node);
		m->bridge = is_pci_bus(r->t, node);
		read_pci_name(r, node, m);
	}
	read_properties(r, node, m);
}

/* Whom the phandle of an entry of iommu-addresses names; BOARD_NONE: nobody. */
static u32 read_region(struct dt_reader *r, u32 node, u32 phandle)
{
	bool twice = false;
	u32 target = dt_find_phandle(r->t, phandle, &twice);

	if (target == BOARD_NONE)
		dt_defect(r, node, "iommu-addresses", BOARD_BAD_PHANDLE, "no node has its phandle");
	else if (r->master_of[target] != BOARD_NONE)
		r->b->master[r->master_of[target]].regions++;
	else
		dt_defect(r, node, "iommu-addresses", BOARD_NO_EFFECT, "the device that it names has no IOMMU");
	return target;
}

/* reserved-memory: iommu-addresses is a list of (phandle, address, size), in the cells of each device's bus. */
static void read_regions(struct dt_reader *r, u32 node)
{
	u32 len, pos = 0, target, address, size;
	const void *p = dt_prop(r->t, node, "iommu-addresses", &len);

	if (!p)
		return;
	if (len < 12 || len % 4) {
		dt_defect(r, node, "iommu-addresses", BOARD_BAD_CELLS, "it is no phandle, address and size");
		return;
	}
	while (pos < len / 4 && !r->b->too_many) {
		target = read_region(r, node, dt_cell(p, pos));
		if (target == BOARD_NONE || r->t->node[target].parent == BOARD_NONE)
			return; /* nobody knows where the next one begins */
		address = 2;
		size = 1; /* Devicetree Specification 2.3.5: what is assumed without the properties */
		dt_u32(r->t, r->t->node[target].parent, "#address-cells", &address);
		dt_u32(r->t, r->t->node[target].parent, "#size-cells", &size);
		if (address > 4 || size > 4)
			return;
		pos += 1 + address + size;
	}
}

/* Fills the board from the tree, and closes the tree. */
static void read_tree(struct board *b, struct dt_tree *t)
{
	struct dt_reader r = { .b = b, .t = t };
	u32 node;

	b->source = "device tree";
	r.iommu_of = malloc(t->n_nodes * sizeof(u32));
	r.master_of = malloc(t->n_nodes * sizeof(u32));
	r.legacy_of = malloc(t->n_nodes * sizeof(u32));
	if (r.iommu_of && r.master_of && r.legacy_of) {
		b->model = board_name(b, dt_string(t, 0, "model"));
		add_iommus(&r);
		dt_find_legacy(&r);
		for (node = 0; node < t->n_nodes; node++)
			add_master(&r, node);
		dt_read_legacy(&r);
		dt_read_tbus(&r);
		for (node = 0; node < t->n_nodes; node++)
			read_regions(&r, node);
	} else {
		b->no_memory = true;
	}
	free(r.iommu_of);
	free(r.master_of);
	free(r.legacy_of);
	dt_close(t);
}

int board_read_dt(struct board *b, const char *const *overlays, u32 n_overlays, struct board_error *err)
{
	struct dt_tree t;
	int ret = dt_open(&t, b, overlays, n_overlays, err);

	if (!ret)
		read_tree(b, &t);
	return ret;
}

int board_read_blob(struct board *b, const u8 *data, size_t size, struct board_error *err)
{
	struct dt_tree t;
	int ret = dt_open_blob(&t, b, data, size, err);

	if (!ret)
		read_tree(b, &t);
	return ret;
}
