// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What masters in a device tree refer to, in either direction: IOMMUs and StreamIDs, and the TBUs in between. */
#include "dt_reader_priv.h"
#include "find.h"

/* More cells than any binding has. */
#define MAX_CELLS 8
/* Each is compared with every master. */
#define MAX_TBUS  1024

/* The IOMMU that a phandle names, or BOARD_NONE after the reason has been noted. */
static u32 find_iommu(struct dt_reader *r, u32 node, const char *property, u32 phandle)
{
	bool twice = false;
	struct board_at a = dt_at(r, node, property);
	u32 target = dt_find_phandle(r->t, phandle, &twice), iommu;

	if (target == BOARD_NONE) {
		board_add_defect(r->b, &a, BOARD_BAD_PHANDLE, "no node has the phandle 0x%x", phandle);
		return BOARD_NONE;
	}
	if (twice)
		board_add_defect(r->b, &a, BOARD_BAD_PHANDLE, "several nodes have the phandle 0x%x", phandle);
	iommu = r->iommu_of[target];
	if (iommu == BOARD_NONE || r->b->iommu[iommu].cells == BOARD_NONE) {
		char path[DT_MAX_PATH];

		board_add_defect(r->b, &a, BOARD_NO_CELLS, "%.200s has no #iommu-cells", dt_path(r->t, target, path));
	}
	return iommu;
}

/* A specifier as the IOMMU's binding defines it: of an SMMUv2 ID and mask. */
static void add_stream(struct dt_reader *r, struct board_master *m, struct board_at a, u32 iommu, const void *cells,
		       u32 n)
{
	const struct board_iommu *i = &r->b->iommu[iommu];
	struct board_stream *s = board_add_stream(r->b, m);

	if (!s)
		return;
	s->at = a;
	s->iommu = iommu;
	s->id = n ? dt_cell(cells, 0) : 0;
	if (i->model == BOARD_SMMUV2)
		s->mask = n > 1 ? dt_cell(cells, 1) : i->match_mask;
}

static void read_iommus(struct dt_reader *r, u32 node, struct board_master *m)
{
	u32 len, pos = 0, iommu, n;
	const u8 *p = dt_prop(r->t, node, "iommus", &len);

	if (!p)
		return;
	if (!len || len % 4) {
		dt_defect(r, node, "iommus", BOARD_BAD_CELLS, "its length is not a number of cells");
		return;
	}
	while (pos < len / 4) {
		u32 phandle = dt_cell(p, pos++);

		if (!phandle && pos < len / 4)
			dt_defect(r, node, "iommus", BOARD_NO_EFFECT,
				  "Linux ends at its empty phandle: what stands behind that is not read");
		if (!phandle) /* of_parse_phandle_with_args() has -ENOENT for it */
			return;
		iommu = find_iommu(r, node, "iommus", phandle);
		if (iommu == BOARD_NONE || r->b->iommu[iommu].cells == BOARD_NONE)
			return; /* nobody knows where the next one begins */
		n = r->b->iommu[iommu].cells;
		if (n > MAX_CELLS || n > len / 4 - pos) {
			dt_defect(r, node, "iommus", BOARD_BAD_CELLS,
				  "a specifier has fewer cells than #iommu-cells says");
			return;
		}
		add_stream(r, m, dt_at(r, node, "iommus"), iommu, p + 4 * pos, n);
		pos += n;
	}
}

/* ---- iommu-map ---- */

/* Cells that a specifier of a phandle has; without the property, or without the node, it is one. */
static u32 cells_of(struct dt_reader *r, u32 phandle)
{
	bool twice = false;
	u32 target = dt_find_phandle(r->t, phandle, &twice), cells = 1;

	if (target != BOARD_NONE)
		dt_u32(r->t, target, "#iommu-cells", &cells);
	return cells;
}

static bool known_phandle(struct dt_reader *r, u32 phandle)
{
	bool twice = false;

	return dt_find_phandle(r->t, phandle, &twice) != BOARD_NONE;
}

/* Every entry is (RID base, phandle, one cell, length): @n cells of it. */
static bool fits_four(struct dt_reader *r, const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n && !(n % 4); i += 4)
		if (!known_phandle(r, dt_cell(p, i + 1)))
			return false;
	return !(n % 4);
}

/* Every entry has as many cells as its target's #iommu-cells asks for. */
static bool fits_targets(struct dt_reader *r, const u8 *p, u32 n)
{
	u32 i = 0, cells;

	while (i < n) {
		if (n - i < 4 || !known_phandle(r, dt_cell(p, i + 1)))
			return false;
		cells = cells_of(r, dt_cell(p, i + 1));
		if (cells > MAX_CELLS || cells + 3 > n - i)
			return false;
		i += cells + 3;
	}
	return true;
}

/*
 * Trees of four cells an entry although #iommu-cells is 2 are common, because kernels took every map for such a one. Those
 * that follow the binding still do where all entries name one IOMMU and have length 1 (Linux, of_check_bad_map()).
 */
static bool four_by_custom(const u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n && !(n % 4); i += 4)
		if (dt_cell(p, i + 1) != dt_cell(p, 1) || dt_cell(p, i + 3) != 1)
			return false;
	return !(n % 4);
}

/* Cells of an entry's output if all entries are alike in it; 0: each as its target says. */
static u32 output_cells(struct dt_reader *r, u32 node, const u8 *p, u32 n)
{
	if (n >= 4 && cells_of(r, dt_cell(p, 1)) == 2 && four_by_custom(p, n))
		return 1;
	if (fits_targets(r, p, n))
		return 0;
	if (n >= 4 && known_phandle(r, dt_cell(p, 1)) && cells_of(r, dt_cell(p, 1)) != 1 && fits_four(r, p, n))
		dt_defect(r, node, "iommu-map", BOARD_BAD_CELLS,
			  "its entries have one cell for a StreamID where the IOMMU's #iommu-cells says more: only old "
			  "kernels read that");
	return 1;
}

/* An entry that begins at @p; NULL: there is no room for more. */
static struct board_map *add_entry(struct dt_reader *r, u32 node, struct board_master *m, const u8 *p, u32 cells)
{
	u32 iommu = find_iommu(r, node, "iommu-map", dt_cell(p, 1));
	struct board_map *map = board_add_map(r->b, m);

	if (!map)
		return NULL;
	map->at = dt_at(r, node, "iommu-map");
	map->rid = dt_cell(p, 0);
	map->iommu = iommu;
	map->id = cells ? dt_cell(p, 2) : 0;
	map->length = dt_cell(p, 2 + cells);
	if (iommu != BOARD_NONE && r->b->iommu[iommu].model == BOARD_SMMUV2)
		map->mask = cells > 1 ? dt_cell(p, 3) : r->b->iommu[iommu].match_mask;
	if (!map->length)
		dt_defect(r, node, "iommu-map", BOARD_NO_EFFECT,
			  "an entry has length 0, unless a boot loader fills it in");
	if (cells > 1 && map->length > 1)
		dt_defect(r, node, "iommu-map", BOARD_BAD_CELLS,
			  "an entry with two cells for a StreamID has a length over 1: which StreamIDs follow is not "
			  "defined, and no kernel translates them");
	return map;
}

static void read_map(struct dt_reader *r, u32 node, struct board_master *m)
{
	u32 len, i, n, cells, all;
	const u8 *p = dt_prop(r->t, node, "iommu-map", &len);

	if (!p)
		return;
	m->has_map = true;
	n = len / 4;
	all = len % 4 ? 1 : output_cells(r, node, p, n);
	if (!len || len % 4 || (all && n % 4)) {
		dt_defect(r, node, "iommu-map", BOARD_BAD_CELLS,
			  "its length is not a multiple of four cells, or of what #iommu-cells of its IOMMUs makes it");
		return;
	}
	for (i = 0; i < n; i += cells + 3) {
		cells = all ? all : cells_of(r, dt_cell(p, i + 1));
		if (!add_entry(r, node, m, p + 4 * (size_t)i, cells))
			return;
	}
}

static void read_mask(struct dt_reader *r, u32 node, struct board_master *m)
{
	u32 len;

	if (!dt_prop(r->t, node, "iommu-map-mask", &len))
		return;
	m->has_mask = true;
	if (!dt_u32(r->t, node, "iommu-map-mask", &m->map_mask))
		dt_defect(r, node, "iommu-map-mask", BOARD_BAD_CELLS, "it is not one cell");
	if (!m->has_map)
		dt_defect(r, node, "iommu-map-mask", BOARD_NO_EFFECT, "there is no iommu-map beside it");
}

void dt_read_references(struct dt_reader *r, u32 node, struct board_master *m)
{
	read_iommus(r, node, m);
	read_map(r, node, m);
	read_mask(r, node, m);
}

/* ---- mmu-masters (arm,smmu.txt before #iommu-cells: deprecated, and Linux still reads it) ---- */

/* A defect of the list, about a node of it. */
static void legacy_defect(struct dt_reader *r, u32 smmu, enum board_defect_kind kind, u32 node, const char *text)
{
	struct board_at a = dt_at(r, smmu, "mmu-masters");
	char path[DT_MAX_PATH];

	board_add_defect(r->b, &a, kind, "%.200s %s", dt_path(r->t, node, path), text);
}

/* The next (phandle, StreamIDs) from cell *@pos on; @node receives whom it names, BOARD_NONE after a defect. */
static u32 next_legacy(struct dt_reader *r, u32 smmu, const u8 *p, u32 n, u32 *pos, u32 *node)
{
	u32 ids = BOARD_NONE;
	bool twice = false;

	*node = dt_find_phandle(r->t, dt_cell(p, (*pos)++), &twice);
	if (*node == BOARD_NONE)
		dt_defect(r, smmu, "mmu-masters", BOARD_BAD_PHANDLE, "no node has a phandle of it");
	else if (twice)
		legacy_defect(r, smmu, BOARD_BAD_PHANDLE, *node, "has a phandle that another node has, too");
	if (*node == BOARD_NONE)
		return 0;
	if (!dt_u32(r->t, *node, "#stream-id-cells", &ids))
		legacy_defect(r, smmu, BOARD_BAD_CELLS, *node, "has no #stream-id-cells");
	else if (ids > n - *pos)
		legacy_defect(r, smmu, BOARD_BAD_CELLS, *node,
			      "has fewer StreamIDs there than its #stream-id-cells says");
	else
		return ids;
	*node = BOARD_NONE; /* nobody knows where the next one begins */
	return 0;
}

/* A master that is named a second time keeps what it has from the first, as with Linux. */
static void find_legacy_of(struct dt_reader *r, u32 smmu, const u8 *p, u32 n)
{
	u32 pos = 0, node, ids;

	while (pos < n && !r->b->too_many) {
		ids = next_legacy(r, smmu, p, n, &pos, &node);
		if (node == BOARD_NONE)
			return;
		if (r->legacy_of[node] == BOARD_NONE)
			r->legacy_of[node] = smmu;
		else
			legacy_defect(r, smmu, BOARD_NO_EFFECT, node, "is named twice: the first time counts");
		pos += ids;
	}
}

static const u8 *legacy_list(struct dt_reader *r, u32 node, u32 *n)
{
	u32 len;
	const u8 *p = r->iommu_of[node] == BOARD_NONE ? NULL : dt_prop(r->t, node, "mmu-masters", &len);

	*n = p ? len / 4 : 0; /* bytes over are no cell, as of_phandle_iterator_init() has it */
	return p && r->b->iommu[r->iommu_of[node]].model == BOARD_SMMUV2 ? p : NULL;
}

void dt_find_legacy(struct dt_reader *r)
{
	u32 node, n, lists = 0, smmus = 0;
	const u8 *p;

	for (node = 0; node < r->t->n_nodes; node++)
		smmus += r->iommu_of[node] != BOARD_NONE && r->b->iommu[r->iommu_of[node]].model == BOARD_SMMUV2 &&
			 r->b->iommu[r->iommu_of[node]].enabled && !legacy_list(r, node, &n);
	for (node = 0; node < r->t->n_nodes; node++) {
		u32 len;

		p = legacy_list(r, node, &n);
		if (p)
			find_legacy_of(r, node, p, n);
		else if (r->iommu_of[node] != BOARD_NONE && dt_prop(r->t, node, "mmu-masters", &len))
			dt_defect(r, node, "mmu-masters", BOARD_NO_EFFECT, "only an SMMUv2 has it");
		if (p && smmus && !lists++)
			dt_defect(
				r, node, "mmu-masters", BOARD_NO_EFFECT,
				"other SMMUs of the board have none: Linux serves one binding, that of the SMMU which "
				"it sees first");
	}
}

/* A master's StreamIDs are its own, in another's property. */
static struct board_at legacy_at(struct dt_reader *r, u32 smmu, const struct board_master *m)
{
	struct board_at a = dt_at(r, smmu, "mmu-masters");

	a.path = m->at.path;
	return a;
}

/* Linux takes the requester IDs of PCI functions for their StreamIDs, whatever the list says. */
static void add_legacy_host(struct dt_reader *r, struct board_master *m, u32 smmu)
{
	struct board_map *map = board_add_map(r->b, m);

	if (!map)
		return;
	m->has_map = true;
	map->at = legacy_at(r, smmu, m);
	map->iommu = r->iommu_of[smmu];
	map->length = 0x10000;
}

static void read_legacy_of(struct dt_reader *r, u32 smmu, const u8 *p, u32 n)
{
	u32 pos = 0, node, ids, i, len;
	bool twice;

	while (pos < n && !r->b->too_many && !r->b->no_memory) {
		struct board_master *m;

		node = dt_find_phandle(r->t, dt_cell(p, pos++), &twice);
		if (node == BOARD_NONE || !dt_u32(r->t, node, "#stream-id-cells", &ids) || ids > n - pos)
			return;
		m = r->legacy_of[node] == smmu && r->master_of[node] != BOARD_NONE ? &r->b->master[r->master_of[node]]
										   : NULL;
		r->legacy_of[node] = m ? BOARD_NONE : r->legacy_of[node];
		if (m && m->host && !dt_prop(r->t, node, "iommu-map", &len))
			add_legacy_host(r, m, smmu);
		for (i = 0; m && !m->host && i < ids; i++) {
			struct board_stream *s = board_add_stream(r->b, m);

			if (!s)
				return;
			*s = (struct board_stream){ legacy_at(r, smmu, m), r->iommu_of[smmu], dt_cell(p, pos + i), 0 };
		}
		pos += ids;
	}
}

void dt_read_legacy(struct dt_reader *r)
{
	u32 node, n;
	const u8 *p;

	for (node = 0; node < r->t->n_nodes; node++) {
		p = legacy_list(r, node, &n);
		if (p)
			read_legacy_of(r, node, p, n);
	}
}

/* ---- TBUs: qcom,stream-id-range = <[SMMU] first number>, without the SMMU in a child of it ---- */

static u32 tbu_smmu(struct dt_reader *r, u32 node, const void *p, u32 len)
{
	u32 smmu;
	bool twice;

	if (len != 8 && len != 12) {
		dt_defect(r, node, "qcom,stream-id-range", BOARD_BAD_CELLS,
			  "it is no first StreamID and number of them");
		return BOARD_NONE;
	}
	smmu = len == 8 ? r->t->node[node].parent : dt_find_phandle(r->t, dt_cell(p, 0), &twice);
	if (smmu != BOARD_NONE && r->iommu_of[smmu] != BOARD_NONE)
		return r->iommu_of[smmu];
	dt_defect(r, node, "qcom,stream-id-range", len == 8 ? BOARD_NO_EFFECT : BOARD_BAD_PHANDLE,
		  len == 8 ? "it names no SMMU, and is in none" : "no SMMU has its phandle");
	return BOARD_NONE;
}

static bool in_range(u32 iommu, u64 first, u64 last, const struct board_tbu *t, u64 from, u64 n)
{
	return iommu == t->iommu && first >= from && last < from + n;
}

/* All of its StreamIDs are of the range; those of a host are its functions'. */
static bool is_behind(const struct board_master *m, const struct board_tbu *t, u64 from, u64 n)
{
	u32 i;

	for (i = 0; i < m->n_streams; i++)
		if (!in_range(m->stream[i].iommu, m->stream[i].id & ~m->stream[i].mask,
			      m->stream[i].id | m->stream[i].mask, t, from, n))
			return false;
	for (i = 0; i < m->n_maps; i++)
		if (!in_range(m->map[i].iommu, m->map[i].id & ~m->map[i].mask,
			      (m->map[i].id | m->map[i].mask) + max(m->map[i].length, 1ull) - 1, t, from, n))
			return false;
	return m->n_streams || m->n_maps;
}

static void read_tbu(struct dt_reader *r, u32 node)
{
	u32 len, iommu;
	const u8 *p = dt_prop(r->t, node, "qcom,stream-id-range", &len);
	char path[DT_MAX_PATH];
	struct board_tbu *t;

	iommu = p ? tbu_smmu(r, node, p, len) : BOARD_NONE;
	t = iommu == BOARD_NONE ? NULL : board_add_tbu(r->b);
	if (!t)
		return;
	t->name = board_text(r->b, "%s", dt_path(r->t, node, path));
	t->iommu = iommu;
	t->slots = BOARD_NONE;
	t->node = true;
	p += len - 8;
	for_each_of(m, r->b->master, r->b->n_masters)
		if (is_behind(m, t, dt_cell(p, 0), dt_cell(p, 1)))
			m->tbu = r->b->n_tbus - 1;
}

void dt_read_tbus(struct dt_reader *r)
{
	u32 node;

	for (node = 0; node < r->t->n_nodes && r->b->n_tbus < MAX_TBUS; node++)
		read_tbu(r, node);
}
