/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Masters, and which domain each of their PASIDs has: STEs and CDs (5.2, 5.4), turning stalling on and off (5.5),
 * and the orderly removal of a master (4.7.2.1).
 */
#include "smmuv3_drv_priv.h"

#define MAIR_ALL    0x00000000000444ffULL /* 0 write-back, 1 non-cacheable, 2 Device-nGnRE */
#define NORMAL_WB   1ULL
#define SH_INNER    3ULL
#define STALL_SLOTS 4096 /* most that are reserved for one device */
#define PRG_INDICES 512
#define TIMEOUTS    4 /* in a row, while a device is made quiet: then the SMMU is given up */

/* ---- What the structures contain ---- */

/* The default substream's CD has index 0 (S1DSS = 2). */
static u32 ssid_of(u32 pasid)
{
	return pasid == FAULT_NO_PASID ? 0 : pasid;
}

static bool stalls(const struct v3d_dev *dev)
{
	if (dev->d->f.stall_model == SMMUV3_STALL_MODEL_FORCED)
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
	const struct drv_features *f = &dev->d->f;

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

	if (dev->d->f.attr_ovr)
		w |= FIELD_PREP(SMMUV3_STE_1_SHCFG, SMMUV3_SHCFG_INCOMING);
	if (dev->d->f.stall_model == SMMUV3_STALL_MODEL_BOTH && !dev->stall_on)
		w |= SMMUV3_STE_1_S1STALLD;
	if (dev->ats)
		w |= FIELD_PREP(SMMUV3_STE_1_EATS, SMMUV3_EATS_FULL);
	/* An endpoint whose requests carry PASIDs expects them in automatic responses, too (8.1). */
	if (dev->pri && dev->cd_bits)
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
		config = dev->d->h.stage2 ? SMMUV3_STE_CONFIG_NESTED : SMMUV3_STE_CONFIG_S1;
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
		ste_stage2(dev->d, ste);
}

static int stes_write(struct v3d_dev *dev, const struct drv_domain *rid, bool pasids)
{
	u64 ste[SMMUV3_STE_WORDS];
	u32 i;
	int r = 0;

	ste_compose(dev, rid, pasids, ste);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = v3d_ste_write(dev->d, dev->base.sids[i], ste);
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
static int hw_set(struct v3d_dev *dev, u32 pasid, struct drv_domain *dom)
{
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
static int atc_flush(struct v3d_dev *dev, u32 pasid)
{
	struct drv_attachment all = { .dev = &dev->base, .pasid = pasid };
	struct drv_cmds c;

	v3d_cmd_begin(&c);
	if (!dev->ats)
		return 0;
	v3d_atc_inv(dev->d, &c, &all, 0, ~0ULL);
	return v3d_cmd_sync(dev->d, &c);
}

/* ---- Stalling on and off: fault_ops ---- */

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
static int stalling(struct v3d_dev *dev, bool on)
{
	int r;

	if (!dev->can_stall)
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

static int faults_set(struct v3d_dev *dev, bool on)
{
	struct smmuv3_drv *d = dev->d;
	int r;

	if (v3d_dead(d))
		return on ? -EIO : 0;
	if (dev->base.inside)
		return stalling(dev, on);
	drv_gate_close(&d->h, &d->h.config);
	r = stalling(dev, on);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

int v3d_faults_enable(void *ctx, void *dev_ctx)
{
	return faults_set(dev_ctx, true);
}

int v3d_faults_disable(void *ctx, void *dev_ctx)
{
	return faults_set(dev_ctx, false);
}

/* A storm changes the CDs alone; S1STALLD may stay 0. */
void v3d_faults_throttle(void *ctx, void *dev_ctx, bool on)
{
	struct smmuv3_drv *d = ctx;
	struct v3d_dev *dev = dev_ctx;

	if (!dev->can_stall || v3d_dead(d))
		return;
	drv_gate_close(&d->h, &d->h.config);
	dev->throttled = on;
	cds_refresh(dev);
	drv_gate_open(&d->h, &d->h.config);
}

/* Terminate everything that arrives from @dev, or go back to what is attached. The configuration gate is closed. */
int v3d_dev_abort(struct v3d_dev *dev, bool on)
{
	dev->aborted = on;
	return stes_refresh(dev);
}

/* Mark what is still stalled for termination; the STEs are at abort (4.7.2). */
static int stall_term(struct v3d_dev *dev)
{
	struct drv_cmds c;
	u32 i;

	v3d_cmd_begin(&c);
	if (dev->d->f.stall_model == SMMUV3_STALL_MODEL_NONE)
		return 0;
	for (i = 0; i < dev->base.n_sids; i++)
		v3d_cmd_add(dev->d, &c, SMMUV3_CMD_STALL_TERM | FIELD_PREP(SMMUV3_CMD_0_STREAMID, dev->base.sids[i]),
			    0);
	return v3d_cmd_sync(dev->d, &c);
}

/* ---- Attach, replace, detach ---- */

static int check_pasid(const struct v3d_dev *dev, struct drv_domain *dom, u32 pasid)
{
	if (v3d_dom_of(dom)->d != dev->d)
		return -EINVAL;
	if (pasid == FAULT_NO_PASID)
		return 0;
	/* Index 0 is the default substream. Bypass of a PASID does not exist. */
	if (!dev->cd_bits || !pasid || pasid >> dev->cd_bits || dom->type == DRV_DOMAIN_IDENTITY)
		return -EINVAL;
	return 0;
}

/* Hardware first: from then on nothing of this PASID faults recoverably. The core fences and answers the rest. */
static int detach(struct drv_attachment *a, u64 now)
{
	struct v3d_dev *dev = v3d_dev_of(a->dev);
	int r = v3d_dead(dev->d) ? 0 : hw_set(dev, a->pasid, NULL);

	if (!r && !v3d_dead(dev->d))
		r = atc_flush(dev, a->pasid);
	if (!r || v3d_dead(dev->d))
		r = fault_dev_detach(dev->base.faults, a->pasid, now);
	if (r)
		return r;
	drv_attachment_free(&dev->d->h, a);
	return 0;
}

/* The core knows the domain before the hardware uses it, so that every fault finds a domain. */
static int attach_first(struct v3d_dev *dev, u32 pasid, struct drv_domain *dom, u64 now)
{
	struct drv_attachment *a;
	int r = drv_attachment_new(&dev->d->h, &dev->base, pasid, dom, &a);

	if (r)
		return r;
	r = hw_set(dev, pasid, dom);
	/* If that fails, too, the removal of the device tries again. */
	if (r)
		detach(a, now);
	return r;
}

/*
 * From here on, unmap of the new domain reaches the endpoint, too; then the endpoint's translations of the old one are
 * invalidated.
 */
static int replace(struct drv_attachment *a, struct drv_domain *dom, u64 now)
{
	struct v3d_dev *dev = v3d_dev_of(a->dev);
	struct drv_domain *old = a->dom;
	int r = hw_set(dev, a->pasid, dom);

	if (!r) {
		drv_dom_unlink(&dev->d->h, a);
		drv_dom_link(&dev->d->h, a, dom);
		r = atc_flush(dev, a->pasid);
	}
	if (!r)
		r = fault_dev_replace(dev->base.faults, a->pasid, dom->faults, now);
	if (!r)
		return 0;
	if (a->dom == dom) {
		drv_dom_unlink(&dev->d->h, a);
		drv_dom_link(&dev->d->h, a, old);
	}
	hw_set(dev, a->pasid, old);
	atc_flush(dev, a->pasid);
	return r;
}

int v3d_attach(void *drv, struct fault_dev *fdev, u32 pasid, struct fault_domain *fdom, u64 now)
{
	struct smmuv3_drv *d = drv;
	struct v3d_dev *dev = fault_dev_ctx(fdev);
	struct drv_domain *dom = fault_domain_ctx(fdom);
	struct drv_attachment *a;
	int r = check_pasid(dev, dom, pasid);

	if (r)
		return r;
	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	a = drv_attached(&dev->base, pasid);
	r = a && a->dom == dom ? -EBUSY : v3d_cdtab_reach(dev, ssid_of(pasid));
	if (!r)
		r = a ? replace(a, dom, now) : attach_first(dev, pasid, dom, now);
	drv_gate_open(&d->h, &d->h.config);
	return r;
}

int v3d_detach(void *drv, struct fault_dev *fdev, u32 pasid, u64 now)
{
	return drv_detach(drv, fdev, pasid, now, detach);
}

/* ---- Masters ---- */

u32 smmuv3_drv_credits(const struct fault_dev *dev)
{
	return ((const struct v3d_dev *)fault_dev_ctx(dev))->base.credits;
}

static u32 credits(const struct smmuv3_drv *d, const struct v3d_dev *dev, u32 wanted)
{
	u32 n = 1;

	if (wanted)
		return min(wanted, 65536U);
	/* The hardware does not keep one master from using all stalls. */
	if (dev->can_stall)
		n = min(d->f.stall_max, (u32)STALL_SLOTS);
	else if (dev->pri)
		n = min((1U << d->priq.log2) / d->cfg.pri_devices, (u32)PRG_INDICES);
	return max(n, 1U);
}

static int faults_create(struct v3d_dev *dev)
{
	struct smmuv3_drv *d = dev->d;
	struct fault_dev_cfg cfg = { .dev_ctx = NULL };

	if (d->cfg.faults)
		cfg = *d->cfg.faults;
	cfg.caps = (dev->can_stall ? FAULT_DEV_CAN_STALL : 0) | (dev->pri ? FAULT_DEV_PRI : 0);
	cfg.credits = dev->base.credits;
	return drv_device_faults(&d->h, &dev->base, &cfg, dev->can_stall ? d->cfg.storm : NULL);
}

static int tables_create(struct v3d_dev *dev, u8 pasid_bits)
{
	struct smmuv3_drv *d = dev->d;
	u32 i;
	int r = v3d_cdtab_init(dev, min(pasid_bits, d->f.ssid_bits));

	if (!r)
		r = v3d_cdtab_reach(dev, 0);
	for (i = 0; i < dev->base.n_sids && !r; i++)
		r = v3d_strtab_reach(d, dev->base.sids[i]);
	return r;
}

static int check_device(const struct smmuv3_drv *d, const struct drv_device_cfg *cfg)
{
	/* PCIe traffic must never wait for software (3.12.1, 16.4). */
	return (cfg->pri || cfg->ats) && cfg->can_stall ? -EINVAL : drv_check_sids(cfg, d->f.sid_bits);
}

static struct v3d_dev *device_alloc(struct smmuv3_drv *d, const struct drv_device_cfg *cfg)
{
	struct v3d_dev *dev = fl_zalloc(sizeof(*dev));

	if (!dev)
		return NULL;
	dev->d = d;
	memcpy(dev->base.sids, cfg->sids, sizeof(dev->base.sids));
	dev->base.n_sids = cfg->n_sids;
	dev->pri = cfg->pri && d->f.pri;
	dev->ats = (cfg->pri || cfg->ats) && d->f.ats;
	dev->can_stall = (cfg->can_stall && d->f.stall_model != SMMUV3_STALL_MODEL_NONE) ||
			 d->f.stall_model == SMMUV3_STALL_MODEL_FORCED;
	dev->base.credits = credits(d, dev, cfg->credits);
	if (dev->pri)
		drv_device_allocate(&d->h, &dev->base);
	return dev;
}

/* Undo whatever device_add has done. The STEs are terminating or were never written. */
static void device_undo(struct v3d_dev *dev)
{
	v3d_cdtab_exit(dev);
	drv_device_free(&dev->base);
}

/* The sequence of 4.7.2.1 with fault_off() in its middle: every stall that the core knows is answered first. */
static int silence(struct v3d_dev *dev, u64 now)
{
	int r = v3d_dead(dev->d) ? 0 : v3d_dev_abort(dev, true);

	if (!r)
		r = fault_off(dev->base.faults, now);
	if (!r && !v3d_dead(dev->d))
		r = stall_term(dev);
	return r;
}

static int quiesce(struct v3d_dev *dev, u64 now)
{
	int r = v3d_dead(dev->d) ? 0 : v3d_dev_abort(dev, true);

	while (!r && dev->base.attachments)
		r = detach(dev->base.attachments, now);
	return r ? r : silence(dev, now);
}

/* In between, while the STEs abort, no stall is left, known to the core or not. */
static int off_and_on(struct v3d_dev *dev, u64 now)
{
	int r = silence(dev, now);

	if (v3d_dead(dev->d))
		return r;
	if (!r)
		r = fault_dev_enable(dev->base.faults);
	return r ? r : v3d_dev_abort(dev, false);
}

static int off_and_back(struct v3d_dev *dev, u64 now)
{
	int r = silence(dev, now);

	return r || v3d_dead(dev->d) ? r : v3d_dev_abort(dev, false);
}

/* Repeat @step until it has succeeded. Nothing is configured meanwhile, because the caller holds the gate. */
static void insist(struct v3d_dev *dev, int (*step)(struct v3d_dev *dev, u64 now), u64 now)
{
	struct smmuv3_drv *d = dev->d;
	u32 tries = 0, timeouts = 0;
	int r;

	dev->base.inside = true;
	while ((r = step(dev, now)) != 0) {
		/*
		 * There was no room for an answer, or the command queue had an error: try again. Repeated time-outs
		 * mean that the SMMU will never answer.
		 */
		v3d_cmdq_recover(d);
		timeouts += r == -ETIMEDOUT;
		if (timeouts >= TIMEOUTS || !v3d_poll(d, tries++))
			v3d_die(d);
	}
	dev->base.inside = false;
}

/* Terminate whatever may be stalled in the hardware. A device whose faults are off stays so. */
void v3d_dev_restart(struct v3d_dev *dev, u64 now)
{
	insist(dev, dev->stall_on ? off_and_on : off_and_back, now);
}

int v3d_device_add(void *drv, const struct drv_device_cfg *cfg, struct fault_dev **out)
{
	struct smmuv3_drv *d = drv;
	struct v3d_dev *dev;
	int r = check_device(d, cfg);

	if (r)
		return r;
	dev = device_alloc(d, cfg);
	if (!dev)
		return -ENOMEM;
	drv_gate_close(&d->h, &d->h.config);
	r = tables_create(dev, cfg->pasid_bits);
	if (!r)
		r = faults_create(dev);
	if (!r)
		r = v3d_dev_abort(dev, false); /* nothing is attached: terminates */
	if (!r && (dev->can_stall || dev->pri)) {
		r = drv_device_enable(&dev->base);
		if (r)
			insist(dev, quiesce, drv_now(&d->h));
	}
	if (!r)
		drv_device_link(&d->h, &dev->base);
	drv_gate_open(&d->h, &d->h.config);
	if (r) {
		device_undo(dev);
		return r;
	}
	*out = dev->base.faults;
	return 0;
}

void v3d_device_remove(void *drv, struct fault_dev *fdev, u64 now)
{
	struct smmuv3_drv *d = drv;
	struct v3d_dev *dev = fault_dev_ctx(fdev);

	drv_note_now(&d->h, now);
	drv_gate_close(&d->h, &d->h.config);
	insist(dev, quiesce, now);
	drv_device_unlink(&d->h, &dev->base);
	drv_gate_open(&d->h, &d->h.config);
	device_undo(dev);
}
