// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Entries of each format, as the specifications lay them out (Arm ARM D8.3, G5.4, G5.5; VT-d 9.7, 9.8). */
#include "pt_format.h"
#include "pt_vmsa.h"

#define ATTR_OF(prot) ((prot) >> 16 & 0x3f)
#define SH_OF(prot)   ((prot) >> 22 & 3)

static bool is_vmsa64(const struct pt_build *b)
{
	return b->cfg.format == PT_VMSA64_S1 || b->cfg.format == PT_VMSA64_S2;
}

static bool is_lpae(const struct pt_build *b)
{
	return b->cfg.format == PT_LPAE_S1 || b->cfg.format == PT_LPAE_S2;
}

static bool is_stage2(const struct pt_build *b)
{
	return b->cfg.format == PT_VMSA64_S2 || b->cfg.format == PT_LPAE_S2 || b->cfg.format == PT_VTD_SS;
}

static bool is_last(const struct pt_build *b, u8 depth)
{
	return depth == b->depth - 1;
}

/* Geometry ----------------------------------------------------------------- */

/* 52-bit addresses with small granules (TCR.DS) */
static bool wide(const struct pt_build *b)
{
	return is_vmsa64(b) && b->cfg.granule != 16 && (b->cfg.in_bits > 48 || b->cfg.out_bits > 48);
}

/* Initial level: stage 1 takes the deepest, stage 2 what was asked for. */
static int vmsa_root_level(const struct pt_build *b, s8 *level)
{
	const struct pt_build_cfg *c = &b->cfg;
	u8 stride = c->granule - 3, concatenated = is_stage2(b) ? 4 : 0;
	s8 l = c->stage2_level;
	u8 shift;

	if (!is_stage2(b) || l == PT_ANY_LEVEL)
		for (l = is_lpae(b) ? 2 : 3; l > -1 && c->in_bits > c->granule + (4 - l) * stride + concatenated;)
			l--;
	if (l < (wide(b) && c->granule == 12 ? -1 : 0) || l > 3)
		return -EINVAL;
	shift = c->granule + (3 - l) * stride;
	if (c->in_bits <= shift || c->in_bits > shift + stride + concatenated)
		return -EINVAL;
	*level = l;
	return 0;
}

static int vmsa_geometry(struct pt_build *b)
{
	struct pt_build_cfg *c = &b->cfg;
	u8 max = c->granule == 16 ? 52 : is_lpae(b) ? 40 : wide(b) ? 52 : 48;
	u8 stride, d;
	s8 level;

	if (is_lpae(b))
		c->granule = 12;
	if (c->granule != 12 && c->granule != 14 && c->granule != 16)
		return -EINVAL;
	if (c->in_bits > (c->format == PT_LPAE_S1 ? 32 : max) || c->in_bits < (is_lpae(b) ? 22 : 16) ||
	    c->out_bits > (is_lpae(b) ? 40 : 52))
		return -EINVAL;
	stride = c->granule - 3;
	if (vmsa_root_level(b, &level))
		return -EINVAL;
	b->root_level = level;
	b->depth = 4 - level;
	b->entry = 8;
	b->table_bytes = 1U << c->granule;
	b->valid = BIT_ULL(0);
	b->type = BIT_ULL(1);
	b->table_type = BIT_ULL(1);
	b->table_address = wide(b) || c->granule == 16 ? 0 : GENMASK_ULL(47, c->granule);
	for (d = 0; d < b->depth; d++, level++) {
		b->shift[d] = c->granule + (3 - level) * stride;
		b->bits[d] = d ? stride : c->in_bits - b->shift[0];
		b->group[d] = vmsa_contiguous(c->granule, level);
		if (level == 3 || vmsa_block(c->granule, level, wide(b), c->out_bits > 48))
			b->sizes |= BIT_ULL(b->shift[d]) | (c->page_sizes ? BIT_ULL(b->shift[d] + b->group[d]) : 0);
	}
	return 0;
}

static int short_geometry(struct pt_build *b)
{
	struct pt_build_cfg *c = &b->cfg;

	if (c->in_bits < 25 || c->in_bits > 32 || c->out_bits > 40)
		return -EINVAL;
	b->root_level = 1;
	b->depth = 2;
	b->entry = 4;
	b->table_bytes = 1024;
	b->valid = BIT_ULL(1) | BIT_ULL(0);
	b->type = b->valid;
	b->table_type = BIT_ULL(0);
	b->table_address = GENMASK_ULL(31, 10);
	b->shift[0] = 20;
	b->bits[0] = c->in_bits - 20;
	b->shift[1] = 12;
	b->bits[1] = 8;
	b->group[0] = 4;
	b->group[1] = 4;
	b->sizes = BIT_ULL(12) | BIT_ULL(20) | (c->page_sizes ? BIT_ULL(16) | BIT_ULL(24) : 0);
	return 0;
}

static int vtd_geometry(struct pt_build *b)
{
	struct pt_build_cfg *c = &b->cfg;
	u8 levels = (c->in_bits - 12) / 9, d;

	if (c->in_bits != 12 + 9 * levels || levels < (c->format == PT_VTD_FS ? 4 : 3) || levels > 5 ||
	    c->out_bits > 52)
		return -EINVAL;
	b->root_level = levels;
	b->depth = levels;
	b->entry = 8;
	b->table_bytes = 4096;
	b->valid = c->format == PT_VTD_FS ? BIT_ULL(0) : BIT_ULL(1) | BIT_ULL(0);
	b->type = BIT_ULL(7);
	b->table_address = GENMASK_ULL(51, 12);
	for (d = 0; d < levels; d++) {
		b->shift[d] = 12 + 9 * (levels - 1 - d);
		b->bits[d] = 9;
	}
	b->sizes = BIT_ULL(12) | BIT_ULL(21) | BIT_ULL(30);
	return 0;
}

int pt_format_geometry(struct pt_build *b)
{
	u32 bytes;
	int err;
	u8 d;

	if (b->cfg.format == PT_SHORT)
		err = short_geometry(b);
	else if (is_vmsa64(b) || is_lpae(b))
		err = vmsa_geometry(b);
	else
		err = vtd_geometry(b);
	if (err)
		return err;
	for (d = 0; d < b->depth; d++)
		b->mask[d] = (1U << b->bits[d]) - 1;
	if (b->cfg.page_sizes)
		b->sizes &= b->cfg.page_sizes;
	if (!(b->sizes & BIT_ULL(b->shift[b->depth - 1])))
		return -EINVAL; /* the smallest size is what alignment is measured by */
	bytes = (u32)b->entry << b->bits[0];
	b->root_bytes = max(bytes, 64U);
	return 0;
}

int pt_format_check(const struct pt_build *b, u32 prot)
{
	if (!(prot & (DRV_PROT_READ | DRV_PROT_WRITE | DRV_PROT_EXEC)))
		return -EINVAL;
	if (is_stage2(b) && (prot & (DRV_PROT_PRIV | PT_PROT_GLOBAL)))
		return -EINVAL;
	if ((prot & PT_PROT_DBM) && (!(prot & DRV_PROT_WRITE) || is_lpae(b) || b->cfg.format == PT_SHORT))
		return -EINVAL;
	return 0;
}

/* VMSA, 64-bit descriptors --------------------------------------------------- */

static u64 vmsa_put_address(const struct pt_build *b, u64 pa)
{
	u64 low = pa & GENMASK_ULL(47, 12);

	if (wide(b))
		return low | (pa & GENMASK_ULL(49, 48)) | (pa & GENMASK_ULL(51, 50)) >> 42;
	return low | (pa & GENMASK_ULL(51, 48)) >> 36;
}

static u64 vmsa_get_address(const struct pt_build *b, u64 desc, u8 low)
{
	u64 pa = desc & GENMASK_ULL(47, 12);

	if (wide(b))
		pa |= (desc & GENMASK_ULL(49, 48)) | (desc & GENMASK_ULL(9, 8)) << 42;
	else if (b->cfg.granule == 16)
		pa |= (desc & GENMASK_ULL(15, 12)) << 36;
	return pa >> low << low;
}

static u64 vmsa_s1_bits(const struct pt_build *b, u32 prot)
{
	bool clean = prot & PT_PROT_DBM;
	u64 desc = (u64)(ATTR_OF(prot) & 7) << 2;

	if (!(prot & DRV_PROT_PRIV))
		desc |= BIT_ULL(6); /* AP[1] */
	if (!(prot & DRV_PROT_WRITE) || clean)
		desc |= BIT_ULL(7); /* AP[2] */
	if (clean)
		desc |= BIT_ULL(51);
	if (!(prot & PT_PROT_GLOBAL))
		desc |= BIT_ULL(11); /* nG */
	if (!(prot & DRV_PROT_EXEC))
		desc |= BIT_ULL(54) | BIT_ULL(53); /* UXN or XN, PXN */
	else if ((prot & DRV_PROT_PRIV) && is_vmsa64(b))
		desc |= BIT_ULL(54);
	return desc;
}

static u64 vmsa_s2_bits(const struct pt_build *b, u32 prot)
{
	u64 desc = (u64)(ATTR_OF(prot) & 0xf) << 2;

	if (prot & DRV_PROT_READ)
		desc |= BIT_ULL(6); /* S2AP[0] */
	if (prot & PT_PROT_DBM)
		desc |= BIT_ULL(51);
	else if (prot & DRV_PROT_WRITE)
		desc |= BIT_ULL(7); /* S2AP[1] */
	if (!(prot & DRV_PROT_EXEC))
		desc |= BIT_ULL(54); /* XN */
	return desc;
}

static u64 vmsa_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot, bool group)
{
	u64 desc = BIT_ULL(0) | vmsa_put_address(b, pa);

	desc |= is_stage2(b) ? vmsa_s2_bits(b, prot) : vmsa_s1_bits(b, prot);
	if (is_last(b, depth))
		desc |= BIT_ULL(1);
	if (!(prot & PT_PROT_NO_AF))
		desc |= BIT_ULL(10);
	if (!wide(b))
		desc |= (u64)SH_OF(prot) << 8;
	if (group)
		desc |= BIT_ULL(52);
	return desc;
}

/* Short descriptors ----------------------------------------------------------- */

/* AP[2:0]: 001, 011, 101, 111; AP[0] doubles as the access flag with SCTLR.AFE. */
static u32 short_ap(u32 prot)
{
	return (prot & PT_PROT_NO_AF ? 0 : 1) | (prot & DRV_PROT_PRIV ? 0 : 2) | (prot & DRV_PROT_WRITE ? 0 : 4);
}

static u32 short_section(u64 pa, u32 prot, bool super)
{
	u32 ap = short_ap(prot), attr = ATTR_OF(prot);
	u32 desc = 2 | (attr & 3) << 2 | (attr >> 2 & 7) << 12 | (ap & 3) << 10 | (ap >> 2) << 15;

	desc |= prot & DRV_PROT_EXEC ? 0 : BIT(4);
	desc |= SH_OF(prot) ? BIT(16) : 0;
	desc |= prot & PT_PROT_GLOBAL ? 0 : BIT(17);
	if (super)
		return desc | BIT(18) | (u32)(pa & GENMASK(31, 24)) | (u32)(pa >> 32 & 0xf) << 20 |
		       (u32)(pa >> 36 & 0xf) << 5;
	return desc | (u32)(pa & GENMASK(31, 20));
}

static u32 short_page(u64 pa, u32 prot, bool large)
{
	u32 ap = short_ap(prot), attr = ATTR_OF(prot);
	u32 desc = (attr & 3) << 2 | (ap & 3) << 4 | (ap >> 2) << 9;
	u32 xn = prot & DRV_PROT_EXEC ? 0 : 1;

	desc |= SH_OF(prot) ? BIT(10) : 0;
	desc |= prot & PT_PROT_GLOBAL ? 0 : BIT(11);
	if (large)
		return desc | 1 | xn << 15 | (attr >> 2 & 7) << 12 | (u32)(pa & GENMASK(31, 16));
	return desc | 2 | xn | (attr >> 2 & 7) << 6 | (u32)(pa & GENMASK(31, 12));
}

static u64 short_address(u8 depth, u32 desc, enum pt_kind kind)
{
	if (kind == PT_KIND_TABLE)
		return desc & GENMASK(31, 10);
	if (depth)
		return desc & (desc & BIT(1) ? GENMASK(31, 12) : GENMASK(31, 16));
	if (!(desc & BIT(18)))
		return desc & GENMASK(31, 20);
	return (desc & GENMASK(31, 24)) | (u64)(desc >> 20 & 0xf) << 32 | (u64)(desc >> 5 & 0xf) << 36;
}

/* VT-d ------------------------------------------------------------------------- */

static u64 vtd_fs_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot)
{
	bool last = is_last(b, depth);
	u64 desc = BIT_ULL(0) | pa, attr = ATTR_OF(prot);

	desc |= prot & DRV_PROT_WRITE ? BIT_ULL(1) : 0;
	desc |= prot & DRV_PROT_PRIV ? 0 : BIT_ULL(2);
	desc |= (attr & 3) << 3 | (attr >> 2 & 1) << (last ? 7 : 12);
	desc |= last ? 0 : BIT_ULL(7); /* PS */
	desc |= prot & PT_PROT_NO_AF ? 0 : BIT_ULL(5);
	desc |= (prot & DRV_PROT_WRITE) && !(prot & (PT_PROT_DBM | PT_PROT_NO_AF)) ? BIT_ULL(6) : 0;
	desc |= prot & PT_PROT_GLOBAL ? BIT_ULL(8) : 0;
	desc |= prot & DRV_PROT_EXEC ? 0 : BIT_ULL(63); /* XD */
	return desc;
}

static u64 vtd_ss_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot)
{
	u64 desc = pa | (u64)(ATTR_OF(prot) & 0xf) << 3;

	desc |= prot & (DRV_PROT_READ | DRV_PROT_EXEC) ? BIT_ULL(0) : 0;
	desc |= prot & DRV_PROT_WRITE ? BIT_ULL(1) : 0;
	desc |= is_last(b, depth) ? 0 : BIT_ULL(7);
	desc |= prot & PT_PROT_NO_AF ? 0 : BIT_ULL(8);
	desc |= (prot & DRV_PROT_WRITE) && !(prot & (PT_PROT_DBM | PT_PROT_NO_AF)) ? BIT_ULL(9) : 0;
	desc |= prot & PT_PROT_SNP ? BIT_ULL(11) : 0;
	return desc;
}

/* All ------------------------------------------------------------------------- */

u64 pt_format_table(const struct pt_build *b, u8 depth, u64 pa)
{
	switch (b->cfg.format) {
	case PT_SHORT:
		return pa | 1;
	case PT_VTD_SS:
		return pa | BIT_ULL(8) | BIT_ULL(1) | BIT_ULL(0); /* A, W, R */
	case PT_VTD_FS:
		return pa | BIT_ULL(5) | BIT_ULL(2) | BIT_ULL(1) | BIT_ULL(0); /* A, U/S, R/W, P */
	default:
		return vmsa_put_address(b, pa) | 3;
	}
}

u64 pt_format_leaf(const struct pt_build *b, u8 depth, u64 pa, u32 prot, bool group)
{
	switch (b->cfg.format) {
	case PT_SHORT:
		return depth ? short_page(pa, prot, group) : short_section(pa, prot, group);
	case PT_VTD_SS:
		return vtd_ss_leaf(b, depth, pa, prot);
	case PT_VTD_FS:
		return vtd_fs_leaf(b, depth, pa, prot);
	default:
		return vmsa_leaf(b, depth, pa, prot, group);
	}
}

u64 pt_format_address(const struct pt_build *b, u8 depth, u64 desc)
{
	enum pt_kind kind = pt_format_kind(b, depth, desc);
	u8 low;

	if (b->cfg.format == PT_SHORT)
		return short_address(depth, (u32)desc, kind);
	if (is_vmsa64(b) || is_lpae(b))
		return vmsa_get_address(b, desc, kind == PT_KIND_TABLE ? b->cfg.granule : b->shift[depth]);
	low = kind == PT_KIND_TABLE ? 12 : b->shift[depth];
	return (desc & GENMASK_ULL(51, 12)) >> low << low;
}

bool pt_format_grouped(const struct pt_build *b, u8 depth, u64 desc)
{
	if (b->cfg.format == PT_SHORT)
		return depth ? (desc & 3) == 1 : desc & BIT(18);
	return (is_vmsa64(b) || is_lpae(b)) && b->group[depth] && (desc & BIT_ULL(52));
}
