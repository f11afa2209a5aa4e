// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "v3_fixture.h"

#include <stdio.h>

static int mem_read(void *ctx, u64 pa, void *buf, u32 len)
{
	struct v3_fixture *f = ctx;

	f->accesses++;
	return machine_hw_ops.mem_read(ctx, pa, buf, len);
}

static int mem_write(void *ctx, u64 pa, const void *buf, u32 len)
{
	struct v3_fixture *f = ctx;

	f->accesses++;
	return f->fail_writes ? -EIO : machine_hw_ops.mem_write(ctx, pa, buf, len);
}

static int mem_cas64(void *ctx, u64 pa, u64 *old, u64 new_value)
{
	struct v3_fixture *f = ctx;

	f->accesses++;
	return machine_hw_ops.mem_cas64(ctx, pa, old, new_value);
}

static void irq(void *ctx, u32 line, bool level)
{
	((struct v3_fixture *)ctx)->irqs[line]++;
}

static int msi(void *ctx, u64 pa, u32 data)
{
	struct v3_fixture *f = ctx;

	f->msis[f->n_msis].pa = pa;
	f->msis[f->n_msis++].data = data;
	return physmem_write(&f->mem, pa, &data, 4);
}

static void event(void *ctx, const struct iommu_event *ev)
{
	((struct v3_fixture *)ctx)->events[ev->kind]++;
}

static void txn_resume(void *ctx, u64 id, enum iommu_resume how)
{
	struct v3_fixture *f = ctx;

	f->resumed[f->n_resumed].id = id;
	f->resumed[f->n_resumed++].how = how;
}

static void stall_free(void *ctx, u32 tbu)
{
	((struct v3_fixture *)ctx)->stall_frees++;
}

static void page_response(void *ctx, const struct page_response *resp)
{
	struct v3_fixture *f = ctx;

	f->responses[f->n_responses++] = *resp;
}

static void ats_invalidate(void *ctx, const struct ats_inv *inv)
{
	struct v3_fixture *f = ctx;

	f->invs[f->n_invs++] = *inv;
}

int fx_init(struct v3_fixture *f, const struct smmuv3_cfg *cfg)
{
	int err;

	memset(f, 0, sizeof(*f));
	err = physmem_init(&f->mem, FX_MEM_BYTES);
	if (err)
		return err;
	machine_board_init(&f->board, &f->mem, FX_TABLES, 1ULL << 40);
	machine_init(&f->m, &f->board, &smmuv3_class);
	f->m.hw = &f->smmu;
	f->m.hw_ops.mem_read = mem_read;
	f->m.hw_ops.mem_write = mem_write;
	f->m.hw_ops.mem_cas64 = mem_cas64;
	f->m.hw_ops.irq = irq;
	f->m.hw_ops.msi = msi;
	f->m.hw_ops.event = event;
	f->m.hw_ops.txn_resume = txn_resume;
	f->m.hw_ops.stall_free = stall_free;
	f->m.hw_ops.page_response = page_response;
	f->m.hw_ops.ats_invalidate = ats_invalidate;
	err = smmuv3_init(&f->smmu, cfg, &f->m.hw_ops, f);
	if (err)
		physmem_exit(&f->mem);
	return err;
}

void fx_exit(struct v3_fixture *f)
{
	smmuv3_exit(&f->smmu);
	machine_board_exit(&f->board);
	physmem_exit(&f->mem);
}

u32 fx_r32(struct v3_fixture *f, u32 offset)
{
	return (u32)smmuv3_class.mmio_read(&f->smmu, offset, 4);
}

void fx_w32(struct v3_fixture *f, u32 offset, u32 value)
{
	smmuv3_class.mmio_write(&f->smmu, offset, value, 4);
}

void fx_w64(struct v3_fixture *f, u32 offset, u64 value)
{
	smmuv3_class.mmio_write(&f->smmu, offset, value, 8);
}

u64 fx_m64(struct v3_fixture *f, u64 pa)
{
	u8 b[8];

	return physmem_read(&f->mem, pa, b, 8) ? ~0ULL : fl_get_le64(b);
}

void fx_put(struct v3_fixture *f, u64 pa, u64 value)
{
	u8 b[8];

	fl_put_le64(b, value);
	physmem_write(&f->mem, pa, b, 8);
}

void fx_words(struct v3_fixture *f, u64 pa, const u64 *w, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		fx_put(f, pa + i * 8, w[i]);
}

void fx_enable(struct v3_fixture *f, u32 cr0)
{
	fx_w32(f, SMMUV3_CR1, 0xd75); /* tables and queues inner shareable, write-back */
	fx_w32(f, SMMUV3_CR2,
	       SMMUV3_CR2_RECINVSID | (fx_r32(f, SMMUV3_CR2) & (SMMUV3_CR2_E2H | SMMUV3_CR2_REC_CFG_ATS)));
	fx_w64(f, SMMUV3_STRTAB_BASE, FX_STRTAB);
	fx_w32(f, SMMUV3_STRTAB_BASE_CFG, 6);
	fx_w64(f, SMMUV3_CMDQ_BASE, FX_CMDQ | FX_LOG2CMDQ);
	fx_w32(f, SMMUV3_CMDQ_PROD, 0);
	fx_w32(f, SMMUV3_CMDQ_CONS, 0);
	fx_w64(f, SMMUV3_EVENTQ_BASE, FX_EVENTQ | FX_LOG2EVTQ);
	fx_w32(f, SMMUV3_EVENTQ_PROD, 0);
	fx_w32(f, SMMUV3_EVENTQ_CONS, 0);
	fx_w64(f, SMMUV3_PRIQ_BASE, FX_PRIQ | FX_LOG2PRIQ);
	fx_w32(f, SMMUV3_PRIQ_PROD, 0);
	fx_w32(f, SMMUV3_PRIQ_CONS, 0);
	fx_w32(f, SMMUV3_IRQ_CTRL, SMMUV3_IRQ_GERROR_IRQEN | SMMUV3_IRQ_PRIQ_IRQEN | SMMUV3_IRQ_EVENTQ_IRQEN);
	fx_w32(f, SMMUV3_CR0, cr0);
}

void fx_cmd(struct v3_fixture *f, u64 w0, u64 w1)
{
	u64 pa = FX_CMDQ + (f->cmd_prod & ((1 << FX_LOG2CMDQ) - 1)) * 16;

	fx_put(f, pa, w0);
	fx_put(f, pa + 8, w1);
	f->cmd_prod = (f->cmd_prod + 1) & ((2 << FX_LOG2CMDQ) - 1);
	fx_w32(f, SMMUV3_CMDQ_PROD, f->cmd_prod);
}

void fx_sync(struct v3_fixture *f)
{
	fx_cmd(f, 0x46, 0);
}

static bool take(struct v3_fixture *f, u64 base, u32 log2size, u32 prod_reg, u64 *w, u32 words)
{
	u32 prod = fx_r32(f, prod_reg), cons = fx_r32(f, prod_reg + 4);
	u32 mask = (2U << log2size) - 1, i;

	if (!((prod ^ cons) & mask))
		return false;
	for (i = 0; i < words; i++)
		w[i] = fx_m64(f, base + (cons & (mask >> 1)) * words * 8 + i * 8);
	fx_w32(f, prod_reg + 4, (cons & 0x80000000) | ((cons + 1) & mask));
	return true;
}

bool fx_event(struct v3_fixture *f, u64 *w)
{
	return take(f, FX_EVENTQ, FX_LOG2EVTQ, SMMUV3_EVENTQ_PROD, w, 4);
}

bool fx_pri(struct v3_fixture *f, u64 *w)
{
	return take(f, FX_PRIQ, FX_LOG2PRIQ, SMMUV3_PRIQ_PROD, w, 2);
}

u32 fx_events_pending(struct v3_fixture *f)
{
	u32 mask = (2U << FX_LOG2EVTQ) - 1;

	return (fx_r32(f, SMMUV3_EVENTQ_PROD) - fx_r32(f, SMMUV3_EVENTQ_CONS)) & mask;
}

struct dma_txn fx_txn(struct v3_fixture *f, u32 sid, u64 iova, u16 flags)
{
	return (struct dma_txn){ .iova = iova, .id = ++f->next_id, .sid = sid, .len = 4, .flags = flags };
}

enum xlat fx_xlat(struct v3_fixture *f, u32 sid, u64 iova, u16 flags, struct xlat_result *r)
{
	struct dma_txn t = fx_txn(f, sid, iova, flags);

	return smmuv3_class.translate(&f->smmu, &t, r);
}

void fx_ste(struct v3_fixture *f, u32 sid, u64 w0, u64 w1, u64 w2, u64 w3)
{
	fx_words(f, FX_STRTAB + sid * 64, (u64[8]){ w0, w1, w2, w3 }, 8);
}

void fx_cd(struct v3_fixture *f, u32 index, u64 w0, u64 ttb0)
{
	fx_words(f, FX_CDTAB + index * 64, (u64[8]){ w0, ttb0 }, 8);
}

void fx_table(struct v3_fixture *f, struct pt_build *t, bool stage2)
{
	struct pt_build_cfg cfg = { .format = stage2 ? PT_VMSA64_S2 : PT_VMSA64_S1,
				    .granule = 12,
				    .in_bits = stage2 ? 44 : 48,
				    .stage2_level = 0,
				    .out_bits = 48 };

	if (pt_build_init(t, &cfg, &f->m.drv_ops, f))
		abort();
}

void fx_map(struct pt_build *t, u64 iova, u64 pa, u64 bytes, u32 prot)
{
	if (pt_map(t, iova, pa, bytes, prot))
		abort();
}

void fx_s1_stream(struct v3_fixture *f, u32 sid, u64 cd_flags, struct pt_build *t)
{
	fx_table(f, t, false);
	fx_cd(f, sid, (FX_CD_0 & ~(FX_CD_A | FX_CD_R)) | cd_flags | (u64)sid << 48, t->root);
	fx_ste(f, sid, FX_STE_S1 | (FX_CDTAB + sid * 64), 0, 0, 0);
}

void fx_nested_stream(struct v3_fixture *f, u32 sid, u64 cd_flags, u64 s2_flags, struct pt_build *s1,
		      struct pt_build *s2)
{
	fx_s1_stream(f, sid, cd_flags, s1);
	fx_table(f, s2, true);
	fx_map(s2, FX_CDTAB, FX_CDTAB, 0x1000, FX_RW);
	fx_map(s2, FX_TABLES, FX_TABLES, 0x100000, FX_RW);
	fx_ste(f, sid, FX_STE_NESTED | (FX_CDTAB + sid * 64), 0, (FX_STE2_S2 & ~FX_STE2_S2R) | s2_flags | sid,
	       s2->root);
}
