/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "vtd_regs.h"

#define F(name, high, low, access, doc)      \
	{                                    \
		name, high, low, access, doc \
	}

static const struct reg_field ver_f[] = { F("MAX", 7, 4, REG_RO, "major version"),
					  F("MIN", 3, 0, REG_RO, "minor version") };
static const struct reg_field cap_f[] = {
	F("ESRTPS", 63, 63, REG_RO, "setting the root table pointer invalidates globally"),
	F("ESIRTPS", 62, 62, REG_RO, "setting the interrupt table pointer invalidates globally"),
	F("ECMDS", 61, 61, REG_RO, "enhanced commands"),
	F("FS5LP", 60, 60, REG_RO, "5-level first-stage paging"),
	F("PI", 59, 59, REG_RO, "posted interrupts"),
	F("Rsvd", 58, 57, REG_RO, "as configured"),
	F("FS1GP", 56, 56, REG_RO, "1 GiB first-stage pages"),
	F("DRD", 55, 55, REG_RO, "reads are drained"),
	F("DWD", 54, 54, REG_RO, "writes are drained"),
	F("MAMV", 53, 48, REG_RO, "largest address mask of an invalidation"),
	F("NFR", 47, 40, REG_RO, "fault recording registers, less one"),
	F("PSI", 39, 39, REG_RO, "page-selective invalidation"),
	F("Rsvd", 38, 38, REG_RO, "as configured"),
	F("SSLPS", 37, 34, REG_RO, "large second-stage pages: 0 2 MiB, 1 1 GiB"),
	F("FRO", 33, 24, REG_RO, "offset of the fault recording registers, in 16 bytes"),
	F("DEP", 23, 23, REG_RO, "deprecated"),
	F("ZLR", 22, 22, REG_RO, "zero-length reads of write-only pages"),
	F("MGAW", 21, 16, REG_RO, "guest address width, less one"),
	F("Rsvd", 15, 13, REG_RO, "as configured"),
	F("SAGAW", 12, 8, REG_RO, "second-stage levels: bit 1 three, 2 four, 3 five"),
	F("CM", 7, 7, REG_RO, "caching mode: entries that are not present may be cached"),
	F("PHMR", 6, 6, REG_RO, "protected high memory region"),
	F("PLMR", 5, 5, REG_RO, "protected low memory region"),
	F("RWBF", 4, 4, REG_RO, "the write buffer must be flushed"),
	F("AFL", 3, 3, REG_RO, "advanced fault logging; of older revisions"),
	F("ND", 2, 0, REG_RO, "2^(4 + 2 ND) domain-ids"),
};
static const struct reg_field ecap_f[] = {
	F("Rsvd", 63, 63, REG_RO, "as configured"),
	F("IRREQ", 62, 62, REG_RO, "interrupts are blocked while remapping is off"),
	F("EIMER", 61, 61, REG_RO, "extended interrupt mode only"),
	F("RDTS", 60, 60, REG_RO, "RDT configuration"),
	F("HPT1GPS", 59, 59, REG_RO, "1 GiB pages in host permission tables"),
	F("SMS", 58, 58, REG_RO, "stop marker message"),
	F("SSIRWS", 57, 57, REG_RO, "second-stage I/O read/write permissions"),
	F("PTRS", 56, 56, REG_RO, "PASID in translated requests"),
	F("HPTS", 55, 55, REG_RO, "host permission tables"),
	F("Rsvd", 54, 54, REG_RO, "as configured"),
	F("RPRIVS", 53, 53, REG_RO, "RID_PRIV in context entries"),
	F("ADMS", 52, 52, REG_RO, "abort-dma mode"),
	F("PMS", 51, 51, REG_RO, "performance monitoring"),
	F("TDXCS", 50, 50, REG_RO, "TDX Connect"),
	F("RPS", 49, 49, REG_RO, "RID_PASID in context entries"),
	F("SMPWCS", 48, 48, REG_RO, "coherent scalable-mode walks"),
	F("FSTS", 47, 47, REG_RO, "first-stage translation"),
	F("SSTS", 46, 46, REG_RO, "second-stage translation"),
	F("SSADS", 45, 45, REG_RO, "second-stage accessed and dirty flags"),
	F("VCS", 44, 44, REG_RO, "virtual commands"),
	F("SMTS", 43, 43, REG_RO, "scalable mode"),
	F("PDS", 42, 42, REG_RO, "page request drain"),
	F("DIT", 41, 41, REG_RO, "device TLB invalidation throttle"),
	F("PASID", 40, 40, REG_RO, "PASIDs"),
	F("PSS", 39, 35, REG_RO, "PASID bits, less one"),
	F("EAFS", 34, 34, REG_RO, "extended accessed flag"),
	F("NWFS", 33, 33, REG_RO, "no-write flag of translation requests"),
	F("Rsvd", 32, 32, REG_RO, "as configured"),
	F("SRS", 31, 31, REG_RO, "supervisor requests"),
	F("ERS", 30, 30, REG_RO, "execute requests"),
	F("PRS", 29, 29, REG_RO, "page requests"),
	F("DEP", 28, 28, REG_RO, "deprecated"),
	F("Rsvd", 27, 27, REG_RO, "as configured"),
	F("NEST", 26, 26, REG_RO, "nested translation"),
	F("MTS", 25, 25, REG_RO, "memory types"),
	F("Rsvd", 24, 24, REG_RO, "as configured"),
	F("MHMV", 23, 20, REG_RO, "largest handle mask"),
	F("Rsvd", 19, 18, REG_RO, "as configured"),
	F("IRO", 17, 8, REG_RO, "offset of the IOTLB registers, in 16 bytes"),
	F("SC", 7, 7, REG_RO, "snoop control"),
	F("PT", 6, 6, REG_RO, "pass-through"),
	F("DEP", 5, 5, REG_RO, "deprecated"),
	F("EIM", 4, 4, REG_RO, "extended interrupt mode"),
	F("IR", 3, 3, REG_RO, "interrupt remapping"),
	F("DT", 2, 2, REG_RO, "device TLBs"),
	F("QI", 1, 1, REG_RO, "queued invalidation"),
	F("C", 0, 0, REG_RO, "coherent page walks"),
};
static const struct reg_field gcmd_f[] = {
	F("TE", 31, 31, REG_WO, "translation enable"),
	F("SRTP", 30, 30, REG_WO, "set root table pointer"),
	F("WBF", 27, 27, REG_WO, "write buffer flush"),
	F("QIE", 26, 26, REG_WO, "queued invalidation enable"),
	F("IRE", 25, 25, REG_WO, "interrupt remapping enable"),
	F("SIRTP", 24, 24, REG_WO, "set interrupt remap table pointer"),
	F("CFI", 23, 23, REG_WO, "compatibility format interrupts"),
};
static const struct reg_field gsts_f[] = {
	F("TES", 31, 31, REG_RO, "translation enabled"),
	F("RTPS", 30, 30, REG_RO, "root table pointer set"),
	F("WBFS", 27, 27, REG_RO, "write buffer flush in progress"),
	F("QIES", 26, 26, REG_RO, "queued invalidation enabled"),
	F("IRES", 25, 25, REG_RO, "interrupt remapping enabled"),
	F("IRTPS", 24, 24, REG_RO, "interrupt remap table pointer set"),
	F("CFIS", 23, 23, REG_RO, "compatibility format interrupts pass"),
};
static const struct reg_field rtaddr_f[] = {
	F("RTA", 63, 12, REG_RW, "root table address"),
	F("TTM", 11, 10, REG_RW, "translation table mode: 0 legacy, 1 scalable, 3 abort-dma"),
};
static const struct reg_field rtaddr_io_f[] = {
	F("RTA", 63, 12, REG_RW, "root table address"),
	F("TTM", 11, 10, REG_RW, "translation table mode: 0 legacy, 1 scalable, 3 abort-dma"),
	F("SSIRWE", 7, 7, REG_RW, "second-stage I/O read/write enable"),
};
static const struct reg_field ccmd_f[] = {
	F("ICC", 63, 63, REG_RW, "invalidate context-cache"),
	F("CIRG", 62, 61, REG_RW, "requested granularity"),
	F("CAIG", 60, 59, REG_RO, "actual granularity"),
	F("FM", 33, 32, REG_WO, "function mask"),
	F("SID", 31, 16, REG_WO, "source-id"),
	F("DID", 15, 0, REG_RW, "domain-id"),
};
static const struct reg_field fsts_f[] = {
	F("FRI", 15, 8, REG_RO, "index of the first pending fault"),
	F("ITE", 6, 6, REG_W1C, "invalidation time-out error"),
	F("ICE", 5, 5, REG_W1C, "invalidation completion error"),
	F("IQE", 4, 4, REG_W1C, "invalidation queue error"),
	F("PPF", 1, 1, REG_RO, "primary pending fault"),
	F("PFO", 0, 0, REG_W1C, "primary fault overflow"),
};
static const struct reg_field ectl_f[] = {
	F("IM", 31, 31, REG_RW, "interrupt mask"),
	F("IP", 30, 30, REG_RO, "interrupt pending"),
};
static const struct reg_field msi_data_f[] = { F("IMD", 15, 0, REG_RW, "message data") };
static const struct reg_field msi_addr_f[] = { F("MA", 31, 2, REG_RW, "message address") };
static const struct reg_field msi_uaddr_f[] = { F("MUA", 31, 0, REG_RW, "message upper address") };
static const struct reg_field pmen_f[] = {
	F("EPM", 31, 31, REG_RW, "enable protected memory"),
	F("PRS", 0, 0, REG_RO, "protected region status"),
};
/* 2 MiB granularity: bits 20:0 are not implemented. */
static const struct reg_field plm_f[] = { F("PLM", 31, 21, REG_RW, "base or limit below 4 GiB") };
static const struct reg_field phm_f[] = { F("PHM", 63, 21, REG_RW, "base or limit") };
static const struct reg_field iqh_f[] = { F("QH", 18, 4, REG_RO, "next descriptor for hardware") };
static const struct reg_field iqt_f[] = { F("QT", 18, 4, REG_RW, "next descriptor for software") };
static const struct reg_field iqa_f[] = {
	F("IQA", 63, 12, REG_RW, "queue base"),
	F("DW", 11, 11, REG_RW, "256-bit descriptors"),
	F("QS", 2, 0, REG_RW, "2^QS pages"),
};
static const struct reg_field ics_f[] = { F("IWC", 0, 0, REG_W1C, "wait descriptor complete") };
static const struct reg_field iqercd_f[] = {
	F("ICESID", 63, 48, REG_RO, "source of the completion error"),
	F("ITESID", 47, 32, REG_RO, "source of the time-out"),
	F("IQEI", 3, 0, REG_RO, "queue error information"),
};
static const struct reg_field irta_f[] = {
	F("IRTA", 63, 12, REG_RW, "interrupt remapping table"),
	F("EIME", 11, 11, REG_RW, "extended interrupt mode"),
	F("S", 3, 0, REG_RW, "2^(S+1) entries"),
};
static const struct reg_field pqh_f[] = { F("PQH", 18, 5, REG_RW, "next request for software") };
static const struct reg_field pqt_f[] = { F("PQT", 18, 5, REG_RW, "next request for hardware") };
static const struct reg_field pqa_f[] = {
	F("PQA", 63, 12, REG_RW, "queue base"),
	F("PQS", 2, 0, REG_RW, "2^PQS pages"),
};
static const struct reg_field prs_f[] = {
	F("PRO", 1, 1, REG_W1C, "page request overflow"),
	F("PPR", 0, 0, REG_W1C, "pending page request"),
};
static const struct reg_field mtrrcap_f[] = {
	F("WC", 10, 10, REG_RO, "write combining"),
	F("FIX", 8, 8, REG_RO, "fixed ranges"),
	F("VCNT", 7, 0, REG_RO, "variable ranges"),
};
static const struct reg_field mtrrdef_f[] = {
	F("E", 11, 11, REG_RW, "enable"),
	F("FE", 10, 10, REG_RW, "fixed range enable"),
	F("TYPE", 7, 0, REG_RW, "default type"),
};
static const struct reg_field mtrrfix_f[] = { F("R", 63, 0, REG_RW, "eight types") };
static const struct reg_field mtrrbase_f[] = {
	F("PHYSBASE", 63, 12, REG_RW, "base"),
	F("TYPE", 7, 0, REG_RW, "type"),
};
static const struct reg_field mtrrmask_f[] = {
	F("PHYSMASK", 63, 12, REG_RW, "mask"),
	F("V", 11, 11, REG_RW, "valid"),
};
static const struct reg_field frcd_lo_f[] = { F("FI", 63, 12, REG_RO, "page address of the request") };
static const struct reg_field frcd_hi_f[] = {
	F("F", 63, 63, REG_W1C, "fault recorded"),
	F("T1", 62, 62, REG_RO, "read or atomic"),
	F("AT", 61, 60, REG_RO, "address type"),
	F("PV", 59, 40, REG_RO, "PASID"),
	F("FR", 39, 32, REG_RO, "reason"),
	F("PP", 31, 31, REG_RO, "PASID present"),
	F("EXE", 30, 30, REG_RO, "execute requested"),
	F("PRIV", 29, 29, REG_RO, "supervisor requested"),
	F("T2", 28, 28, REG_RO, "page request or atomic"),
	F("SID", 15, 0, REG_RO, "requester"),
};
static const struct reg_field iva_f[] = {
	F("ADDR", 63, 12, REG_WO, "address"),
	F("IH", 6, 6, REG_WO, "invalidation hint"),
	F("AM", 5, 0, REG_WO, "address mask"),
};
static const struct reg_field iotlb_f[] = {
	F("IVT", 63, 63, REG_RW, "invalidate IOTLB"),	 F("IIRG", 61, 60, REG_RW, "requested granularity"),
	F("IAIG", 58, 57, REG_RO, "actual granularity"), F("DR", 49, 49, REG_RW, "drain reads"),
	F("DW", 48, 48, REG_RW, "drain writes"),	 F("DID", 47, 32, REG_RW, "domain-id"),
};

#define FIELDS(f) .fields = (f), .n_fields = ARRAY_SIZE(f)
#define REG(off, bytes, nm, f, sec) \
	.desc = { .offset = (off), .size = (bytes), .name = (nm), .section = (sec), FIELDS(f) }
#define ARRAY(off, bytes, n, step, nm, f, sec) \
	.desc = { .offset = (off),             \
		  .size = (bytes),             \
		  .count = (n),                \
		  .stride = (step),            \
		  .name = (nm),                \
		  .section = (sec),            \
		  FIELDS(f) }
#define MASKED(off, nm, sec) \
	.desc = { .offset = (off), .size = 4, .name = (nm), .section = (sec), .reset = VTD_ECTL_IM, FIELDS(ectl_f) }

/* NEEDS_*: the register is RsvdZ without the capability. */
#define NEEDS_QI  .ecap = VTD_ECAP_QI
#define NEEDS_PRS .ecap = VTD_ECAP_PRS
#define NEEDS_MTS .ecap = VTD_ECAP_MTS

const struct vtd_reg_row vtd_reg_rows[] = {
	{ REG(VTD_VER, 4, "VER_REG", ver_f, "11.4.1") },
	{ REG(VTD_CAP, 8, "CAP_REG", cap_f, "11.4.2") },
	{ REG(VTD_ECAP, 8, "ECAP_REG", ecap_f, "11.4.3") },
	{ REG(VTD_GCMD, 4, "GCMD_REG", gcmd_f, "11.4.4.1") },
	{ REG(VTD_GSTS, 4, "GSTS_REG", gsts_f, "11.4.4.2") },
	{ REG(VTD_RTADDR, 8, "RTADDR_REG", rtaddr_f, "11.4.5"), .no_ecap = VTD_ECAP_SSIRWS },
	{ REG(VTD_RTADDR, 8, "RTADDR_REG", rtaddr_io_f, "11.4.5"), .ecap = VTD_ECAP_SSIRWS },
	{ REG(VTD_CCMD, 8, "CCMD_REG", ccmd_f, "11.4.6.1") },
	{ REG(VTD_FSTS, 4, "FSTS_REG", fsts_f, "11.4.7.1") },
	{ MASKED(VTD_FECTL, "FECTL_REG", "11.4.7.2") },
	{ REG(VTD_FEDATA, 4, "FEDATA_REG", msi_data_f, "11.4.7.3") },
	{ REG(VTD_FEADDR, 4, "FEADDR_REG", msi_addr_f, "11.4.7.4") },
	{ REG(VTD_FEUADDR, 4, "FEUADDR_REG", msi_uaddr_f, "11.4.7.5") },
	{ REG(VTD_PMEN, 4, "PMEN_REG", pmen_f, "11.4.8.1") },
	{ REG(VTD_PLMBASE, 4, "PLMBASE_REG", plm_f, "11.4.8.2"), .cap = VTD_CAP_PLMR },
	{ REG(VTD_PLMLIMIT, 4, "PLMLIMIT_REG", plm_f, "11.4.8.3"), .cap = VTD_CAP_PLMR },
	{ REG(VTD_PHMBASE, 8, "PHMBASE_REG", phm_f, "11.4.8.4"), .cap = VTD_CAP_PHMR },
	{ REG(VTD_PHMLIMIT, 8, "PHMLIMIT_REG", phm_f, "11.4.8.5"), .cap = VTD_CAP_PHMR },
	{ REG(VTD_IQH, 8, "IQH_REG", iqh_f, "11.4.9.1"), NEEDS_QI },
	{ REG(VTD_IQT, 8, "IQT_REG", iqt_f, "11.4.9.2"), NEEDS_QI },
	{ REG(VTD_IQA, 8, "IQA_REG", iqa_f, "11.4.9.3"), NEEDS_QI },
	{ REG(VTD_ICS, 4, "ICS_REG", ics_f, "11.4.9.4"), NEEDS_QI },
	{ MASKED(VTD_IECTL, "IECTL_REG", "11.4.9.5"), NEEDS_QI },
	{ REG(VTD_IEDATA, 4, "IEDATA_REG", msi_data_f, "11.4.9.6"), NEEDS_QI },
	{ REG(VTD_IEADDR, 4, "IEADDR_REG", msi_addr_f, "11.4.9.7"), NEEDS_QI },
	{ REG(VTD_IEUADDR, 4, "IEUADDR_REG", msi_uaddr_f, "11.4.9.8"), NEEDS_QI },
	{ REG(VTD_IQERCD, 8, "IQERCD_REG", iqercd_f, "11.4.9.9"), NEEDS_QI },
	{ REG(VTD_IRTA, 8, "IRTA_REG", irta_f, "11.4.10"), .ecap = VTD_ECAP_IR },
	{ REG(VTD_PQH, 8, "PQH_REG", pqh_f, "11.4.11.1"), NEEDS_PRS },
	{ REG(VTD_PQT, 8, "PQT_REG", pqt_f, "11.4.11.2"), NEEDS_PRS },
	{ REG(VTD_PQA, 8, "PQA_REG", pqa_f, "11.4.11.3"), NEEDS_PRS },
	{ REG(VTD_PRS, 4, "PRS_REG", prs_f, "11.4.11.4"), NEEDS_PRS },
	{ MASKED(VTD_PECTL, "PECTL_REG", "11.4.11.5"), NEEDS_PRS },
	{ REG(VTD_PEDATA, 4, "PEDATA_REG", msi_data_f, "11.4.11.6"), NEEDS_PRS },
	{ REG(VTD_PEADDR, 4, "PEADDR_REG", msi_addr_f, "11.4.11.7"), NEEDS_PRS },
	{ REG(VTD_PEUADDR, 4, "PEUADDR_REG", msi_uaddr_f, "11.4.11.8"), NEEDS_PRS },
	{ .desc = { .offset = VTD_MTRRCAP,
		    .size = 8,
		    .name = "MTRRCAP_REG",
		    .reset = 0x50a,
		    .section = "11.4.12.1",
		    FIELDS(mtrrcap_f) },
	  NEEDS_MTS },
	{ REG(VTD_MTRRDEF, 8, "MTRRDEF_REG", mtrrdef_f, "11.4.12.2"), NEEDS_MTS },
	{ ARRAY(VTD_MTRRFIX, 8, 11, 8, "MTRR_FIX_REG", mtrrfix_f, "11.4.12.3"), NEEDS_MTS },
	{ ARRAY(VTD_MTRRVAR, 8, 10, 16, "MTRR_PHYSBASE_REG", mtrrbase_f, "11.4.12.4"), NEEDS_MTS },
	{ ARRAY(VTD_MTRRVAR + 8, 8, 10, 16, "MTRR_PHYSMASK_REG", mtrrmask_f, "11.4.12.4"), NEEDS_MTS },
	{ ARRAY(VTD_FRCD_LO, 8, 1, 16, "FRCD_LO_REG", frcd_lo_f, "11.4.7.6"), .base = VTD_BASE_FRO },
	{ ARRAY(VTD_FRCD_HI, 8, 1, 16, "FRCD_HI_REG", frcd_hi_f, "11.4.7.6"), .base = VTD_BASE_FRO },
	{ REG(VTD_IVA, 8, "IVA_REG", iva_f, "11.4.6.4"), .base = VTD_BASE_IRO },
	{ REG(VTD_IOTLB, 8, "IOTLB_REG", iotlb_f, "11.4.6.3"), .base = VTD_BASE_IRO },
};
const u32 vtd_n_reg_rows = ARRAY_SIZE(vtd_reg_rows);
static_assert(ARRAY_SIZE(vtd_reg_rows) <= VTD_MAX_REG_ROWS, "VTD_MAX_REG_ROWS");

static bool cells_overlap(const struct reg_desc *a, const struct reg_desc *b)
{
	u32 i, k;

	for (i = 0; i < max(a->count, (u16)1); i++) {
		u32 at = a->offset + i * a->stride;

		for (k = 0; k < max(b->count, (u16)1); k++) {
			u32 bt = b->offset + k * b->stride;

			if (at < bt + b->size && bt < at + a->size)
				return true;
		}
	}
	return false;
}

int vtd_regs_build(u64 cap, u64 ecap, u32 ver, struct reg_desc *table)
{
	u32 i, k, n = 0;

	for (i = 0; i < vtd_n_reg_rows; i++) {
		const struct vtd_reg_row *row = &vtd_reg_rows[i];

		if ((cap & row->cap) != row->cap || (ecap & row->ecap) != row->ecap || (ecap & row->no_ecap))
			continue;
		table[n] = row->desc;
		if (row->base == VTD_BASE_FRO) {
			table[n].offset += (u32)FIELD_GET(VTD_CAP_FRO, cap) * 16;
			table[n].count = (u16)(FIELD_GET(VTD_CAP_NFR, cap) + 1);
		} else if (row->base == VTD_BASE_IRO) {
			table[n].offset += (u32)FIELD_GET(VTD_ECAP_IRO, ecap) * 16;
		} else if (row->desc.offset == VTD_VER) {
			table[n].reset = ver;
		} else if (row->desc.offset == VTD_CAP) {
			table[n].reset = cap;
		} else if (row->desc.offset == VTD_ECAP) {
			table[n].reset = ecap;
		}
		for (k = 0; k < n; k++)
			if (cells_overlap(&table[k], &table[n]))
				return -EINVAL;
		n++;
	}
	return (int)n;
}
