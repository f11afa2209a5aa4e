// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What a master's STEs and CDs contain (5.2, 5.4), turning stalling on and off (5.5), and what removes a master in
 * good order (4.7.2.1).
 */
#include "smmuv3_drv_priv.h"

#define MAIR_ALL    0x00000000000444ffULL /* 0 write-back, 1 non-cacheable, 2 Device-nGnRE */
#define NORMAL_WB   1ULL
#define SH_INNER    3ULL
#define STALL_SLOTS 4096 /* most that are reserved for one device */
#define PRG_INDICES 512

/* ---- What the structures contain ---- */

/* The default substream's CD has index 0 (S1DSS = 2). */
static u32 ssid_of(u32 pasid)
{
	return pasid == FAULT_NO_PASID ? 0 : pasid;
}

static bool stalls(const struct v3d_dev *dev)
{
	if (v3d_of(dev->base.host)->f.stall_model == SMMUV3_STALL_MODEL_FORCED)
		return true;
	return dev->stall_on && !dev->throttled;
}

static u64 tg0(u8 granule)
{
	return granule == 12 ? 0 : granule == 16 ? 1 : 2;
}

static u64 ips(u8 bits)
{
	u64 code = 0;

	while (smmuv3_addr_bits((u32)code) < bits)
		code++;
	return code;
}

static void cd_compose(const struct v3d_dev *dev, struct drv_domain *dom, u64 cd[SMMUV3_CD_WORDS])
{
	const struct drv_features *f = &v3d_of(dev->base.host)->f;

	memset(cd, 0, SMMUV3_CD_BYTES);
	cd[0] = FIELD_PREP(SMMUV3_CD_0_T0SZ, 64 - f->va_bits) | FIELD_PREP(SMMUV3_CD_0_TG0, tg0(f->granule)) |
		FIELD_PREP(SMMUV3_CD_0_IR0, NORMAL_WB) | FIELD_PREP(SMMUV3_CD_0_OR0, NORMAL_WB) |
		FIELD_PREP(SMMUV3_CD_0_SH0, SH_INNER) | SMMUV3_CD_0_EPD1 | SMMUV3_CD_0_V |
		FIELD_PREP(SMMUV3_CD_0_IPS, ips(f->pa_bits)) | SMMUV3_CD_0_AA64 | SMMUV3_CD_0_R | SMMUV3_CD_0_A |
		SMMUV3_CD_0_ASET | FIELD_PREP(SMMUV3_CD_0_ASID, v3d_dom_of(dom)->asid);
	cd[0] |= f->big_endian ? SMMUV3_CD_0_ENDI : 0;
	cd[0] |= stalls(dev) ? SMMUV3_CD_0_S : 0;
	cd[1] = dom->pt.root & SMMUV3_CD_1_TTB0;
	cd[3] = MAIR_ALL;
}

static u64 s1dss(const struct drv_domain *rid)
{
	if (rid && drv_translates(rid))
		return SMMUV3_S1DSS_SUBSTREAM0;
	return rid && rid->type == DRV_DOMAIN_IDENTITY ? SMMUV3_S1DSS_BYPASS : SMMUV3_S1DSS_TERMINATE;
}

/* Word 1 is the same for every kind of STE as far as possible, so that fewer words change. */
static u64 ste_word1(const struct v3d_dev *dev)
{
	u64 w = FIELD_PREP(SMMUV3_STE_1_S1CIR, NORMAL_WB) | FIELD_PREP(SMMUV3_STE_1_S1COR, NORMAL_WB) |
		FIELD_PREP(SMMUV3_STE_1_S1CSH, SH_INNER);

	if (v3d_of(dev->base.host)->f.attr_ovr)
		w |= FIELD_PREP(SMMUV3_STE_1_SHCFG, SMMUV3_SHCFG_INCOMING);
	if (v3d_of(dev->base.host)->f.stall_model == SMMUV3_STALL_MODEL_BOTH && !dev->stall_on)
		w |= SMMUV3_STE_1_S1STALLD;
	if (dev->base.ats)
		w |= FIELD_PREP(SMMUV3_STE_1_EATS, SMMUV3_EATS_FULL);
	/* An endpoint whose requests carry PASIDs expects them in automatic responses, too (8.1). */
	if (dev->base.pri && dev->cd_bits)
		w |= SMMUV3_STE_1_PPAR;
	return w;
}

/* Initial level of stage 2 (5.2, STE.S2SL0). */
static u64 s2sl0(const struct pt_build *pt)
{
	return pt->cfg.granule == 12 ? (u64)(2 - pt->root_level) : (u64)(3 - pt->root_level);
}

/* Stage 2 never faults: every page that is mapped was covered before. If it does, it is recorded. */
static void ste_stage2(const struct smmuv3_drv *d, u64 ste[SMMUV3_STE_WORDS])
{
	const struct pt_build *pt = &d->h.stage2->pt;

	ste[2] = FIELD_PREP(SMMUV3_STE_2_S2VMID, (u64)DRV_VMID) |
		 FIELD_PREP(SMMUV3_STE_2_S2T0SZ, 64ULL - pt->cfg.in_bits) | FIELD_PREP(SMMUV3_STE_2_S2SL0, s2sl0(pt)) |
		 FIELD_PREP(SMMUV3_STE_2_S2IR0, NORMAL_WB) | FIELD_PREP(SMMUV3_STE_2_S2OR0, NORMAL_WB) |
		 FIELD_PREP(SMMUV3_STE_2_S2SH0, SH_INNER) | FIELD_PREP(SMMUV3_STE_2_S2TG, tg0(pt->cfg.granule)) |
		 FIELD_PREP(SMMUV3_STE_2_S2PS, ips(d->f.pa_bits)) | SMMUV3_STE_2_S2AA64 | SMMUV3_STE_2_S2R |
		 (d->f.big_endian ? SMMUV3_STE_2_S2ENDI : 0);
	ste[3] = pt->root & SMMUV3_STE_3_S2TTB;
}

/* @rid: what traffic without PASID meets; @pasids: some PASID is attached */
static void ste_compose(const struct v3d_dev *dev, const struct drv_domain *rid, bool pasids, u64 ste[SMMUV3_STE_WORDS])
{
	u64 config = SMMUV3_STE_CONFIG_ABORT;

	memset(ste, 0, SMMUV3_STE_BYTES);
	if (pasids || (rid && drv_translates(rid)))
		config = v3d_of(dev->base.host)->h.stage2 ? SMMUV3_STE_CONFIG_NESTED : SMMUV3_STE_CONFIG_S1;
	else if (rid && rid->type == DRV_DOMAIN_IDENTITY)
		config = SMMUV3_STE_CONFIG_BYPASS;
	if (dev->aborted)
		config = SMMUV3_STE_CONFIG_ABORT;
	ste[0] = SMMUV3_STE_0_V | FIELD_PREP(SMMUV3_STE_0_CONFIG, config);
	if (config == SMMUV3_STE_CONFIG_ABORT)
		return;
	ste[1] = ste_word1(dev);
	if (config == SMMUV3_STE_CONFIG_BYPASS)
		return;
	ste[0] |= (dev->cd_table & SMMUV3_STE_0_S1CONTEXTPTR) | FIELD_PREP(SMMUV3_STE_0_S1CDMAX, dev->cd_bits);
	if (dev->cd_two_levels)
		ste[0] |= FIELD_PREP(SMMUV3_STE_0_S1FMT, SMMUV3_S1FMT_4K_L2);
	if (dev->cd_bits)
		ste[1] |= FIELD_PREP(SMMUV3_STE_1_S1DSS, s1dss(rid));
	if (config == SMMUV3_STE_CONFIG_NESTED)
		ste_stage2(v3d_of(dev->base.host), ste);
}

static int stes_write(struct v3d_dev *dev, const struct drv_domain *rid, bool pasids)
{
	u64 ste[SMMUV3_STE_WORDS];
	u32 i;
	int r = 0;

	ste_compose(dev, rid, pasids, ste);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = v3d_ste_write(v3d_of(dev->base.host), dev->base.sids[i], ste);
	return r;
}

/* Whether a PASID but @except has a translating domain. */
static bool pasids_besides(const struct v3d_dev *dev, u32 except)
{
	struct drv_attachment *a;

	for (a = dev->base.attachments; a; a = a->dev_next)
		if (a->pasid != FAULT_NO_PASID && a->pasid != except && drv_translates(a->dom))
			return true;
	return false;
}

static int stes_refresh(struct v3d_dev *dev)
{
	struct drv_attachment *rid = drv_attached(&dev->base, FAULT_NO_PASID);

	return stes_write(dev, rid ? rid->dom : NULL, pasids_besides(dev, FAULT_NO_PASID));
}

/*
 * Make the hardware treat @pasid as @dom says (NULL: terminate). What becomes
 * reachable is written before the pointer to it, and cleared after.
 */
int v3d_set(struct drv_device *base, u32 pasid, struct drv_domain *dom, struct drv_domain *old)
{
	struct v3d_dev *dev = v3d_dev_of(base);
	struct drv_attachment *rid = drv_attached(&dev->base, FAULT_NO_PASID);
	bool translates = dom && drv_translates(dom);
	const struct drv_domain *rid_dom = pasid == FAULT_NO_PASID ? dom : rid ? rid->dom : NULL;
	bool pasids = pasids_besides(dev, pasid) || (pasid != FAULT_NO_PASID && translates);
	u64 cd[SMMUV3_CD_WORDS] = { 0 };
	int r = 0;

	if (translates) {
		cd_compose(dev, dom, cd);
		r = v3d_cd_write(dev, ssid_of(pasid), cd);
	} else if (pasid != FAULT_NO_PASID) {
		r = v3d_cd_write(dev, pasid, cd);
	}
	if (!r)
		r = stes_write(dev, rid_dom, pasids);
	if (!r && !translates && pasid == FAULT_NO_PASID)
		r = v3d_cd_write(dev, 0, cd);
	return r;
}

/* Make the endpoints drop every translation for @pasid. */
int v3d_flush(struct drv_device *dev, u32 pasid)
{
	struct smmuv3_drv *d = v3d_of(dev->host);
	struct drv_attachment all = { .dev = dev, .pasid = pasid };
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	if (!dev->ats)
		return 0;
	v3d_atc_inv(d, &c, &all, 0, ~0ULL);
	return v3d_cmd_sync(d, &c);
}

/* ---- Stalling on and off ---- */

static int cds_refresh(struct v3d_dev *dev)
{
	struct drv_attachment *a;
	u64 cd[SMMUV3_CD_WORDS];
	int r = 0;

	for (a = dev->base.attachments; a && !r; a = a->dev_next) {
		if (!drv_translates(a->dom))
			continue;
		cd_compose(dev, a->dom, cd);
		r = v3d_cd_write(dev, ssid_of(a->pasid), cd);
	}
	return r;
}

/* CD.S = 1 under S1STALLD = 1 is ILLEGAL (5.5): S1STALLD is cleared first and set last. */
int v3d_recoverable(struct drv_device *base, bool on)
{
	struct v3d_dev *dev = v3d_dev_of(base);
	int r;

	if (!base->can_stall)
		return 0;
	if (on) {
		dev->throttled = false;
		dev->stall_on = true;
		r = stes_refresh(dev);
		return r ? r : cds_refresh(dev);
	}
	dev->throttled = true;
	r = cds_refresh(dev);
	dev->stall_on = false;
	return r ? r : stes_refresh(dev);
}

/* A storm changes the CDs alone; S1STALLD may stay 0. */
void v3d_throttle(struct drv_device *base, bool on)
{
	struct v3d_dev *dev = v3d_dev_of(base);

	if (!base->can_stall)
		return;
	dev->throttled = on;
	cds_refresh(dev);
}

int v3d_block(struct drv_device *base, bool on)
{
	struct v3d_dev *dev = v3d_dev_of(base);

	dev->aborted = on;
	return stes_refresh(dev);
}

/* Mark what is still stalled for termination; the STEs are at abort (4.7.2). */
int v3d_stall_term(struct drv_device *dev)
{
	struct smmuv3_drv *d = v3d_of(dev->host);
	struct drv_cmds c;
	u32 i;

	v3d_cmd_begin(&c);
	if (d->f.stall_model == SMMUV3_STALL_MODEL_NONE)
		return 0;
	for (i = 0; i < dev->n_sids; i++)
		v3d_cmd_add(d, &c, SMMUV3_CMD_STALL_TERM | FIELD_PREP(SMMUV3_CMD_0_STREAMID, dev->sids[i]), 0);
	return v3d_cmd_sync(d, &c);
}

/* ---- Attach ---- */

int v3d_check(const struct drv_device *base, const struct drv_domain *dom, u32 pasid)
{
	u8 bits = container_of(base, struct v3d_dev, base)->cd_bits;

	if (pasid == FAULT_NO_PASID)
		return 0;
	/* Index 0 is the default substream. Bypass of a PASID does not exist. */
	return !bits || !pasid || pasid >> bits || dom->type == DRV_DOMAIN_IDENTITY ? -EINVAL : 0;
}

int v3d_reach(struct drv_device *dev, struct drv_domain *dom, u32 pasid)
{
	return v3d_cdtab_reach(v3d_dev_of(dev), ssid_of(pasid));
}

/* ---- Masters ---- */

int v3d_device_check(struct drv_host *h, const struct drv_device_cfg *cfg)
{
	/* PCIe traffic must never wait for software (3.12.1, 16.4). */
	if ((cfg->pri || cfg->ats) && cfg->can_stall)
		return -EINVAL;
	return drv_sids_fit(cfg, v3d_of(h)->f.sid_bits) ? 0 : -ERANGE;
}

int v3d_device_init(struct drv_device *dev, const struct drv_device_cfg *cfg)
{
	struct smmuv3_drv *d = v3d_of(dev->host);
	const struct drv_features *f = &d->f;
	u32 i;
	int r;

	dev->pri = cfg->pri && f->pri;
	dev->ats = (cfg->pri || cfg->ats) && f->ats;
	dev->can_stall = (cfg->can_stall && f->stall_model != SMMUV3_STALL_MODEL_NONE) ||
			 f->stall_model == SMMUV3_STALL_MODEL_FORCED;
	r = v3d_cdtab_init(v3d_dev_of(dev), min(cfg->pasid_bits, f->ssid_bits));
	if (!r)
		r = v3d_cdtab_reach(v3d_dev_of(dev), 0);
	for (i = 0; i < dev->n_sids && !r; i++)
		r = v3d_strtab_reach(d, dev->sids[i]);
	return r;
}

void v3d_device_exit(struct drv_device *dev)
{
	v3d_cdtab_exit(v3d_dev_of(dev));
}

/* The hardware does not keep one master from using all stalls. */
u32 v3d_credits(const struct drv_device *dev)
{
	const struct smmuv3_drv *d = v3d_of(dev->host);
	u32 n = 1;

	if (dev->can_stall)
		n = min(d->f.stall_max, (u32)STALL_SLOTS);
	else if (dev->pri)
		n = min((1U << d->priq.log2) / d->cfg.pri_devices, (u32)PRG_INDICES);
	return max(n, 1U);
}

int v3d_device_show(struct drv_device *dev)
{
	return v3d_block(dev, false);
}

/* ---- After events were lost: no stall is left in between, known to the core or not ---- */

static int off_and_on(struct drv_device *dev, u64 now)
{
	int r = drv_silence(dev, now);

	if (!r && !drv_dead(dev->host))
		r = fault_dev_enable(dev->faults);
	return r ? r : drv_block(dev, false);
}

static int off_and_back(struct drv_device *dev, u64 now)
{
	int r = drv_silence(dev, now);

	return r ? r : drv_block(dev, false);
}

/* Terminate whatever may be stalled in the hardware. A device whose faults are off stays so. */
void v3d_restart(struct drv_device *dev, u64 now)
{
	drv_insist(dev, v3d_dev_of(dev)->stall_on ? off_and_on : off_and_back, now);
}
