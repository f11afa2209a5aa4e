/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The register file of pages 0 and 1 as one table (6.2). */
#include "smmuv3_regs.h"

#define F(n, h, l, a, d)                                                    \
	{                                                                   \
		.name = n, .high = h, .low = l, .access = REG_##a, .doc = d \
	}
#define FIELDS(f) .fields = f, .n_fields = ARRAY_SIZE(f)

static const struct reg_field idr0[] = {
	F("ST_LEVEL", 28, 27, RO, "1: 2-level stream tables"),
	F("TERM_MODEL", 26, 26, RO, "1: CD.A must be 1"),
	F("STALL_MODEL", 25, 24, RO, "0: stall and terminate, 1: no stall, 2: stall forced"),
	F("ATSRECERR", 23, 23, RO, "CR2.REC_CFG_ATS is supported"),
	F("TTENDIAN", 22, 21, RO, "0: mixed, 2: little, 3: big endian tables"),
	F("VATOS", 20, 20, RO, "translation operations for VMs"),
	F("CD2L", 19, 19, RO, "2-level CD tables"),
	F("VMID16", 18, 18, RO, "16-bit VMIDs"),
	F("VMW", 17, 17, RO, "VMID wildcards"),
	F("PRI", 16, 16, RO, "page request interface"),
	F("ATOS", 15, 15, RO, "address translation operations"),
	F("SEV", 14, 14, RO, "WFE wake-up events"),
	F("MSI", 13, 13, RO, "message-signalled interrupts"),
	F("ASID16", 12, 12, RO, "16-bit ASIDs"),
	F("NS1ATS", 11, 11, RO, "1: no split-stage ATS"),
	F("ATS", 10, 10, RO, "PCIe ATS"),
	F("Hyp", 9, 9, RO, "EL2 stream worlds"),
	F("DORMHINT", 8, 8, RO, "dormant hint in STATUSR"),
	F("HTTU", 7, 6, RO, "1: access flag, 2: and dirty state, 3: and table access flag"),
	F("BTM", 5, 5, RO, "broadcast TLB maintenance"),
	F("COHACC", 4, 4, RO, "coherent accesses of the SMMU"),
	F("TTF", 3, 2, RO, "bit 2: VMSAv8-32 LPAE, bit 3: VMSAv8-64"),
	F("S1P", 1, 1, RO, "stage 1"),
	F("S2P", 0, 0, RO, "stage 2"),
};

static const struct reg_field idr1[] = {
	F("ECMDQ", 31, 31, RO, "extended command queues"),
	F("TABLES_PRESET", 30, 30, RO, "the stream table base is fixed"),
	F("QUEUES_PRESET", 29, 29, RO, "the queue bases are fixed"),
	F("REL", 28, 28, RO, "the fixed bases are relative to the registers"),
	F("ATTR_TYPES_OVR", 27, 27, RO, "memory type, shareability, hints may be overridden"),
	F("ATTR_PERMS_OVR", 26, 26, RO, "instruction, privilege may be overridden"),
	F("CMDQS", 25, 21, RO, "log2 of the largest command queue"),
	F("EVENTQS", 20, 16, RO, "log2 of the largest event queue"),
	F("PRIQS", 15, 11, RO, "log2 of the largest PRI queue"),
	F("SSIDSIZE", 10, 6, RO, "bits of a SubstreamID, 0..20"),
	F("SIDSIZE", 5, 0, RO, "bits of a StreamID, 0..32"),
};

static const struct reg_field idr2[] = { F("BA_VATOS", 9, 0, RO, "64 KiB page of the VATOS registers") };

static const struct reg_field idr3[] = {
	F("AIE", 23, 23, RO, "memory attribute indexing has extra attributes"),
	F("MTEPERM", 22, 22, RO, "stage 2 NoTagAccess permission"),
	F("THE", 21, 21, RO, "translation hardening"),
	F("S2PO", 20, 20, RO, "stage 2 permission overlays"),
	F("S2PI", 19, 19, RO, "stage 2 permission indirection"),
	F("S1PI", 18, 18, RO, "stage 1 permission indirection"),
	F("EPAN", 17, 17, RO, "enhanced privileged access never"),
	F("PASIDTT", 16, 16, RO, "PASID on translated transactions"),
	F("DPT", 15, 15, RO, "device permission table"),
	F("PTWNNC", 14, 14, RO, "walk reads are normal non-cacheable where not cacheable"),
	F("E0PD", 13, 13, RO, "CD.E0PDx"),
	F("BBML", 12, 11, RO, "break-before-make level"),
	F("RIL", 10, 10, RO, "range invalidation and level hint"),
	F("STT", 9, 9, RO, "small translation tables"),
	F("FWB", 8, 8, RO, "STE.S2FWB"),
	F("MPAM", 7, 7, RO, "memory partitioning"),
	F("PPS", 5, 5, RO, "automatic responses carry the PASID"),
	F("XNX", 4, 4, RO, "stage 2 XN[1:0] by privilege"),
	F("PBHA", 3, 3, RO, "page-based hardware attributes"),
	F("HAD", 2, 2, RO, "CD.HADx"),
};

static const struct reg_field idr4[] = { F("IMPDEF", 31, 0, RO, "implementation defined") };

static const struct reg_field idr5[] = {
	F("STALL_MAX", 31, 16, RO, "most stalled transactions"),
	F("VAX", 11, 10, RO, "1: 52-bit VAs"),
	F("D128", 8, 8, RO, "128-bit descriptors"),
	F("DS", 7, 7, RO, "52-bit addresses with 4K and 16K granules"),
	F("GRAN64K", 6, 6, RO, "64 KiB granule"),
	F("GRAN16K", 5, 5, RO, "16 KiB granule"),
	F("GRAN4K", 4, 4, RO, "4 KiB granule"),
	F("OAS", 2, 0, RO, "output address size: 32, 36, 40, 42, 44, 48, 52, 56 bits"),
};

static const struct reg_field iidr[] = {
	F("ProductID", 31, 20, RO, "part"),
	F("Variant", 19, 16, RO, "major revision"),
	F("Revision", 15, 12, RO, "minor revision"),
	F("Implementer", 11, 0, RO, "JEP106"),
};

static const struct reg_field aidr[] = {
	F("ArchMajorRev", 7, 4, RO, "0: SMMUv3"),
	F("ArchMinorRev", 3, 0, RO, "SMMUv3.n"),
};

static const struct reg_field cr0[] = {
	F("VMW", 8, 6, RW, "low VMID bits that invalidations ignore, 0..4"),
	F("ATSCHK", 4, 4, RW, "translated transactions are checked"),
	F("CMDQEN", 3, 3, RW, "commands are consumed"),
	F("EVENTQEN", 2, 2, RW, "events are written"),
	F("PRIQEN", 1, 1, RW, "page requests are written"),
	F("SMMUEN", 0, 0, RW, "0: bypass, see GBPA"),
};

static const struct reg_field cr0ack[] = {
	F("VMW", 8, 6, RO, "VMID wildcard"),
	F("ATSCHK", 4, 4, RO, "translated ATS transactions are checked"),
	F("CMDQEN", 3, 3, RO, "commands are consumed"),
	F("EVENTQEN", 2, 2, RO, "events are written"),
	F("PRIQEN", 1, 1, RO, "page requests are written"),
	F("SMMUEN", 0, 0, RO, "translation enabled"),
};

static const struct reg_field cr1[] = {
	F("TABLE_SH", 11, 10, RW, "shareability of table reads"),
	F("TABLE_OC", 9, 8, RW, "outer cacheability of table reads"),
	F("TABLE_IC", 7, 6, RW, "inner cacheability of table reads"),
	F("QUEUE_SH", 5, 4, RW, "shareability of queue accesses"),
	F("QUEUE_OC", 3, 2, RW, "outer cacheability of queue accesses"),
	F("QUEUE_IC", 1, 0, RW, "inner cacheability of queue accesses"),
};

static const struct reg_field cr2[] = {
	F("REC_CFG_ATS", 3, 3, RW, "record configuration errors of ATS and PRI"),
	F("PTM", 2, 2, RW, "private TLB maintenance"),
	F("RECINVSID", 1, 1, RW, "record C_BAD_STREAMID"),
	F("E2H", 0, 0, RW, "STE.STRW 2 is EL2-E2H"),
};

static const struct reg_field statusr[] = { F("DORMANT", 0, 0, RO, "no work in flight, nothing cached") };

static const struct reg_field gbpa[] = {
	F("Update", 31, 31, RW, "set by the write, clear when done"),
	F("ABORT", 20, 20, RW, "abort what would bypass"),
	F("INSTCFG", 19, 18, RW, "instruction or data of bypassing transactions"),
	F("PRIVCFG", 17, 16, RW, "privilege of bypassing transactions"),
	F("SHCFG", 13, 12, RW, "shareability of bypassing transactions"),
	F("ALLOCCFG", 11, 8, RW, "allocation hints of bypassing transactions"),
	F("MTCFG", 4, 4, RW, "MemAttr applies"),
	F("MemAttr", 3, 0, RW, "memory type of bypassing transactions"),
};

static const struct reg_field agbpa[] = { F("IMPDEF", 31, 0, RAZ_WI, "implementation defined") };

static const struct reg_field irq_ctrl[] = {
	F("EVENTQ_IRQEN", 2, 2, RW, "event queue interrupts"),
	F("PRIQ_IRQEN", 1, 1, RW, "PRI queue interrupts"),
	F("GERROR_IRQEN", 0, 0, RW, "global error interrupts"),
};

static const struct reg_field irq_ctrlack[] = {
	F("EVENTQ_IRQEN", 2, 2, RO, "event queue interrupts"),
	F("PRIQ_IRQEN", 1, 1, RO, "PRI queue interrupts"),
	F("GERROR_IRQEN", 0, 0, RO, "global error interrupts"),
};

static const struct reg_field gerror[] = {
	F("SFM_ERR", 8, 8, RO, "service failure mode"),
	F("MSI_GERROR_ABT_ERR", 7, 7, RO, "the MSI for global errors was aborted"),
	F("MSI_PRIQ_ABT_ERR", 6, 6, RO, "the MSI for the PRI queue was aborted"),
	F("MSI_EVENTQ_ABT_ERR", 5, 5, RO, "the MSI for the event queue was aborted"),
	F("MSI_CMDQ_ABT_ERR", 4, 4, RO, "the MSI of a CMD_SYNC was aborted"),
	F("PRIQ_ABT_ERR", 3, 3, RO, "no entries until acknowledged"),
	F("EVENTQ_ABT_ERR", 2, 2, RO, "no records until acknowledged"),
	F("CMDQ_ERR", 0, 0, RO, "no commands until acknowledged; see CMDQ_CONS.ERR"),
};

static const struct reg_field gerrorn[] = {
	F("SFM_ERR", 8, 8, RW, "service failure mode entered"),
	F("MSI_GERROR_ABT_ERR", 7, 7, RW, "the MSI for global errors was aborted"),
	F("MSI_PRIQ_ABT_ERR", 6, 6, RW, "the MSI for the PRI queue was aborted"),
	F("MSI_EVENTQ_ABT_ERR", 5, 5, RW, "the MSI for the event queue was aborted"),
	F("MSI_CMDQ_ABT_ERR", 4, 4, RW, "the MSI of a CMD_SYNC was aborted"),
	F("PRIQ_ABT_ERR", 3, 3, RW, "a write to the PRI queue was aborted"),
	F("EVENTQ_ABT_ERR", 2, 2, RW, "a write to the event queue was aborted"),
	F("CMDQ_ERR", 0, 0, RW, "a command was not accepted: CMDQ_CONS.ERR"),
};

static const struct reg_field irq_cfg0[] = { F("ADDR", 55, 2, RW, "address of the MSI; 0: none") };
static const struct reg_field irq_cfg1[] = { F("DATA", 31, 0, RW, "MSI data") };
static const struct reg_field irq_cfg2[] = { F("SH", 5, 4, RW, "shareability of the MSI"),
					     F("MemAttr", 3, 0, RW, "memory type of the MSI") };

static const struct reg_field priq_irq_cfg2[] = {
	F("LO", 31, 31, RW, "interrupt for each request with Last instead of on becoming non-empty"),
	F("SH", 5, 4, RW, "shareability of the MSI"),
	F("MemAttr", 3, 0, RW, "memory type of the MSI"),
};

static const struct reg_field strtab_base[] = { F("RA", 62, 62, RW, "read allocate hint"),
						F("ADDR", 55, 6, RW, "base address") };

static const struct reg_field strtab_base_cfg[] = {
	F("FMT", 17, 16, RW, "0: linear, 1: 2-level"),
	F("SPLIT", 10, 6, RW, "StreamID bits of the second level: 6, 8, 10"),
	F("LOG2SIZE", 5, 0, RW, "StreamID bits"),
};

static const struct reg_field cmdq_base[] = {
	F("RA", 62, 62, RW, "read allocate hint"),
	F("ADDR", 55, 5, RW, "base address"),
	F("LOG2SIZE", 4, 0, RW, "entries"),
};

static const struct reg_field outq_base[] = {
	F("WA", 62, 62, RW, "write allocate hint"),
	F("ADDR", 55, 5, RW, "base address"),
	F("LOG2SIZE", 4, 0, RW, "entries"),
};

static const struct reg_field cmdq_prod[] = { F("WR", 19, 0, RW, "index and wrap bit") };
static const struct reg_field cmdq_cons[] = {
	F("ERR", 30, 24, RO, "0: none, 1: CERROR_ILL, 2: CERROR_ABT, 3: CERROR_ATC_INV_SYNC"),
	F("RD", 19, 0, RW, "index and wrap bit"),
};
static const struct reg_field outq_prod[] = { F("OVFLG", 31, 31, RW, "toggles when the queue overflows"),
					      F("WR", 19, 0, RW, "index and wrap bit") };
static const struct reg_field outq_cons[] = { F("OVACKFLG", 31, 31, RW, "software copies OVFLG here"),
					      F("RD", 19, 0, RW, "index and wrap bit") };
static const struct reg_field id_regs[] = { F("ID", 31, 0, RO, "CoreSight identification") };

#define R(o, s, n, f, sec)                                                   \
	{                                                                    \
		.offset = o, .size = s, .name = n, FIELDS(f), .section = sec \
	}

const struct reg_desc smmuv3_reg_table[] = {
	R(SMMUV3_IDR0, 4, "SMMU_IDR0", idr0, "6.3.1"),
	R(SMMUV3_IDR1, 4, "SMMU_IDR1", idr1, "6.3.2"),
	R(SMMUV3_IDR2, 4, "SMMU_IDR2", idr2, "6.3.3"),
	R(SMMUV3_IDR3, 4, "SMMU_IDR3", idr3, "6.3.4"),
	R(SMMUV3_IDR4, 4, "SMMU_IDR4", idr4, "6.3.5"),
	R(SMMUV3_IDR5, 4, "SMMU_IDR5", idr5, "6.3.6"),
	R(SMMUV3_IIDR, 4, "SMMU_IIDR", iidr, "6.3.7"),
	R(SMMUV3_AIDR, 4, "SMMU_AIDR", aidr, "6.3.8"),
	R(SMMUV3_CR0, 4, "SMMU_CR0", cr0, "6.3.9"),
	R(SMMUV3_CR0ACK, 4, "SMMU_CR0ACK", cr0ack, "6.3.10"),
	R(SMMUV3_CR1, 4, "SMMU_CR1", cr1, "6.3.11"),
	R(SMMUV3_CR2, 4, "SMMU_CR2", cr2, "6.3.12"),
	R(SMMUV3_STATUSR, 4, "SMMU_STATUSR", statusr, "6.3.13"),
	R(SMMUV3_GBPA, 4, "SMMU_GBPA", gbpa, "6.3.14"),
	R(SMMUV3_AGBPA, 4, "SMMU_AGBPA", agbpa, "6.3.15"),
	R(SMMUV3_IRQ_CTRL, 4, "SMMU_IRQ_CTRL", irq_ctrl, "6.3.16"),
	R(SMMUV3_IRQ_CTRLACK, 4, "SMMU_IRQ_CTRLACK", irq_ctrlack, "6.3.18"),
	R(SMMUV3_GERROR, 4, "SMMU_GERROR", gerror, "6.3.19"),
	R(SMMUV3_GERRORN, 4, "SMMU_GERRORN", gerrorn, "6.3.20"),
	R(SMMUV3_GERROR_IRQ_CFG0, 8, "SMMU_GERROR_IRQ_CFG0", irq_cfg0, "6.3.21"),
	R(SMMUV3_GERROR_IRQ_CFG1, 4, "SMMU_GERROR_IRQ_CFG1", irq_cfg1, "6.3.22"),
	R(SMMUV3_GERROR_IRQ_CFG2, 4, "SMMU_GERROR_IRQ_CFG2", irq_cfg2, "6.3.23"),
	R(SMMUV3_STRTAB_BASE, 8, "SMMU_STRTAB_BASE", strtab_base, "6.3.24"),
	R(SMMUV3_STRTAB_BASE_CFG, 4, "SMMU_STRTAB_BASE_CFG", strtab_base_cfg, "6.3.25"),
	R(SMMUV3_CMDQ_BASE, 8, "SMMU_CMDQ_BASE", cmdq_base, "6.3.26"),
	R(SMMUV3_CMDQ_PROD, 4, "SMMU_CMDQ_PROD", cmdq_prod, "6.3.27"),
	R(SMMUV3_CMDQ_CONS, 4, "SMMU_CMDQ_CONS", cmdq_cons, "6.3.28"),
	R(SMMUV3_EVENTQ_BASE, 8, "SMMU_EVENTQ_BASE", outq_base, "6.3.29"),
	R(SMMUV3_EVENTQ_IRQ_CFG0, 8, "SMMU_EVENTQ_IRQ_CFG0", irq_cfg0, "6.3.30"),
	R(SMMUV3_EVENTQ_IRQ_CFG1, 4, "SMMU_EVENTQ_IRQ_CFG1", irq_cfg1, "6.3.31"),
	R(SMMUV3_EVENTQ_IRQ_CFG2, 4, "SMMU_EVENTQ_IRQ_CFG2", irq_cfg2, "6.3.32"),
	R(SMMUV3_PRIQ_BASE, 8, "SMMU_PRIQ_BASE", outq_base, "6.3.33"),
	R(SMMUV3_PRIQ_IRQ_CFG0, 8, "SMMU_PRIQ_IRQ_CFG0", irq_cfg0, "6.3.34"),
	R(SMMUV3_PRIQ_IRQ_CFG1, 4, "SMMU_PRIQ_IRQ_CFG1", irq_cfg1, "6.3.35"),
	R(SMMUV3_PRIQ_IRQ_CFG2, 4, "SMMU_PRIQ_IRQ_CFG2", priq_irq_cfg2, "6.3.36"),
	{ .offset = SMMUV3_ID_REGS, .size = 4, .count = 12, .name = "ID_REGS", FIELDS(id_regs), .section = "6.3.170" },
	R(SMMUV3_EVENTQ_PROD, 4, "SMMU_EVENTQ_PROD", outq_prod, "6.3.95"),
	R(SMMUV3_EVENTQ_CONS, 4, "SMMU_EVENTQ_CONS", outq_cons, "6.3.96"),
	R(SMMUV3_PRIQ_PROD, 4, "SMMU_PRIQ_PROD", outq_prod, "6.3.97"),
	R(SMMUV3_PRIQ_CONS, 4, "SMMU_PRIQ_CONS", outq_cons, "6.3.98"),
};

const u32 smmuv3_reg_count = ARRAY_SIZE(smmuv3_reg_table);
