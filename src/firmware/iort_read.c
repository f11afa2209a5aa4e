// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The IO Remapping Table (Arm DEN 0049, revisions 0 to E.e): nodes by their offset, id mappings from one to the next.
 * A first pass checks every node; what refers to a node refers to its offset.
 */
#include "board_priv.h"
#include "board_read.h"
#include "find.h"
#include <ctype.h>
#include <stdio.h>

enum iort_type { IORT_ITS, IORT_NAMED, IORT_ROOT, IORT_SMMU, IORT_SMMUV3, IORT_PMCG, IORT_RMR, IORT_TYPES };

#define IORT_HEADER	48
#define IORT_NODE	16
#define IORT_MAPPING	20
#define IORT_SINGLE	0x1u
#define IORT_NC_STALL	0x1u
#define IORT_ATS	0x1u
#define IORT_PRI	0x2u
#define IORT_ROOT_PASID 35 /* length that has the PASID capabilities */

/* Bytes that a node of the type has at least, without mappings: revision 0 of each. */
static const struct {
	const char *name;
	u32 bytes;
} types[IORT_TYPES] = {
	[IORT_ITS] = { "ITS group", 20 },     [IORT_NAMED] = { "named component", 30 },
	[IORT_ROOT] = { "root complex", 32 }, [IORT_SMMU] = { "SMMU", 60 },
	[IORT_SMMUV3] = { "SMMUv3", 60 },     [IORT_PMCG] = { "PMCG", 32 },
	[IORT_RMR] = { "RMR", 28 },
};

struct node {
	u32 offset, length, type, revision, n_maps, maps; /* @maps: offset of the first in the table */
	u32 index;					  /* in the board, as IOMMU or master */
};

struct reader {
	struct board *b;
	const u8 *data;
	size_t size;
	struct node *node;
	u32 n_nodes;
	struct board_error *err;
};

static u32 u16_at(const struct reader *r, u32 offset)
{
	return r->data[offset] | (u32)r->data[offset + 1] << 8;
}

static u32 u32_at(const struct reader *r, u32 offset)
{
	return fl_get_le32(r->data + offset);
}

static int fails(struct reader *r, u32 offset, const char *reason)
{
	return board_fail(r->err, EINVAL, "%s: offset 0x%x: %s", r->b->file, offset, reason);
}

static struct board_at at(struct reader *r, const struct node *n, const char *path, const char *field)
{
	return (struct board_at){ .path = path, .property = field, .offset = n->offset };
}

/* ---- the table as a whole ---- */

static int check_header(struct reader *r)
{
	u32 i;
	u8 sum = 0;

	if (r->size < IORT_HEADER || memcmp(r->data, "IORT", 4))
		return fails(r, 0, "no IORT begins here");
	if (u32_at(r, 4) > r->size)
		return board_fail(r->err, EINVAL, "%s: offset 4: the table has %u bytes, the file %zu", r->b->file,
				  u32_at(r, 4), r->size);
	if (u32_at(r, 4) < IORT_HEADER)
		return fails(r, 4, "the table is shorter than its header");
	r->size = u32_at(r, 4);
	for (i = 0; i < r->size; i++)
		sum += r->data[i];
	if (sum)
		return fails(r, 9, "the checksum is wrong");
	if (u32_at(r, 40) < IORT_HEADER || u32_at(r, 40) > r->size)
		return fails(r, 40, "the nodes begin outside the table");
	return 0;
}

static int check_node(struct reader *r, struct node *n)
{
	u32 maps;

	if (n->type < IORT_TYPES && n->length < types[n->type].bytes)
		return board_fail(r->err, EINVAL, "%s: offset 0x%x: a node (%s) of %u bytes, which is too short",
				  r->b->file, n->offset, types[n->type].name, n->length);
	n->n_maps = u32_at(r, n->offset + 8);
	maps = u32_at(r, n->offset + 12);
	if (!n->n_maps)
		return 0;
	if (maps < IORT_NODE || maps > n->length || n->n_maps > (n->length - maps) / IORT_MAPPING)
		return fails(r, n->offset + 8, "the id mappings are not within the node");
	n->maps = n->offset + maps;
	return 0;
}

static int read_nodes(struct reader *r)
{
	u32 i, count = u32_at(r, 36), offset = u32_at(r, 40);
	int ret = 0;

	if (count > (r->size - IORT_HEADER) / IORT_NODE)
		return fails(r, 36, "there are more nodes than the table has room for");
	r->node = fl_zalloc((count + 1) * sizeof(*r->node));
	if (!r->node)
		return board_fail(r->err, ENOMEM, "%s: out of memory", r->b->file);
	for (i = 0; i < count && !ret; i++) {
		struct node *n = &r->node[r->n_nodes++];

		if (r->size - offset < IORT_NODE)
			return fails(r, offset, "the table ends before the last node");
		n->offset = offset;
		n->type = r->data[offset];
		n->length = u16_at(r, offset + 1);
		n->revision = r->data[offset + 3];
		n->index = BOARD_NONE;
		if (n->length < IORT_NODE || n->length > r->size - offset)
			return fails(r, offset + 1, "a node's length leads out of the table");
		ret = check_node(r, n);
		offset += n->length;
	}
	return ret;
}

/* The node at an offset, or NULL: a reference into the middle of a node is none. */
static struct node *find_node(struct reader *r, u32 offset)
{
	size_t low = FIND_SORTED(i, r->n_nodes, r->node[i].offset < offset);

	return low < r->n_nodes && r->node[low].offset == offset ? &r->node[low] : NULL;
}

/* ---- id mappings ---- */

struct mapping {
	u32 input, count, output, reference, flags; /* @count: number of IDs minus 1 */
	struct node *to;
	bool single;
};

/* Which types a node may map to, as bits. */
static u32 may_map_to(u32 type)
{
	static const u32 targets[IORT_TYPES] = {
		[IORT_NAMED] = 1u << IORT_ITS | 1u << IORT_SMMU | 1u << IORT_SMMUV3,
		[IORT_ROOT] = 1u << IORT_ITS | 1u << IORT_SMMU | 1u << IORT_SMMUV3,
		[IORT_SMMU] = 1u << IORT_ITS,
		[IORT_SMMUV3] = 1u << IORT_ITS,
		[IORT_PMCG] = 1u << IORT_ITS,
		[IORT_RMR] = 1u << IORT_SMMU | 1u << IORT_SMMUV3,
	};

	return type < IORT_TYPES ? targets[type] : 0;
}

/* False, after the reason has been noted, if the mapping leads nowhere. */
static bool read_mapping(struct reader *r, const struct node *n, const char *path, u32 i, struct mapping *m)
{
	u32 offset = n->maps + i * IORT_MAPPING;
	struct board_at a = at(r, n, path, "id mappings");

	m->input = u32_at(r, offset);
	m->count = u32_at(r, offset + 4);
	m->output = u32_at(r, offset + 8);
	m->reference = u32_at(r, offset + 12);
	m->flags = u32_at(r, offset + 16);
	m->single = m->flags & IORT_SINGLE;
	m->to = find_node(r, m->reference);
	if (!m->to)
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "mapping %u: no node begins at its output reference 0x%x",
				 i, m->reference);
	else if (m->to->type >= IORT_TYPES || !(may_map_to(n->type) & 1u << m->to->type))
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "mapping %u: a node (%s) cannot map to this one (%s)", i,
				 types[n->type].name, m->to->type < IORT_TYPES ? types[m->to->type].name : "unknown");
	else if (m->single && (n->type == IORT_SMMU || n->type == IORT_ITS))
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "mapping %u: a single mapping is not allowed here", i);
	else if (!m->single && m->count > BOARD_NONE - m->input)
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "mapping %u: 0x%x IDs from 0x%x on are more than 32 bits",
				 i, m->count, m->input);
	else
		return true;
	return false;
}

static bool is_smmu(const struct node *n)
{
	return n->type == IORT_SMMU || n->type == IORT_SMMUV3;
}

/* ---- nodes ---- */

static void add_smmu(struct reader *r, struct node *n)
{
	static const char *const v2[] = { "SMMUv1", "SMMUv2", "MMU-400", "MMU-500", "MMU-401", "Cavium ThunderX" };
	static const char *const v3[] = { "SMMUv3", "HiSilicon Hi161x", "Cavium CN99xx" };
	struct board_iommu *i = board_add_iommu(r->b);
	u32 model = u32_at(r, n->offset + (n->type == IORT_SMMU ? 32 : 40));
	const char *const *names = n->type == IORT_SMMU ? v2 : v3;
	u32 known = n->type == IORT_SMMU ? ARRAY_SIZE(v2) : ARRAY_SIZE(v3);

	if (!i)
		return;
	n->index = r->b->n_iommus - 1;
	i->at = at(r, n,
		   board_text(r->b, "%s@%llx", n->type == IORT_SMMU ? "smmu" : "smmuv3",
			      (unsigned long long)fl_get_le64(r->data + n->offset + 16)),
		   NULL);
	i->compatible = model < known ? names[model] : board_text(r->b, "model %u", model);
	i->model = n->type == IORT_SMMU ? BOARD_SMMUV2 : BOARD_SMMUV3;
	i->enabled = true;
	if (n->type == IORT_SMMU) {
		i->stall = BOARD_STALL_BOTH;
		i->ssid_bits = 0;
	}
}

/* Its ACPI path, which ends within the node, before the mappings. */
static const char *component_name(struct reader *r, const struct node *n)
{
	u32 end = n->n_maps && n->maps > n->offset + 29 ? n->maps : n->offset + n->length, i;
	const u8 *name = r->data + n->offset + 29;
	struct board_at a = at(r, n, board_text(r->b, "component@%x", n->offset), "device name");

	for (i = 0; n->offset + 29 + i < end && name[i]; i++)
		if (name[i] <= ' ' || name[i] >= 0x7f)
			break;
	if (i && n->offset + 29 + i < end && !name[i])
		return board_chars(r->b, name, i);
	board_add_defect(r->b, &a, BOARD_BAD_NAME, "the device name is no ACPI path that ends within the node");
	return a.path;
}

/* Memory access properties: cache coherency, hints, reserved, flags. */
static void read_memory_access(struct reader *r, const struct node *n, u32 offset, struct board_master *m)
{
	m->coherent = u32_at(r, offset) == 1;
	m->memory_flags = r->data[offset + 7] & 3;
	if (u32_at(r, offset) > 1) {
		struct board_at a = at(r, n, m->at.path, "cache coherency");

		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "its value is 0x%x, neither 0 nor 1", u32_at(r, offset));
	}
}

static void map_component(struct reader *r, const struct node *n, struct board_master *m)
{
	struct mapping map;
	u32 i;

	for (i = 0; i < n->n_maps; i++) {
		if (!read_mapping(r, n, m->at.path, i, &map) || !is_smmu(map.to))
			continue;
		if (map.single) {
			struct board_stream *s = board_add_stream(r->b, m);

			if (s)
				*s = (struct board_stream){ .at = at(r, n, m->at.path, "id mappings"),
							    .iommu = map.to->index,
							    .id = map.output };
		} else {
			struct board_map *s = board_add_map(r->b, m);

			m->host = m->has_map = true;
			if (s)
				*s = (struct board_map){ .at = at(r, n, m->at.path, "id mappings"),
							 .rid = map.input,
							 .length = (u64)map.count + 1,
							 .iommu = map.to->index,
							 .id = map.output };
		}
	}
}

/* The last segment of an ACPI path as device trees write names: "\\_SB.UFS0" is a ufs. */
static enum board_role component_role(const char *path)
{
	const char *last = strrchr(path, '.');
	char name[16];
	size_t i, n = 0;

	for (i = 0, last = last ? last + 1 : path; last[i] && n < sizeof(name) - 1; i++)
		name[n++] = (char)tolower((unsigned char)last[i]);
	while (n && ((name[n - 1] >= '0' && name[n - 1] <= '9') || name[n - 1] == '_'))
		n--;
	name[n] = 0;
	return board_guess_role(name, "");
}

static void add_component(struct reader *r, struct node *n)
{
	struct board_master *m = board_add_master(r->b);
	u32 flags = u32_at(r, n->offset + 16), bits = flags >> 1 & 0x1f;

	if (!m)
		return;
	n->index = r->b->n_masters - 1;
	m->at = at(r, n, component_name(r, n), NULL);
	m->role = component_role(m->at.path);
	read_memory_access(r, n, n->offset + 20, m);
	m->stall_at = m->pasid_at = at(r, n, m->at.path, "node flags");
	m->can_stall = flags & IORT_NC_STALL;
	m->pasid_bits = bits ? bits : BOARD_NONE;
	map_component(r, n, m);
	if (m->can_stall && !m->n_streams) {
		m->can_stall = false; /* Linux takes the flag for devices to which a mapping gives a StreamID */
		board_add_defect(r->b, &m->stall_at, BOARD_NO_EFFECT, "%s",
				 m->has_map ? "stall: no single mapping leads to an SMMU; ranges are for buses"
					    : "stall: no mapping leads to an SMMU");
	}
}

static void map_root(struct reader *r, const struct node *n, struct board_master *m)
{
	struct mapping map;
	u32 i;

	for (i = 0; i < n->n_maps; i++) {
		struct board_map *s;

		if (!read_mapping(r, n, m->at.path, i, &map) || !is_smmu(map.to))
			continue;
		m->has_map = true;
		s = board_add_map(r->b, m);
		if (s)
			*s = (struct board_map){ .at = at(r, n, m->at.path, "id mappings"),
						 .rid = map.input,
						 .length = (u64)map.count + 1,
						 .iommu = map.to->index,
						 .id = map.output,
						 .single = map.single };
	}
}

static void add_root(struct reader *r, struct node *n)
{
	struct board_master *m = board_add_master(r->b);
	u32 ats = u32_at(r, n->offset + 24);

	if (!m)
		return;
	n->index = r->b->n_masters - 1;
	m->segment = u32_at(r, n->offset + 28);
	m->at = at(r, n, board_text(r->b, "root-complex@%x/segment%u", n->offset, m->segment), NULL);
	m->pasid_at = at(r, n, m->at.path, "PASID capabilities");
	m->role = BOARD_ROLE_PCIE;
	m->host = true;
	read_memory_access(r, n, n->offset + 16, m);
	m->ats = ats & IORT_ATS;
	m->pri = ats & IORT_PRI;
	if (n->revision >= 4 && n->length >= IORT_ROOT_PASID)
		m->pasid_bits = u16_at(r, n->offset + 33) & 0x1f;
	map_root(r, n, m);
}

static void check_its(struct reader *r, const struct node *n)
{
	u32 count = u32_at(r, n->offset + 16);
	struct board_at a = at(r, n, board_text(r->b, "its@%x", n->offset), "identifiers");

	if (count > (n->length - types[IORT_ITS].bytes) / 4)
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "%u ITSs have no room in the node", count);
}

/* An SMMU, or a PMCG, which also refers to what it counts. */
static void check_maps(struct reader *r, struct node *n)
{
	const char *path = board_text(r->b, "%s@%x", types[n->type].name, n->offset);
	struct mapping map;
	u32 i;

	if (n->type == IORT_PMCG && !find_node(r, u32_at(r, n->offset + 28))) {
		struct board_at a = at(r, n, path, "node reference");

		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "no node begins at 0x%x", u32_at(r, n->offset + 28));
	}
	for (i = 0; i < n->n_maps; i++)
		read_mapping(r, n, path, i, &map);
}

/* Memory that a stream must be able to reach always: it belongs to whoever has the stream. */
static void add_rmr(struct reader *r, struct node *n)
{
	const char *path = board_text(r->b, "rmr@%x", n->offset);
	u32 i, k, s, count = u32_at(r, n->offset + 20), first = u32_at(r, n->offset + 24);
	struct board_at a = at(r, n, path, "memory ranges");
	struct mapping map;

	if (count && (first < types[IORT_RMR].bytes || first > n->length || count > (n->length - first) / 20))
		board_add_defect(r->b, &a, BOARD_BAD_MAPPING, "the memory ranges are not within the node");
	for (i = 0; i < n->n_maps; i++) {
		if (!read_mapping(r, n, path, i, &map))
			continue;
		for (k = 0; k < r->b->n_masters; k++)
			for (s = 0; s < r->b->master[k].n_streams; s++)
				if (r->b->master[k].stream[s].iommu == map.to->index &&
				    r->b->master[k].stream[s].id - map.output <= (map.single ? 0 : map.count))
					r->b->master[k].regions++;
	}
}

static void add_node(struct reader *r, struct node *n)
{
	struct board_at a;

	switch (n->type) {
	case IORT_NAMED:
		add_component(r, n);
		break;
	case IORT_ROOT:
		add_root(r, n);
		break;
	case IORT_SMMU:
	case IORT_SMMUV3:
	case IORT_PMCG:
		check_maps(r, n);
		break;
	case IORT_ITS:
		check_its(r, n);
		break;
	case IORT_RMR: /* once all streams are known */
		break;
	default:
		a = at(r, n, board_text(r->b, "node@%x", n->offset), NULL);
		board_add_defect(r->b, &a, BOARD_UNKNOWN_NODE, "its type is %u", n->type);
	}
}

int board_read_iort(struct board *b, const u8 *data, size_t size, struct board_error *err)
{
	struct reader r = { .b = b, .data = data, .size = size, .err = err };
	int ret = check_header(&r);
	u32 i;

	b->source = "IORT";
	b->model = "";
	b->acpi = true;
	if (!ret)
		ret = read_nodes(&r);
	for (i = 0; i < r.n_nodes && !ret; i++)
		if (is_smmu(&r.node[i]))
			add_smmu(&r, &r.node[i]);
	for (i = 0; i < r.n_nodes && !ret; i++)
		add_node(&r, &r.node[i]);
	for (i = 0; i < r.n_nodes && !ret; i++)
		if (r.node[i].type == IORT_RMR)
			add_rmr(&r, &r.node[i]);
	free(r.node);
	return ret;
}
