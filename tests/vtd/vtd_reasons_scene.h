/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Devices with tables that a test breaks in one place. */
#ifndef VTD_REASONS_SCENE_H
#define VTD_REASONS_SCENE_H

#include "suite.h"
#include "rig_vtd.h"

static struct rig_vtd r;
static u64 fs, ss;

#define SID   0x0218
#define PASID 0x45
#define CTX   (VTD_SCE_P | VTD_SCE_PASIDE | VTD_SCE_DTE)
#define IOVA  0x40201000ULL

static inline u64 pgtt(u64 n)
{
	return VTD_PE_P | FIELD_PREP(VTD_PE_PGTT, n) | FIELD_PREP(VTD_PE_AW, 2ULL);
}

static inline void start_with(const struct vtd_cfg *cfg)
{
	rig_vtd_init(&r, cfg);
	rig_vtd_mode(&r, VTD_TTM_SCALABLE);
	fs = rig_vtd_page(&r);
	ss = rig_vtd_page(&r);
	rig_vtd_device(&r, SID, CTX, 0);
}

static inline void pe(u64 n, u64 w1)
{
	rig_vtd_pasid(&r, SID, PASID, pgtt(n) | (n == 2 || n == 3 ? ss : 0), 7 | VTD_PE1_PWSNP | w1,
		      n == 1 || n == 3 ? fs : 0);
}

static inline u64 fs_slot(u32 level)
{
	return rig_vtd_slot(&r, fs, 4, IOVA, level, RIG_FS_LINK);
}

#endif /* VTD_REASONS_SCENE_H */
