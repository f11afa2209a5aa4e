// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The invalidation queue: batches that end in a wait descriptor, single
 * descriptors that nobody waits for, and recovery from the queue's errors
 * (6.5.2, 6.5.2.11).
 *
 * Wait descriptors complete in order and each reports its number in one word of
 * memory: a wait is over once that word has reached its number.
 */
#include "vtd_drv_priv.h"

#define ATS_RETRIES 3

int vdrv_queue_init(struct vtd_drv *d)
{
	u64 bytes = 4096ULL << d->cfg.iq_order;
	int r;

	d->iq.desc = d->scalable ? 32 : 16;
	d->iq.entries = (u32)(bytes / d->iq.desc);
	r = drv_mem_alloc(&d->h, bytes, bytes, &d->iq.base);
	return r ? r : vdrv_page(d, &d->iq.status);
}

void vdrv_queue_exit(struct vtd_drv *d)
{
	if (d->iq.base)
		drv_mem_free(&d->h, d->iq.base, 4096ULL << d->cfg.iq_order);
	if (d->iq.status)
		drv_mem_free(&d->h, d->iq.status, 4096);
}

/* Free entries; one stays unused. Under the lock. */
static u32 room(struct vtd_drv *d, u32 wanted)
{
	struct vdrv_queue *q = &d->iq;
	u32 used = (q->tail - q->head) & (q->entries - 1);

	if (q->entries - 1 - used < wanted) {
		q->head = (u32)(drv_read64(&d->h, VTD_IQH) / q->desc) & (q->entries - 1);
		used = (q->tail - q->head) & (q->entries - 1);
	}
	return q->entries - 1 - used;
}

static int write_desc(struct vtd_drv *d, u32 index, const u64 *words)
{
	struct vdrv_queue *q = &d->iq;
	u8 raw[32];
	u32 i;

	for (i = 0; i < q->desc / 8u; i++)
		fl_put_le64(raw + i * 8, words[i]);
	return drv_mem_write(&d->h, q->base + (u64)index * q->desc, raw, q->desc);
}

/* Under the lock: write @n descriptors and move the tail; -EAGAIN: no room; -EIO. */
static int submit(struct vtd_drv *d, const u64 (*desc)[VDRV_DESC_WORDS], u32 n)
{
	struct vdrv_queue *q = &d->iq;
	u32 i;
	int r = d->h.dead ? -EIO : room(d, n) < n ? -EAGAIN : 0;

	for (i = 0; i < n && !r; i++)
		r = write_desc(d, (q->tail + i) & (q->entries - 1), desc[i]);
	if (r)
		return r;
	q->tail = (q->tail + n) & (q->entries - 1);
	d->stats.descriptors += n;
	drv_write64(&d->h, VTD_IQT, (u64)q->tail * q->desc);
	return 0;
}

static void wait_desc(struct vtd_drv *d, u64 *words, u64 flags)
{
	memset(words, 0, VDRV_DESC_WORDS * 8);
	words[0] = VTD_DESC_WAIT | VTD_WAIT_SW | flags | FIELD_PREP(VTD_WAIT_DATA, (u64)++d->iq.seq);
	words[1] = d->iq.status;
	d->stats.waits++;
}

/* The refused descriptor becomes a wait that signals nothing; the queue goes on after it. The caller holds the lock. */
static void replace_refused(struct vtd_drv *d)
{
	struct vdrv_queue *q = &d->iq;
	u64 nothing[VDRV_DESC_WORDS] = { VTD_DESC_WAIT };
	u32 at = (u32)(drv_read64(&d->h, VTD_IQH) / q->desc) & (q->entries - 1);
	u64 record = drv_read64(&d->h, VTD_IQERCD);

	memset(d->stats.last_bad_desc, 0, sizeof(d->stats.last_bad_desc));
	drv_read_words(&d->h, q->base + (u64)at * q->desc, d->stats.last_bad_desc, q->desc / 8u);
	d->stats.iq_errors[FIELD_GET(VTD_IQERCD_IQEI, record)]++;
	q->errors++;
	write_desc(d, at, nothing);
}

/**
 * vdrv_queue_recover() - deal with IQE, ITE and ICE
 * Return: whether there was any.
 */
bool vdrv_queue_recover(struct vtd_drv *d)
{
	u32 fsts = drv_status(&d->h, VTD_FSTS) & (VTD_FSTS_IQE | VTD_FSTS_ITE | VTD_FSTS_ICE);
	unsigned long flags;

	if (!fsts)
		return false;
	spin_lock_irqsave(&d->h.lock, flags);
	/* Another thread may have been here meanwhile. */
	fsts &= drv_read32(&d->h, VTD_FSTS);
	if (fsts & VTD_FSTS_IQE)
		replace_refused(d);
	if (fsts & VTD_FSTS_ITE) {
		/* Pending wait descriptors are gone; those behind IQH will be fetched again. */
		d->stats.ats_timeouts++;
		d->iq.aborts++;
	}
	if (fsts & VTD_FSTS_ICE)
		d->stats.ats_errors++;
	if (fsts)
		drv_write32(&d->h, VTD_FSTS, fsts);
	spin_unlock_irqrestore(&d->h.lock, flags);
	return fsts;
}

void vdrv_add(struct vtd_drv *d, struct vdrv_batch *b, u64 qw0, u64 qw1)
{
	if (b->n == VDRV_BATCH - 1) {
		int r = vdrv_sync(d, b, 0);

		b->error = b->error ? b->error : r;
	}
	b->d[b->n][0] = qw0;
	b->d[b->n][1] = qw1;
	b->d[b->n][2] = b->d[b->n][3] = 0;
	b->n++;
}

static bool reached(struct vtd_drv *d, u32 seq)
{
	u8 raw[4];

	return !drv_mem_read(&d->h, d->iq.status, raw, sizeof(raw)) && (s32)(fl_get_le32(raw) - seq) >= 0;
}

/* Submit the batch with a wait at its end. */
static int submit_all(struct vtd_drv *d, struct vdrv_batch *b, u64 flags, u32 *seq, u32 *aborts)
{
	unsigned long irq;
	u32 tries;
	int r;

	for (tries = 0;; tries++) {
		spin_lock_irqsave(&d->h.lock, irq);
		r = d->h.dead ? -EIO : room(d, b->n + 1) < b->n + 1 ? -EAGAIN : 0;
		if (!r) {
			wait_desc(d, b->d[b->n], flags);
			*seq = d->iq.seq;
			*aborts = d->iq.aborts;
			r = submit(d, (const u64(*)[VDRV_DESC_WORDS])b->d, b->n + 1);
		}
		spin_unlock_irqrestore(&d->h.lock, irq);
		if (r != -EAGAIN)
			return r;
		vdrv_queue_recover(d);
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	}
}

/* 0; -EAGAIN: an ATS time-out has swept the wait away; -ETIMEDOUT; -EIO: the hardware is given up. */
static int wait_for(struct vtd_drv *d, u32 seq, u32 aborts)
{
	u32 tries;

	for (tries = 0; !reached(d, seq); tries++) {
		vdrv_queue_recover(d);
		if (drv_dead(&d->h))
			return -EIO;
		if (d->iq.aborts != aborts && !reached(d, seq))
			return -EAGAIN;
		if (!drv_poll(&d->h, tries))
			return -ETIMEDOUT;
	}
	return 0;
}

/**
 * vdrv_sync() - carry a batch out and wait until it is complete
 * @b: empty afterwards
 * @wait_flags: VTD_WAIT_PD
 * Return: 0; the first error of the batch: -EIO if a descriptor was refused or
 * the hardware is given up, -ETIMEDOUT if an endpoint or the hardware does not answer.
 */
int vdrv_sync(struct vtd_drv *d, struct vdrv_batch *b, u64 wait_flags)
{
	u32 seq, aborts, again = 0, errors = d->iq.errors;
	int r;

	do {
		r = submit_all(d, b, wait_flags, &seq, &aborts);
		if (!r)
			r = wait_for(d, seq, aborts);
	} while (r == -EAGAIN && ++again < ATS_RETRIES);
	if (r == -EAGAIN)
		r = -ETIMEDOUT;
	if (!r && d->iq.errors != errors)
		r = -EIO;
	b->n = 0;
	if (b->error)
		r = b->error;
	b->error = 0;
	return r;
}

/* One descriptor that nobody waits for; does not sleep. -EAGAIN: no room; -EIO. */
int vdrv_try(struct vtd_drv *d, u64 qw0, u64 qw1)
{
	u64 desc[1][VDRV_DESC_WORDS] = { { qw0, qw1, 0, 0 } };
	unsigned long flags;
	int r;

	spin_lock_irqsave(&d->h.lock, flags);
	r = submit(d, desc, 1);
	spin_unlock_irqrestore(&d->h.lock, flags);
	return r;
}
