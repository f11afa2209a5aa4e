// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The command queue (4.1, 4.7, 7.1). */
#include "smmuv3_priv.h"

/* The outcome of a command: a CERROR_*, 0 if it was consumed, or it waits. */
#define CMD_WAITS 0xff

/* Commands that may be consumed; none if the indices are inconsistent (3.5.1). */
static u32 pending(const struct smmuv3 *s)
{
	u32 used = v3_queue_used(s, &v3_cmdq);

	return used <= 1U << v3_queue_log2size(s, &v3_cmdq) ? used : 0;
}

/* What software can see of the queue before the call under way changes anything. */
void v3_cmdq_look(struct smmuv3 *s)
{
	s->cmdq_seen_full =
		(s->idr0 & SMMUV3_IDR0_SEV) &&
		ring_full(v3_reg(s, SMMUV3_CMDQ_PROD), v3_reg(s, SMMUV3_CMDQ_CONS), v3_queue_log2size(s, &v3_cmdq));
}

static u8 cmd_resume(struct smmuv3 *s, const u64 *cmd)
{
	enum iommu_resume how = RESUME_RETRY;

	if (FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0) == SMMUV3_STALL_MODEL_NONE || (cmd[0] & SMMUV3_CMD_0_SSEC))
		return SMMUV3_CERROR_ILL;
	if (!(cmd[0] & SMMUV3_CMD_RESUME_0_AC))
		how = (cmd[0] & SMMUV3_CMD_RESUME_0_AB) || (s->idr0 & SMMUV3_IDR0_TERM_MODEL) ? RESUME_ABORT
											      : RESUME_RAZWI;
	v3_stall_resume(s, FIELD_GET(SMMUV3_CMD_0_STREAMID, cmd[0]), FIELD_GET(SMMUV3_CMD_RESUME_1_STAG, cmd[1]), how);
	return 0;
}

static u8 cmd_stall_term(struct smmuv3 *s, const u64 *cmd)
{
	if (FIELD_GET(SMMUV3_IDR0_STALL_MODEL, s->idr0) == SMMUV3_STALL_MODEL_NONE || (cmd[0] & SMMUV3_CMD_0_SSEC))
		return SMMUV3_CERROR_ILL;
	v3_stall_term(s, FIELD_GET(SMMUV3_CMD_0_STREAMID, cmd[0]));
	return 0;
}

/* ATS and PRI commands are ignored while translation is off, but not their errors (4.5). */
static u8 cmd_ats(struct smmuv3 *s, const u64 *cmd)
{
	if (!(s->idr0 & SMMUV3_IDR0_ATS) || FIELD_GET(SMMUV3_CMD_ATC_INV_1_SIZE, cmd[1]) > SMMUV3_ATC_INV_SIZE_ALL)
		return SMMUV3_CERROR_ILL;
	if (!(s->cr0 & SMMUV3_CR0_SMMUEN) || !s->eng.ops->ats_invalidate)
		return 0;
	return v3_atc_inv(s, cmd) ? 0 : CMD_WAITS;
}

static u8 cmd_pri_resp(struct smmuv3 *s, const u64 *cmd)
{
	if (!(s->idr0 & SMMUV3_IDR0_PRI) || FIELD_GET(SMMUV3_CMD_PRI_RESP_1_RESP, cmd[1]) > SMMUV3_PRI_RESP_SUCCESS)
		return SMMUV3_CERROR_ILL;
	if (s->cr0 & SMMUV3_CR0_SMMUEN)
		v3_pri_resp(s, cmd);
	return 0;
}

/*
 * A CMD_SYNC is complete once no walk is in flight that an earlier invalidation has overtaken, and every ATS
 * invalidation is answered. The signal follows the update of CONS.
 */
static u8 cmd_sync(struct smmuv3 *s, const u64 *cmd)
{
	if (FIELD_GET(SMMUV3_CMD_SYNC_0_CS, cmd[0]) > SMMUV3_SYNC_CS_SEV)
		return SMMUV3_CERROR_ILL;
	if (s->eng.stale_in_flight || engine_itags_open(&s->eng, ~0ULL))
		return CMD_WAITS;
	if (s->atc_timed_out) {
		s->atc_timed_out = false;
		return SMMUV3_CERROR_ATC_INV_SYNC;
	}
	return 0;
}

static void sync_signal(struct smmuv3 *s, const u64 *cmd)
{
	u64 msi = cmd[1] & SMMUV3_CMD_SYNC_1_MSIADDR;
	u32 data = FIELD_GET(SMMUV3_CMD_SYNC_0_MSIDATA, cmd[0]);
	const struct iommu_ops *ops = s->eng.ops;

	s->stats.syncs++;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_SYNC });
	switch (FIELD_GET(SMMUV3_CMD_SYNC_0_CS, cmd[0])) {
	case SMMUV3_SYNC_CS_IRQ:
		v3_pulse(s, SMMUV3_IRQ_CMD_SYNC);
		if ((s->idr0 & SMMUV3_IDR0_MSI) && msi &&
		    v3_msi(s, msi, data, ops->sync_write ? ops->sync_write : ops->msi))
			v3_gerror(s, SMMUV3_GERROR_MSI_CMDQ_ABT_ERR);
		break;
	case SMMUV3_SYNC_CS_SEV:
		if (s->idr0 & SMMUV3_IDR0_SEV)
			v3_pulse(s, SMMUV3_IRQ_SEV);
		break;
	}
}

static u8 execute(struct smmuv3 *s, const u64 *cmd)
{
	u32 op = FIELD_GET(SMMUV3_CMD_0_OP, cmd[0]);

	switch (op) {
	case SMMUV3_CMD_PREFETCH_CONFIG: /* hints: nothing has to be prefetched (4.2) */
	case SMMUV3_CMD_PREFETCH_ADDR:
		return cmd[0] & SMMUV3_CMD_0_SSEC ? SMMUV3_CERROR_ILL : 0;
	case SMMUV3_CMD_ATC_INV:
		return cmd_ats(s, cmd);
	case SMMUV3_CMD_PRI_RESP:
		return cmd_pri_resp(s, cmd);
	case SMMUV3_CMD_RESUME:
		return cmd_resume(s, cmd);
	case SMMUV3_CMD_STALL_TERM:
		return cmd_stall_term(s, cmd);
	case SMMUV3_CMD_SYNC:
		return cmd_sync(s, cmd);
	default:
		if (op >= SMMUV3_CMD_CFGI_STE && op <= SMMUV3_CMD_CFGI_VMS_PIDM)
			return v3_cmd_cfgi(s, cmd);
		return v3_cmd_tlbi(s, cmd);
	}
}

static void stop(struct smmuv3 *s, u8 error)
{
	u32 cons = v3_reg(s, SMMUV3_CMDQ_CONS);

	reg_set(&s->regs, SMMUV3_CMDQ_CONS,
		(cons & ~SMMUV3_CMDQ_CONS_ERR) | FIELD_PREP(SMMUV3_CMDQ_CONS_ERR, (u32)error));
	v3_gerror(s, SMMUV3_GERROR_CMDQ_ERR);
}

/* Read the command at @pa. False: the read was aborted. */
static bool fetch(struct smmuv3 *s, u64 pa, u64 *cmd)
{
	engine_event(&s->eng,
		     &(struct iommu_event){
			     .kind = IOMMU_EV_MEM_READ, .unit = UNIT_CMDQ, .addr = pa, .len = SMMUV3_CMD_BYTES });
	engine_calls_back(&s->eng, CALLS_THAT_ACT, "mem_read of a command");
	if (engine_read_words(&s->eng, NULL, pa, cmd, SMMUV3_CMD_WORDS))
		return false;
	engine_event(&s->eng, &(struct iommu_event){ .kind = IOMMU_EV_COMMAND,
						     .unit = UNIT_CMDQ,
						     .code = FIELD_GET(SMMUV3_CMD_0_OP, cmd[0]),
						     .words = cmd });
	return true;
}

/* Execute one command; a command that has waited is not read again. Returns false if the queue has to stop. */
static bool consume(struct smmuv3 *s)
{
	u8 n = v3_queue_log2size(s, &v3_cmdq);
	u32 cons = v3_reg(s, SMMUV3_CMDQ_CONS);
	u64 *cmd = s->blocked_cmd;
	u8 error;

	if (!s->sync_blocked && !fetch(s, v3_queue_entry(s, &v3_cmdq, cons), cmd)) {
		stop(s, SMMUV3_CERROR_ABT);
		return false;
	}
	error = execute(s, cmd);
	s->sync_blocked = error == CMD_WAITS;
	s->eng.owed |= s->sync_blocked;
	if (s->sync_blocked)
		return false;
	if (error) {
		stop(s, error);
		return false;
	}
	reg_set(&s->regs, SMMUV3_CMDQ_CONS, (cons & SMMUV3_CMDQ_CONS_ERR) | ring_next(ring_ptr(cons, n), n));
	s->stats.commands++;
	/* Software that found no room may sleep until there is some (4.1.2). */
	if (unlikely(s->cmdq_seen_full)) {
		s->cmdq_seen_full = false;
		v3_pulse(s, SMMUV3_IRQ_SEV);
	}
	if (FIELD_GET(SMMUV3_CMD_0_OP, cmd[0]) == SMMUV3_CMD_SYNC)
		sync_signal(s, cmd);
	return true;
}

/* Consume the commands in the queue. Called when anything that blocks the queue may have changed. */
void v3_cmdq_run(struct smmuv3 *s)
{
	while ((s->cr0 & SMMUV3_CR0_CMDQEN) && !v3_gerror_active(s, SMMUV3_GERROR_CMDQ_ERR) && pending(s))
		if (!consume(s))
			break;
}

/* Whether the blocked command can go on. */
static bool may_go_on(const struct smmuv3 *s)
{
	if (FIELD_GET(SMMUV3_CMD_0_OP, s->blocked_cmd[0]) == SMMUV3_CMD_ATC_INV)
		return engine_free_itag(&s->eng) >= 0;
	return !s->eng.stale_in_flight && !engine_itags_open(&s->eng, ~0ULL);
}

void v3_step(void *hw)
{
	struct smmuv3 *s = hw;

	if (s->sync_blocked && may_go_on(s)) {
		v3_cmdq_look(s);
		v3_cmdq_run(s);
	}
	s->eng.owed = s->sync_blocked;
}
