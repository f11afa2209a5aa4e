/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What verify.c, the scene and the models share. */
#ifndef VERIFY_PRIV_H
#define VERIFY_PRIV_H

#include "machine.h"
#include "verify.h"
#include "verify_state.h"

/* Which memory access of the walk is changed before the access is issued. */
enum verify_where {
	VERIFY_NOTHING,
	VERIFY_CONFIG, /* verify_poke.nth fetch of a configuration structure */
	VERIFY_CONFIG_LAST,
	VERIFY_TABLE_FIRST,
	VERIFY_LEAF, /* the last descriptor */
};

/**
 * struct verify_poke - a structure that is changed by hand, because no driver would write it so
 * @where: enum verify_where
 * @nth: VERIFY_CONFIG: from 0
 * @word: which 64-bit word of the structure, if it is so long
 * @clear: bits of that word to clear
 * @set: bits to set then
 * @fails: the bus answers its fetch with an error; nothing is changed
 */
struct verify_poke {
	u8 where, nth, word;
	bool fails;
	u64 clear, set;
};

#define VERIFY_POKES 2

/* What stands for a stream or an address that was not recorded. */
#define VERIFY_SID  0x8
#define VERIFY_IOVA 0x12345000ULL

/**
 * struct verify_plan - the state that a record implies, and the access
 * @add: there is a device
 * @neighbour: requester ID of another device that has a domain
 * @has_neighbour: there is one
 * @attach: @pasid has a domain
 * @pasid: DRV_NO_PASID: the device's own requests
 * @pasid_bits: of the device
 * @stall: its faults stall
 * @pri: it sends page requests
 * @map: a page of @map_bytes is mapped at @map_iova with @prot
 * @poke: changes by hand
 * @txn: the access
 * @times: how often it is issued
 * @act: there is no access: verify_model.act brings the fault about
 * @stand_in: the stream, or the address, was not recorded; any will do
 * @request: it is a page request; @request_perm is what it asks for
 * @legacy: VT-d: legacy mode
 * @second_stage: VT-d: second-stage tables in scalable mode
 * @format: SMMUv2: FSR.FORMAT of the tables
 */
struct verify_plan {
	bool add, has_neighbour, attach, stall, pri, map;
	u32 neighbour;
	u32 pasid;
	u8 pasid_bits;
	u64 map_iova, map_bytes;
	u32 prot;
	struct verify_poke poke[VERIFY_POKES];
	struct dma_txn txn;
	u32 times;
	bool act, stand_in;
	bool request;
	struct page_request pr;
	bool legacy, second_stage;
	u8 format;
};

/* One IOMMU for one fault. The machine comes first: it is the ctx of its services. */
struct verify_scene {
	struct machine m;
	struct machine_board board;
	struct physmem mem;
	struct fl_config cfg;
	void *drv_cfg;
	struct fault_dev *dev, *other;
	struct fault_domain *dom, *other_dom;
	u64 poked_at[VERIFY_POKES], was[VERIFY_POKES];
};

/**
 * struct verify_model - what verify has to know of an IOMMU
 * @name: in the registry
 * @words: fill in the format, the recorded words and which bits of them are known. NULL, or why that cannot be.
 * @imply: fill in the plan, which has the access already. NULL, or why the state is not known.
 * @configure: the driver's configuration for a plan; may be NULL
 * @prepare: change registers by hand, because no driver would write them so; may be NULL
 * @act: what is done instead of an access, for a fault that has none (verify_plan.act); may be NULL
 * @capture: read the record that the engine made; false: it made none
 * @space: where the @n-th copy of a space of registers begins; false: there are no more. NULL: one of each, at 0
 * @table: how the @nth configuration structure that a walk fetches is laid out; may be NULL
 * @identify: write the identification registers into a dump; may be NULL
 * @expect: write the fault that the model makes into an entry of a dump
 * @open: bits of a word that hardware leaves open, or that depend on how a system is put together
 */
struct verify_model {
	const char *name;
	const char *(*words)(struct verify_result *r);
	const char *(*imply)(const struct verify_result *r, struct verify_plan *p);
	void (*configure)(const struct verify_plan *p, void *drv_cfg);
	void (*prepare)(struct verify_scene *s, const struct verify_result *r);
	void (*act)(struct verify_scene *s, const struct verify_result *r);
	bool (*capture)(struct verify_scene *s, const struct verify_result *r, u64 words[VERIFY_WORDS]);
	bool (*space)(struct verify_scene *s, u32 space, u32 n, u64 *base);
	const struct spec_record *(*table)(const struct verify_plan *p, u32 len, u32 nth);
	void (*identify)(struct verify_scene *s, json_t *dump);
	void (*expect)(const struct verify_result *r, json_t *entry);
	u64 (*open)(const struct verify_result *r, u32 word);
};

extern const struct verify_model verify_smmuv2, verify_smmuv3, verify_smmuv3_error, verify_vtd;

/**
 * verify_play() - set the scene up, issue the access, and read the engine's record
 * @kind: the IOMMU
 * @model: likewise
 * @p: the state and the access
 * @r: model and answered are filled in; or the reason, with the verdict, if the state cannot be set up
 * @st: receives the state; NULL: nobody wants it
 *
 * Return: 0 or -ENOMEM.
 */
int verify_play(const struct iommu_kind *kind, const struct verify_model *model, const struct verify_plan *p,
		struct verify_result *r, struct verify_state *st);

/**
 * verify_state_take() - note the state of a scene
 * @s: the scene, before its access
 * @kind: the IOMMU
 * @model: likewise
 * @p: the access
 * @st: filled in, from zero; verify_state_free() ends it
 *
 * Return: 0 or -ENOMEM.
 */
int verify_state_take(struct verify_scene *s, const struct iommu_kind *kind, const struct verify_model *model,
		      const struct verify_plan *p, struct verify_state *st);

/**
 * verify_state_conclude() - add the access, and the fault that the model has made of it
 * @st: the state
 * @model: the IOMMU
 * @p: the access
 * @r: the model's record
 */
void verify_state_conclude(struct verify_state *st, const struct verify_model *model, const struct verify_plan *p,
			   const struct verify_result *r);

/**
 * verify_state_free() - free a state
 * @st: the state; may be NULL
 */
void verify_state_free(struct verify_state *st);

static inline bool verify_is_request(const struct verify_result *r)
{
	return r->rec.kind == DMAT_PAGE_REQUEST;
}

static inline u64 verify_reg(struct verify_scene *s, u64 offset, u32 size)
{
	return s->m.cls->mmio_read(s->m.hw, offset, size);
}

/* An entry of a queue in memory; false: it cannot be read. */
bool verify_queue_entry(struct verify_scene *s, u64 at, u32 bytes, u64 words[VERIFY_WORDS]);
/* The words of the model's record, all of whose bits count. */
void verify_expect_words(const struct verify_result *r, u32 n, json_t *fault);

/* Bits of a number; 0 for 0. */
static inline u8 verify_bits(u32 n)
{
	u8 bits = 0;

	while (bits < 32 && n >> bits)
		bits++;
	return bits;
}

/* The PASID of an access has a domain, in a device that has as many as needed. */
static inline void verify_attach(struct verify_plan *p)
{
	bool has = p->txn.flags & DMA_PASID;

	p->add = p->attach = true;
	p->pasid = has ? p->txn.pasid : DRV_NO_PASID;
	p->pasid_bits = has ? max(verify_bits(p->txn.pasid), (u8)1) : 0;
}

/* The page of the access is mapped. */
static inline void verify_map(struct verify_plan *p, u32 prot)
{
	p->map = true;
	p->map_bytes = 4096;
	p->map_iova = p->txn.iova & ~4095ULL;
	p->prot = prot;
}

#endif /* VERIFY_PRIV_H */
