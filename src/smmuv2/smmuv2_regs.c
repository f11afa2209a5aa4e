// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "smmuv2_regs.h"

#define F(name, high, low, access, doc)            \
	{                                          \
		name, high, low, REG_##access, doc \
	}

/* Global space 0 (10.6) */

static const struct reg_field scr0[] = {
	F("CLIENTPD", 0, 0, RW, "client port disable: every transaction bypasses"),
	F("GFRE", 1, 1, RW, "global faults answer with an abort"),
	F("GFIE", 2, 2, RW, "global faults raise an interrupt"),
	F("EXIDENABLE", 3, 3, RW, "extended StreamIDs: SMR holds 16 bits of ID and mask"),
	F("GCFGFRE", 4, 4, RW, "configuration access faults answer with an abort"),
	F("GCFGFIE", 5, 5, RW, "configuration access faults raise an interrupt"),
	F("TRANSIENTCFG", 7, 6, RW, "transient hint of bypassing transactions"),
	F("STALLD", 8, 8, RW, "no bank stalls"),
	F("GSE", 9, 9, RW, "a stall in one bank stalls the others"),
	F("USFCFG", 10, 10, RW, "an unidentified stream is a fault, else it bypasses"),
	F("VMIDPNE", 11, 11, RW, "VMIDs are a private namespace"),
	F("PTM", 12, 12, RW, "TLBs are managed privately"),
	F("FB", 13, 13, RW, "force broadcast of maintenance"),
	F("BSU", 15, 14, RW, "barrier shareability upgrade"),
	F("MemAttr", 19, 16, RW, "memory type of bypassing transactions"),
	F("MTCFG", 20, 20, RW, "MemAttr applies"),
	F("SMCFCFG", 21, 21, RW, "several matches of a stream are a fault, else it bypasses"),
	F("SHCFG", 23, 22, RW, "shareability of bypassing transactions"),
	F("RACFG", 25, 24, RW, "read allocation of bypassing transactions"),
	F("WACFG", 27, 26, RW, "write allocation of bypassing transactions"),
	F("VMID16EN", 31, 31, RW, "VMIDs have 16 bits, in CBA2R"),
};
static const struct reg_field scr2[] = { F("BPVMID", 7, 0, RW, "VMID of bypassing transactions") };
static const struct reg_field sacr[] = { F("IMPDEF", 31, 0, RW, "implementation defined") };
static const struct reg_field idr0[] = {
	F("NUMSMRG", 7, 0, RO, "stream mapping groups"),
	F("EXIDS", 8, 8, RO, "extended StreamIDs"),
	F("NUMSIDB", 12, 9, RO, "StreamID bits"),
	F("BTM", 13, 13, RO, "broadcast TLB maintenance"),
	F("CTTW", 14, 14, RO, "coherent table walks"),
	F("NUMIRPT", 23, 16, RO, "context interrupts"),
	F("PTFS", 25, 24, RO, "AArch32 formats: 0 both, 1 long, 2 none"),
	F("ATOSNS", 26, 26, RO, "no address translation operations"),
	F("SMS", 27, 27, RO, "stream matching"),
	F("NTS", 28, 28, RO, "nested translation"),
	F("S2TS", 29, 29, RO, "stage 2"),
	F("S1TS", 30, 30, RO, "stage 1"),
	F("SES", 31, 31, RO, "security extensions"),
};
static const struct reg_field idr1[] = {
	F("NUMCB", 7, 0, RO, "context banks"),
	F("SMCD", 15, 15, RO, "every stream match conflict is detected"),
	F("NUMS2CB", 23, 16, RO, "of them for stage 2 only, the lowest ones"),
	F("NUMPAGENDXB", 30, 28, RO, "2^(n + 1) pages in each half of the address map"),
	F("PAGESIZE", 31, 31, RO, "0: 4 KiB register pages, 1: 64 KiB"),
};
static const struct reg_field idr2[] = {
	F("IAS", 3, 0, RO, "intermediate address size"),
	F("OAS", 7, 4, RO, "output address size"),
	F("UBS", 11, 8, RO, "upstream bus size"),
	F("PTFSv8_4KB", 12, 12, RO, "AArch64 with 4 KiB granule"),
	F("PTFSv8_16KB", 13, 13, RO, "AArch64 with 16 KiB granule"),
	F("PTFSv8_64KB", 14, 14, RO, "AArch64 with 64 KiB granule"),
	F("VMID16S", 15, 15, RO, "16-bit VMIDs"),
};
static const struct reg_field idr7[] = { F("MINOR", 3, 0, RO, "revision"), F("MAJOR", 7, 4, RO, "revision") };
static const struct reg_field sgfar[] = { F("FADDR", 63, 0, RW, "input address, or register offset of a CAF") };
static const struct reg_field sgfsr[] = {
	F("ICF", 0, 0, W1C, "invalid context"),
	F("USF", 1, 1, W1C, "unidentified stream"),
	F("SMCF", 2, 2, W1C, "stream match conflict"),
	F("UCBF", 3, 3, W1C, "unimplemented context bank"),
	F("UCIF", 4, 4, W1C, "unimplemented context interrupt"),
	F("CAF", 5, 5, W1C, "configuration access"),
	F("EF", 6, 6, W1C, "external"),
	F("PF", 7, 7, W1C, "permission"),
	F("UUT", 8, 8, W1C, "unsupported upstream transaction"),
	F("MULTI", 31, 31, W1C, "a further fault while this register was not zero"),
};
static const struct reg_field sgfsrrestore[] = { F("RESTORE", 31, 0, WO, "sets sGFSR to the value written") };
static const struct reg_field sgfsynr0[] = {
	F("NESTED", 0, 0, RW, "found in the nested context, not the initial one"),
	F("WNR", 1, 1, RW, "write"),
	F("PNU", 2, 2, RW, "privileged"),
	F("IND", 3, 3, RW, "instruction"),
	F("NSATTR", 5, 5, RW, "Non-secure attribute"),
	F("ATS", 6, 6, RW, "address translation operation"),
};
static const struct reg_field sgfsynr1[] = {
	F("StreamID", 15, 0, RW, "of the transaction"),
	F("SSD_Index", 31, 16, RO, "Secure software only: zero"),
};
static const struct reg_field any_wo[] = { F("VALUE", 31, 0, WO, "any write performs the operation") };
static const struct reg_field vmid_wo[] = { F("VMID", 15, 0, WO, "bits 15:8 with VMID16EN only") };
static const struct reg_field va32_wo[] = { F("ADDRESS", 31, 12, WO, "VA[31:12]") };
static const struct reg_field va64_wo[] = { F("ADDRESS", 43, 0, WO, "VA >> 12") };
static const struct reg_field active_ro[] = { F("ACTIVE", 0, 0, RO, "not complete yet") };
static const struct reg_field gats_wo[] = {
	F("NDX", 7, 0, WO, "context bank"),
	F("ADDR", 63, 12, WO, "input address"),
};
static const struct reg_field par[] = { F("PAR", 63, 0, RW, "F in bit 0: the fault, else the address and attributes") };
static const struct reg_field smr[] = {
	F("ID", 15, 0, RW, "StreamID; bit 15 with EXIDENABLE only"),
	F("MASK", 30, 16, RW, "bits of ID that do not matter"),
	F("VALID", 31, 31, RW, "entry valid; with EXIDENABLE the top bit of MASK"),
};
static const struct reg_field s2cr[] = {
	F("CBNDX", 7, 0, RW, "TYPE 0: context bank"),
	F("SHCFG", 9, 8, RW, "shareability"),
	F("EXIDVALID", 10, 10, RW, "the entry's valid bit with EXIDENABLE"),
	F("MTCFG", 11, 11, RW, "MemAttr applies"),
	F("MemAttr", 15, 12, RW, "memory type"),
	F("TYPE", 17, 16, RW, "0 translate, 1 bypass, 2 fault"),
	F("NSCFG", 19, 18, RO, "Secure software only"),
	F("RACFG", 21, 20, RW, "read allocation"),
	F("WACFG", 23, 22, RW, "write allocation"),
	F("PRIVCFG", 25, 24, RW, "2 unprivileged, 3 privileged, else as presented"),
	F("INSTCFG", 27, 26, RW, "2 data, 3 instruction, else as presented"),
	F("TRANSIENTCFG", 29, 28, RW, "transient hint"),
};
static const struct reg_field id_byte[] = { F("ID", 7, 0, RO, "identification") };

#define R(off, size, name, rst, f, sec)                                            \
	{                                                                          \
		off, size, 1, 0, name, rst, f, (u8)(sizeof(f) / sizeof(f[0])), sec \
	}
#define RN(off, n, name, f, sec)                                              \
	{                                                                     \
		off, 4, n, 4, name, 0, f, (u8)(sizeof(f) / sizeof(f[0])), sec \
	}
/* Defined and always zero here. */
#define RZ(off, name, sec)                          \
	{                                           \
		off, 4, 1, 0, name, 0, NULL, 0, sec \
	}

const struct reg_desc smmuv2_gr0_table[] = {
	/* CLIENTPD and SMCFCFG are set by reset, as in MMU-500. */
	R(SMMUV2_GR0_sCR0, 4, "sCR0", SMMUV2_sCR0_CLIENTPD | SMMUV2_sCR0_SMCFCFG, scr0, "10.6"),
	R(SMMUV2_GR0_sCR2, 4, "sCR2", 0, scr2, "10.6"),
	R(SMMUV2_GR0_sACR, 4, "sACR", 0, sacr, "10.6"),
	R(SMMUV2_GR0_IDR0, 4, "IDR0", 0, idr0, "10.6"),
	R(SMMUV2_GR0_IDR1, 4, "IDR1", 0, idr1, "10.6"),
	R(SMMUV2_GR0_IDR2, 4, "IDR2", 0, idr2, "10.6"),
	RZ(SMMUV2_GR0_IDR3, "IDR3", "10.6"),
	RZ(SMMUV2_GR0_IDR4, "IDR4", "10.6"),
	RZ(SMMUV2_GR0_IDR5, "IDR5", "10.6"),
	RZ(SMMUV2_GR0_IDR6, "IDR6", "10.6"),
	R(SMMUV2_GR0_IDR7, 4, "IDR7", 0x21, idr7, "10.6"),
	R(SMMUV2_GR0_sGFAR, 8, "sGFAR", 0, sgfar, "10.6.14"),
	R(SMMUV2_GR0_sGFSR, 4, "sGFSR", 0, sgfsr, "10.6.15"),
	R(SMMUV2_GR0_sGFSRRESTORE, 4, "sGFSRRESTORE", 0, sgfsrrestore, "10.6.16"),
	R(SMMUV2_GR0_sGFSYNR0, 4, "sGFSYNR0", 0, sgfsynr0, "10.6.17"),
	R(SMMUV2_GR0_sGFSYNR1, 4, "sGFSYNR1", 0, sgfsynr1, "10.6.18"),
	RZ(SMMUV2_GR0_sGFSYNR2, "sGFSYNR2", "10.6.19"),
	R(SMMUV2_GR0_TLBIVMID, 4, "TLBIVMID", 0, vmid_wo, "10.6"),
	R(SMMUV2_GR0_TLBIALLNSNH, 4, "TLBIALLNSNH", 0, any_wo, "10.6.28"),
	R(SMMUV2_GR0_TLBIALLH, 4, "TLBIALLH", 0, any_wo, "10.6.27"),
	R(SMMUV2_GR0_sTLBGSYNC, 4, "sTLBGSYNC", 0, any_wo, "10.6.22"),
	R(SMMUV2_GR0_sTLBGSTATUS, 4, "sTLBGSTATUS", 0, active_ro, "10.6.21"),
	R(SMMUV2_GR0_TLBIVAH, 4, "TLBIVAH", 0, va32_wo, "10.6.29"),
	R(SMMUV2_GR0_TLBIVALH64, 8, "TLBIVALH64", 0, va64_wo, "10.6"),
	R(SMMUV2_GR0_TLBIVMIDS1, 4, "TLBIVMIDS1", 0, vmid_wo, "10.6"),
	R(SMMUV2_GR0_TLBIVAH64, 8, "TLBIVAH64", 0, va64_wo, "10.6"),
	R(SMMUV2_GR0_sGATS1UR, 8, "sGATS1UR", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS1UW, 8, "sGATS1UW", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS1PR, 8, "sGATS1PR", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS1PW, 8, "sGATS1PW", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS12UR, 8, "sGATS12UR", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS12UW, 8, "sGATS12UW", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS12PR, 8, "sGATS12PR", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGATS12PW, 8, "sGATS12PW", 0, gats_wo, "10.6"),
	R(SMMUV2_GR0_sGPAR, 8, "sGPAR", 0, par, "10.6.20"),
	R(SMMUV2_GR0_sGATSR, 4, "sGATSR", 0, active_ro, "10.6"),
	RN(SMMUV2_GR0_SMR(0), SMMUV2_MAX_SMR, "SMR", smr, "10.6.25"),
	RN(SMMUV2_GR0_S2CR(0), SMMUV2_MAX_SMR, "S2CR", s2cr, "10.6.23"),
	R(0xfd0, 4, "PIDR4", 0x04, id_byte, "10.6"),
	R(0xfe0, 4, "PIDR0", 0x80, id_byte, "10.6"),
	R(0xfe4, 4, "PIDR1", 0xb4, id_byte, "10.6"),
	R(0xfe8, 4, "PIDR2", 0x1b, id_byte, "10.6"), /* revision 1: SMMUv2 */
	R(0xfec, 4, "PIDR3", 0, id_byte, "10.6"),
	R(0xff0, 4, "CIDR0", 0x0d, id_byte, "10.6"),
	R(0xff4, 4, "CIDR1", 0xf0, id_byte, "10.6"),
	R(0xff8, 4, "CIDR2", 0x05, id_byte, "10.6"),
	R(0xffc, 4, "CIDR3", 0xb1, id_byte, "10.6"),
};
const u32 smmuv2_gr0_rows = ARRAY_SIZE(smmuv2_gr0_table);

/* Global space 1 (11.2) */

static const struct reg_field cbar[] = {
	F("VMID", 7, 0, RW, "VMID of the bank"),
	F("S2_CBNDX", 15, 8, RW, "TYPE 3: bank of stage 2; else BPSHCFG 9:8, HYPC 10, FB 11, MemAttr 15:12"),
	F("TYPE", 17, 16, RW, "0 stage 2, 1 stage 1, 2 stage 1 with stage 2 fault, 3 nested"),
	F("BSU", 19, 18, RW, "barrier shareability upgrade"),
	F("RACFG", 21, 20, RW, "read allocation"),
	F("WACFG", 23, 22, RW, "write allocation"),
	F("IRPTNDX", 31, 24, RW, "context interrupt, where interrupts are shared"),
};
static const struct reg_field cbfrsynra[] = {
	F("StreamID", 15, 0, RW, "of the recorded fault"),
	F("SSD_Index", 31, 16, RO, "Secure software only: zero"),
};
static const struct reg_field cba2r[] = {
	F("VA64", 0, 0, RW, "AArch64 format"),
	F("MONC", 1, 1, RO, "Secure monitor context"),
	F("VMID16", 31, 16, RW, "VMID with VMID16EN"),
};

const struct reg_desc smmuv2_gr1_table[] = {
	RN(SMMUV2_GR1_CBAR(0), SMMUV2_MAX_CB, "CBAR", cbar, "11.2.1"),
	RN(SMMUV2_GR1_CBFRSYNRA(0), SMMUV2_MAX_CB, "CBFRSYNRA", cbfrsynra, "11.2"),
	RN(SMMUV2_GR1_CBA2R(0), SMMUV2_MAX_CB, "CBA2R", cba2r, "11.2"),
};
const u32 smmuv2_gr1_rows = ARRAY_SIZE(smmuv2_gr1_table);

/* Context bank (chapter 15) */

static const struct reg_field sctlr[] = {
	F("M", 0, 0, RW, "translation enabled"),
	F("TRE", 1, 1, RW, "TEX remap"),
	F("AFE", 2, 2, RW, "short descriptors: AP[0] is the access flag"),
	F("AFFD", 3, 3, RW, "no access flag faults"),
	F("E", 4, 4, RW, "big-endian tables"),
	F("CFRE", 5, 5, RW, "a terminated transaction is aborted, else RAZ/WI"),
	F("CFIE", 6, 6, RW, "context fault interrupt"),
	F("CFCFG", 7, 7, RW, "a fault stalls, else it terminates"),
	F("HUPCF", 8, 8, RW, "transactions go on beside an outstanding fault"),
	F("WXN", 9, 9, RW, "writable is not executable"),
	F("UWXN", 10, 10, RW, "writable by unprivileged is not executable by privileged"),
	F("S1_ASIDPNE", 12, 12, RW, "ASIDs are a private namespace"),
	F("S2_PTW", 13, 13, RW, "stage 2: walks of stage 1 to Device memory are permission faults"),
	F("TRANSIENTCFG", 15, 14, RW, "transient hint with M = 0"),
	F("MemAttr", 19, 16, RW, "memory type with M = 0"),
	F("MTCFG", 20, 20, RW, "MemAttr applies"),
	F("FB", 21, 21, RW, "force broadcast"),
	F("SHCFG", 23, 22, RW, "shareability with M = 0"),
	F("RACFG", 25, 24, RW, "read allocation with M = 0"),
	F("WACFG", 27, 26, RW, "write allocation with M = 0"),
	F("UCI", 30, 30, RW, "user cache maintenance"),
};
static const struct reg_field actlr[] = { F("IMPDEF", 31, 0, RW, "implementation defined") };
static const struct reg_field resume[] = { F("TnR", 0, 0, WO, "1: terminate the stalled transaction, 0: retry") };
static const struct reg_field tcr2[] = {
	F("PASIZE", 2, 0, RW, "output size of stage 1"),
	F("AS", 4, 4, RW, "ASIDs have 16 bits"),
	F("TBI0", 5, 5, RW, "top byte ignored, lower range"),
	F("TBI1", 6, 6, RW, "top byte ignored, upper range"),
	F("SEP", 17, 15, RW, "sign extension from bit 31, 35, 39, 41, 43, 47; 7: bit 48 is given upstream"),
};
static const struct reg_field ttbr[] = {
	F("ADDR", 47, 0, RW, "base address"),
	F("ASID", 63, 48, RW, "ASID"),
};
static const struct reg_field tcr[] = { F("TCR", 31, 0, RW, "by format: T0SZ, SL0, TG0, T1SZ, A1, EPDn, EAE, ...") };
static const struct reg_field contextidr[] = {
	F("ASID", 7, 0, RW, "ASID of short descriptors"),
	F("PROCID", 31, 8, RW, "process"),
};
static const struct reg_field mair[] = { F("ATTR", 31, 0, RW, "four attributes; short descriptors: PRRR, NMRR") };
static const struct reg_field fsr[] = {
	F("TF", 1, 1, W1C, "translation"),
	F("AFF", 2, 2, W1C, "access flag"),
	F("PF", 3, 3, W1C, "permission"),
	F("EF", 4, 4, W1C, "external"),
	F("TLBMCF", 5, 5, W1C, "TLB match conflict"),
	F("TLBLKF", 6, 6, W1C, "TLB lock"),
	F("ASF", 7, 7, W1C, "address size"),
	F("UUT", 8, 8, W1C, "unsupported upstream transaction"),
	F("FORMAT", 10, 9, RO, "0 short, 1 long, 2 AArch64; zero without a recorded fault"),
	F("SS", 30, 30, RO, "a transaction is stalled; cleared by RESUME"),
	F("MULTI", 31, 31, W1C, "a further fault while this register was not zero"),
};
static const struct reg_field fsrrestore[] = { F("RESTORE", 31, 0, WO, "sets FSR to the value written, but for SS") };
static const struct reg_field far_[] = { F("FADDR", 63, 0, RW, "input address of the recorded fault") };
static const struct reg_field fsynr0[] = {
	F("PLVL", 1, 0, RW, "level"),
	F("NESTED", 2, 2, RW, "stage 2: the fault is of a nested translation"),
	F("S1PTWF", 3, 3, RW, "stage 2: of a walk of stage 1"),
	F("WNR", 4, 4, RW, "write"),
	F("PNU", 5, 5, RW, "privileged"),
	F("IND", 6, 6, RW, "instruction"),
	F("NSATTR", 8, 8, RW, "Non-secure attribute; Secure banks only"),
	F("ATOF", 9, 9, RW, "stage 2: of an address translation operation"),
	F("PTWF", 10, 10, RW, "external abort on a walk"),
	F("AFR", 11, 11, RW, "recorded asynchronously"),
	F("S1CBNDX", 23, 16, RW, "stage 2, nested: bank of stage 1; else implementation defined"),
};
static const struct reg_field fsynr1[] = { F("IMPDEF", 31, 0, RW, "implementation defined") };
static const struct reg_field ipafar[] = { F("FADDR", 63, 0, RW, "stage 2: the IPA that faulted") };
static const struct reg_field tlbiva[] = {
	F("ADDRESS", 47, 0, WO, "AArch64: VA >> 12 in 43:0; AArch32: VA[31:12] in 31:12, ASID in 7:0"),
	F("ASID", 63, 48, WO, "AArch64"),
};
static const struct reg_field asid_wo[] = { F("ASID", 15, 0, WO, "ASID") };
static const struct reg_field ipa_wo[] = { F("ADDRESS", 35, 0, WO, "IPA >> 12") };
static const struct reg_field ats_wo[] = { F("ADDR", 63, 12, WO, "input address") };

const struct reg_desc smmuv2_cb_table[] = {
	R(SMMUV2_CB_SCTLR, 4, "SCTLR", 0, sctlr, "15.5.29"),
	R(SMMUV2_CB_ACTLR, 4, "ACTLR", 0, actlr, "15.5.1"),
	R(SMMUV2_CB_RESUME, 4, "RESUME", 0, resume, "15.5.28"),
	R(SMMUV2_CB_TCR2, 4, "TCR2", 0, tcr2, "15.5"),
	R(SMMUV2_CB_TTBR0, 8, "TTBR0", 0, ttbr, "15.5.39"),
	R(SMMUV2_CB_TTBR1, 8, "TTBR1", 0, ttbr, "15.5.39"),
	R(SMMUV2_CB_TCR, 4, "TCR", 0, tcr, "15.5.38"),
	R(SMMUV2_CB_CONTEXTIDR, 4, "CONTEXTIDR", 0, contextidr, "15.5.7"),
	R(SMMUV2_CB_MAIR0, 4, "MAIR0", 0, mair, "15.5.12"),
	R(SMMUV2_CB_MAIR1, 4, "MAIR1", 0, mair, "15.5.12"),
	R(SMMUV2_CB_PAR, 8, "PAR", 0, par, "15.5.14"),
	R(SMMUV2_CB_FSR, 4, "FSR", 0, fsr, "15.5.9"),
	R(SMMUV2_CB_FSRRESTORE, 4, "FSRRESTORE", 0, fsrrestore, "15.5.10"),
	R(SMMUV2_CB_FAR, 8, "FAR", 0, far_, "15.5.8"),
	R(SMMUV2_CB_FSYNR0, 4, "FSYNR0", 0, fsynr0, "15.5.11"),
	R(SMMUV2_CB_FSYNR1, 4, "FSYNR1", 0, fsynr1, "15.5.11"),
	R(SMMUV2_CB_IPAFAR, 8, "IPAFAR", 0, ipafar, "15.5"),
	R(SMMUV2_CB_TLBIVA, 8, "TLBIVA", 0, tlbiva, "15.5.32"),
	R(SMMUV2_CB_TLBIVAA, 8, "TLBIVAA", 0, tlbiva, "15.5.33"),
	R(SMMUV2_CB_TLBIASID, 4, "TLBIASID", 0, asid_wo, "15.5.31"),
	R(SMMUV2_CB_TLBIALL, 4, "TLBIALL", 0, any_wo, "15.5.30"),
	R(SMMUV2_CB_TLBIVAL, 8, "TLBIVAL", 0, tlbiva, "15.5.35"),
	R(SMMUV2_CB_TLBIVAAL, 8, "TLBIVAAL", 0, tlbiva, "15.5.34"),
	R(SMMUV2_CB_TLBIIPAS2, 8, "TLBIIPAS2", 0, ipa_wo, "15.5"),
	R(SMMUV2_CB_TLBIIPAS2L, 8, "TLBIIPAS2L", 0, ipa_wo, "15.5"),
	R(SMMUV2_CB_TLBSYNC, 4, "TLBSYNC", 0, any_wo, "15.5.37"),
	R(SMMUV2_CB_TLBSTATUS, 4, "TLBSTATUS", 0, active_ro, "15.5.36"),
	R(SMMUV2_CB_ATS1PR, 8, "ATS1PR", 0, ats_wo, "15.5"),
	R(SMMUV2_CB_ATS1PW, 8, "ATS1PW", 0, ats_wo, "15.5"),
	R(SMMUV2_CB_ATS1UR, 8, "ATS1UR", 0, ats_wo, "15.5"),
	R(SMMUV2_CB_ATS1UW, 8, "ATS1UW", 0, ats_wo, "15.5"),
	R(SMMUV2_CB_ATSR, 4, "ATSR", 0, active_ro, "15.5"),
};
const u32 smmuv2_cb_rows = ARRAY_SIZE(smmuv2_cb_table);

static const u8 size_bits[] = { 32, 36, 40, 42, 44, 48 };

u8 smmuv2_size_bits(u32 code)
{
	return size_bits[min(code, 5U)];
}

u32 smmuv2_size_code(u8 bits)
{
	u32 code = 0;

	while (code < 5 && size_bits[code] < bits)
		code++;
	return code;
}
