/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the suites of the driver begin with: a probed driver, masters in domains of their own, handlers that answer. */
#ifndef V2_DRV_SCENE_H
#define V2_DRV_SCENE_H

#include "v2_drv_rig.h"

#define SID_A 0x10
#define SID_B 0x11
#define SID_C 0x40
#define DRV   smmuv2_drv_class
#define SS    0x40000000
#define CFCFG 0x80
#define CFIE  0x40

static struct drig g;

static const struct smmuv2_drv_cfg plain;

static inline void up(enum smmuv2_behaviour behaviour, const struct smmuv2_drv_cfg *cfg)
{
	struct smmuv2_cfg hw = { .behaviour = behaviour, .n_tbus = 2, .stall_slots = { 8, 8 } };

	ck_assert_int_eq(drig_probe(&g, &hw, cfg), 0);
}

static inline const struct smmuv2_drv_stats *stats(void)
{
	return smmuv2_drv_stats(g.r.m.drv);
}

static inline u32 sctlr(struct fault_domain *dom)
{
	return cb_rd(&g.r, (unsigned int)smmuv2_drv_bank(dom), SMMUV2_CB_SCTLR);
}

static inline void gone(struct fault_dev *dev, struct fault_domain *dom)
{
	ck_assert_int_eq(DRV.detach(g.r.m.drv, dev, DRV_NO_PASID, g.r.board.now), 0);
	DRV.domain_free(g.r.m.drv, dom);
	DRV.device_remove(g.r.m.drv, dev, g.r.board.now);
}

/* A master in a paging domain of its own. */
static inline struct fault_domain *paging(u32 sid, bool can_stall, struct fault_dev **dev)
{
	struct fault_domain *dom;

	*dev = drig_master(&g, sid, can_stall);
	dom = drig_domain(&g, *dev, DRV_DOMAIN_PAGING);
	drig_attach(&g, *dev, dom);
	return dom;
}

struct scene {
	struct fault_dev *dev;
	struct fault_domain *dom;
	struct owner owner;
};

static inline void stalling(struct scene *s, u32 sid, enum fault_code answer)
{
	s->dev = drig_master(&g, sid, true);
	s->dom = drig_domain(&g, s->dev, DRV_DOMAIN_PAGING);
	drig_own(&g, s->dom, &s->owner, answer);
	drig_attach(&g, s->dev, s->dom);
}

static inline void stalling_alone(struct scene *s, enum fault_code answer)
{
	up(SMMUV2_MMU500, &plain);
	stalling(s, SID_A, answer);
}

#endif /* V2_DRV_SCENE_H */
