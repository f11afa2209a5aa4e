/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv2 registers (Arm IHI 0062, chapters 10, 11 and 15): offsets, fields, and the
 * tables from which the hardware builds its register files. Non-secure view.
 */
#ifndef SMMUV2_REGS_H
#define SMMUV2_REGS_H

#include "fl_env.h"
#include "regs.h"

/* Global space 0 */
#define SMMUV2_GR0_sCR0		 0x000
#define SMMUV2_sCR0_CLIENTPD	 BIT(0)
#define SMMUV2_sCR0_GFRE	 BIT(1)
#define SMMUV2_sCR0_GFIE	 BIT(2)
#define SMMUV2_sCR0_EXIDENABLE	 BIT(3)
#define SMMUV2_sCR0_GCFGFRE	 BIT(4)
#define SMMUV2_sCR0_GCFGFIE	 BIT(5)
#define SMMUV2_sCR0_TRANSIENTCFG GENMASK(7, 6)
#define SMMUV2_sCR0_STALLD	 BIT(8)
#define SMMUV2_sCR0_GSE		 BIT(9)
#define SMMUV2_sCR0_USFCFG	 BIT(10)
#define SMMUV2_sCR0_VMIDPNE	 BIT(11)
#define SMMUV2_sCR0_PTM		 BIT(12)
#define SMMUV2_sCR0_FB		 BIT(13)
#define SMMUV2_sCR0_BSU		 GENMASK(15, 14)
#define SMMUV2_sCR0_MemAttr	 GENMASK(19, 16)
#define SMMUV2_sCR0_MTCFG	 BIT(20)
#define SMMUV2_sCR0_SMCFCFG	 BIT(21)
#define SMMUV2_sCR0_SHCFG	 GENMASK(23, 22)
#define SMMUV2_sCR0_RACFG	 GENMASK(25, 24)
#define SMMUV2_sCR0_WACFG	 GENMASK(27, 26)
#define SMMUV2_sCR0_VMID16EN	 BIT(31)
#define SMMUV2_GR0_sCR2		 0x008
#define SMMUV2_GR0_sACR		 0x010

#define SMMUV2_GR0_IDR0		0x020
#define SMMUV2_IDR0_NUMSMRG	GENMASK(7, 0)
#define SMMUV2_IDR0_EXIDS	BIT(8)
#define SMMUV2_IDR0_NUMSIDB	GENMASK(12, 9)
#define SMMUV2_IDR0_BTM		BIT(13)
#define SMMUV2_IDR0_CTTW	BIT(14)
#define SMMUV2_IDR0_NUMIRPT	GENMASK(23, 16)
#define SMMUV2_IDR0_PTFS	GENMASK(25, 24)
#define SMMUV2_IDR0_ATOSNS	BIT(26)
#define SMMUV2_IDR0_SMS		BIT(27)
#define SMMUV2_IDR0_NTS		BIT(28)
#define SMMUV2_IDR0_S2TS	BIT(29)
#define SMMUV2_IDR0_S1TS	BIT(30)
#define SMMUV2_IDR0_SES		BIT(31)
#define SMMUV2_IDR0_PTFS_ALL	0 /* AArch32 short and long descriptors */
#define SMMUV2_IDR0_PTFS_LPAE	1 /* AArch32 long descriptors only */
#define SMMUV2_IDR0_PTFS_NONE	2 /* AArch64 only */
#define SMMUV2_GR0_IDR1		0x024
#define SMMUV2_IDR1_NUMCB	GENMASK(7, 0)
#define SMMUV2_IDR1_SMCD	BIT(15)
#define SMMUV2_IDR1_NUMS2CB	GENMASK(23, 16)
#define SMMUV2_IDR1_NUMPAGENDXB GENMASK(30, 28)
#define SMMUV2_IDR1_PAGESIZE	BIT(31)
#define SMMUV2_GR0_IDR2		0x028
#define SMMUV2_IDR2_IAS		GENMASK(3, 0)
#define SMMUV2_IDR2_OAS		GENMASK(7, 4)
#define SMMUV2_IDR2_UBS		GENMASK(11, 8)
#define SMMUV2_IDR2_PTFSv8_4KB	BIT(12)
#define SMMUV2_IDR2_PTFSv8_16KB BIT(13)
#define SMMUV2_IDR2_PTFSv8_64KB BIT(14)
#define SMMUV2_IDR2_VMID16S	BIT(15)
#define SMMUV2_GR0_IDR3		0x02c
#define SMMUV2_GR0_IDR4		0x030
#define SMMUV2_GR0_IDR5		0x034
#define SMMUV2_GR0_IDR6		0x038
#define SMMUV2_GR0_IDR7		0x03c

#define SMMUV2_GR0_sGFAR	0x040
#define SMMUV2_GR0_sGFSR	0x048
#define SMMUV2_sGFSR_ICF	BIT(0)
#define SMMUV2_sGFSR_USF	BIT(1)
#define SMMUV2_sGFSR_SMCF	BIT(2)
#define SMMUV2_sGFSR_UCBF	BIT(3)
#define SMMUV2_sGFSR_UCIF	BIT(4)
#define SMMUV2_sGFSR_CAF	BIT(5)
#define SMMUV2_sGFSR_EF		BIT(6)
#define SMMUV2_sGFSR_PF		BIT(7)
#define SMMUV2_sGFSR_UUT	BIT(8)
#define SMMUV2_sGFSR_MULTI	BIT(31)
#define SMMUV2_sGFSR_FAULTS	GENMASK(8, 0)
#define SMMUV2_GR0_sGFSRRESTORE 0x04c
#define SMMUV2_GR0_sGFSYNR0	0x050
#define SMMUV2_sGFSYNR0_NESTED	BIT(0)
#define SMMUV2_sGFSYNR0_WNR	BIT(1)
#define SMMUV2_sGFSYNR0_PNU	BIT(2)
#define SMMUV2_sGFSYNR0_IND	BIT(3)
#define SMMUV2_sGFSYNR0_NSATTR	BIT(5)
#define SMMUV2_sGFSYNR0_ATS	BIT(6)
#define SMMUV2_GR0_sGFSYNR1	0x054
#define SMMUV2_GR0_sGFSYNR2	0x058
#define SMMUV2_GR0_STLBIALL	0x060
#define SMMUV2_GR0_TLBIVMID	0x064
#define SMMUV2_GR0_TLBIALLNSNH	0x068
#define SMMUV2_GR0_TLBIALLH	0x06c
#define SMMUV2_GR0_sTLBGSYNC	0x070
#define SMMUV2_GR0_sTLBGSTATUS	0x074
#define SMMUV2_sTLBGSTATUS_ACT	BIT(0) /* GSACTIVE */
#define SMMUV2_GR0_TLBIVAH	0x078
#define SMMUV2_GR0_TLBIVALH64	0x0b0
#define SMMUV2_GR0_TLBIVMIDS1	0x0b8
#define SMMUV2_GR0_TLBIVAH64	0x0c0
#define SMMUV2_GR0_sGATS1UR	0x100
#define SMMUV2_GR0_sGATS1UW	0x108
#define SMMUV2_GR0_sGATS1PR	0x110
#define SMMUV2_GR0_sGATS1PW	0x118
#define SMMUV2_GR0_sGATS12UR	0x120
#define SMMUV2_GR0_sGATS12UW	0x128
#define SMMUV2_GR0_sGATS12PR	0x130
#define SMMUV2_GR0_sGATS12PW	0x138
#define SMMUV2_GR0_sGPAR	0x180
#define SMMUV2_GR0_sGATSR	0x188

#define SMMUV2_GR0_SMR(n)     (0x800 + 4 * (n))
#define SMMUV2_SMR_ID	      GENMASK(14, 0)
#define SMMUV2_SMR_MASK	      GENMASK(30, 16)
#define SMMUV2_SMR_VALID      BIT(31)
#define SMMUV2_SMR_EXID	      GENMASK(15, 0)
#define SMMUV2_SMR_EXMASK     GENMASK(31, 16)
#define SMMUV2_GR0_S2CR(n)    (0xc00 + 4 * (n))
#define SMMUV2_S2CR_CBNDX     GENMASK(7, 0)
#define SMMUV2_S2CR_EXIDVALID BIT(10)
#define SMMUV2_S2CR_TYPE      GENMASK(17, 16)
#define SMMUV2_S2CR_PRIVCFG   GENMASK(25, 24)
#define SMMUV2_S2CR_INSTCFG   GENMASK(27, 26)
enum s2cr_type { SMMUV2_S2CR_TYPE_TRANS, SMMUV2_S2CR_TYPE_BYPASS, SMMUV2_S2CR_TYPE_FAULT };
/* S2CR.PRIVCFG and INSTCFG: 0, 1: as presented; 2: unprivileged, data; 3: privileged, instruction */
#define SMMUV2_S2CR_CFG_CLEAR 2
#define SMMUV2_S2CR_CFG_SET   3

/* Global space 1 */
#define SMMUV2_GR1_CBAR(n)  (0x000 + 4 * (n))
#define SMMUV2_CBAR_VMID    GENMASK(7, 0)
#define SMMUV2_CBAR_CBNDX   GENMASK(15, 8) /* TYPE 3 */
#define SMMUV2_CBAR_HYPC    BIT(10)	   /* TYPE 1 */
#define SMMUV2_CBAR_TYPE    GENMASK(17, 16)
#define SMMUV2_CBAR_IRPTNDX GENMASK(31, 24)
enum cbar_type { SMMUV2_CBAR_S2, SMMUV2_CBAR_S1_S2_BYPASS, SMMUV2_CBAR_S1_S2_FAULT, SMMUV2_CBAR_S1_S2 };
#define SMMUV2_GR1_CBFRSYNRA(n) (0x400 + 4 * (n))
#define SMMUV2_CBFRSYNRA_SID	GENMASK(15, 0)
#define SMMUV2_GR1_CBA2R(n)	(0x800 + 4 * (n))
#define SMMUV2_CBA2R_VA64	BIT(0)
#define SMMUV2_CBA2R_MONC	BIT(1)
#define SMMUV2_CBA2R_VMID16	GENMASK(31, 16)

/* Translation context bank */
#define SMMUV2_CB_SCTLR		 0x000
#define SMMUV2_SCTLR_M		 BIT(0)
#define SMMUV2_SCTLR_TRE	 BIT(1)
#define SMMUV2_SCTLR_AFE	 BIT(2)
#define SMMUV2_SCTLR_AFFD	 BIT(3)
#define SMMUV2_SCTLR_E		 BIT(4)
#define SMMUV2_SCTLR_CFRE	 BIT(5)
#define SMMUV2_SCTLR_CFIE	 BIT(6)
#define SMMUV2_SCTLR_CFCFG	 BIT(7)
#define SMMUV2_SCTLR_HUPCF	 BIT(8)
#define SMMUV2_SCTLR_WXN	 BIT(9)
#define SMMUV2_SCTLR_UWXN	 BIT(10)
#define SMMUV2_SCTLR_S1_ASIDPNE	 BIT(12)
#define SMMUV2_SCTLR_S2_PTW	 BIT(13)
#define SMMUV2_CB_ACTLR		 0x004
#define SMMUV2_CB_RESUME	 0x008
#define SMMUV2_RESUME_TnR	 BIT(0) /* terminate, not retry */
#define SMMUV2_CB_TCR2		 0x010
#define SMMUV2_TCR2_PASIZE	 GENMASK(2, 0)
#define SMMUV2_TCR2_AS		 BIT(4)
#define SMMUV2_TCR2_TBI0	 BIT(5)
#define SMMUV2_TCR2_TBI1	 BIT(6)
#define SMMUV2_TCR2_SEP		 GENMASK(17, 15)
#define SMMUV2_TCR2_SEP_UPSTREAM 7
#define SMMUV2_CB_TTBR0		 0x020
#define SMMUV2_CB_TTBR1		 0x028
#define SMMUV2_TTBR_ASID	 GENMASK_ULL(63, 48)
#define SMMUV2_TTBR_ADDR	 GENMASK_ULL(47, 0)
#define SMMUV2_CB_TCR		 0x030
#define SMMUV2_TCR_T0SZ		 GENMASK(5, 0)
#define SMMUV2_TCR_EPD0		 BIT(7)
#define SMMUV2_TCR_TG0		 GENMASK(15, 14)
#define SMMUV2_TCR_T1SZ		 GENMASK(21, 16)
#define SMMUV2_TCR_A1		 BIT(22)
#define SMMUV2_TCR_EPD1		 BIT(23)
#define SMMUV2_TCR_TG1		 GENMASK(31, 30)
#define SMMUV2_TCR_EAE		 BIT(31)       /* AArch32 stage 1 */
#define SMMUV2_TCR_N		 GENMASK(2, 0) /* short descriptors; T0SZ of long ones */
#define SMMUV2_TCR_PD0		 BIT(4)	       /* short descriptors */
#define SMMUV2_TCR_PD1		 BIT(5)
#define SMMUV2_TCR_LPAE_T1SZ	 GENMASK(18, 16)
#define SMMUV2_TCR_S2_SL0	 GENMASK(7, 6)
#define SMMUV2_TCR_S2_PASIZE	 GENMASK(18, 16)
#define SMMUV2_TCR_S2_LPAE_T0SZ	 GENMASK(3, 0) /* signed */
#define SMMUV2_CB_CONTEXTIDR	 0x034
#define SMMUV2_CB_MAIR0		 0x038
#define SMMUV2_CB_MAIR1		 0x03c
#define SMMUV2_CB_PAR		 0x050
#define SMMUV2_PAR_F		 BIT_ULL(0)
#define SMMUV2_PAR_SH		 GENMASK_ULL(8, 7)
#define SMMUV2_PAR_NS		 BIT_ULL(9)
#define SMMUV2_PAR_PA		 GENMASK_ULL(47, 12)
#define SMMUV2_PAR_ATTR		 GENMASK_ULL(63, 56)
#define SMMUV2_PAR_PLVL		 GENMASK_ULL(33, 32)
#define SMMUV2_PAR_STAGE	 BIT_ULL(35)
#define SMMUV2_PAR_UCBF		 BIT_ULL(30)
#define SMMUV2_PAR_ICF		 BIT_ULL(29)
#define SMMUV2_CB_FSR		 0x058
#define SMMUV2_FSR_TF		 BIT(1)
#define SMMUV2_FSR_AFF		 BIT(2)
#define SMMUV2_FSR_PF		 BIT(3)
#define SMMUV2_FSR_EF		 BIT(4)
#define SMMUV2_FSR_TLBMCF	 BIT(5)
#define SMMUV2_FSR_TLBLKF	 BIT(6)
#define SMMUV2_FSR_ASF		 BIT(7)
#define SMMUV2_FSR_UUT		 BIT(8)
#define SMMUV2_FSR_FORMAT	 GENMASK(10, 9)
#define SMMUV2_FSR_SS		 BIT(30)
#define SMMUV2_FSR_MULTI	 BIT(31)
#define SMMUV2_FSR_FAULTS	 GENMASK(8, 1)
enum fsr_format { SMMUV2_FSR_FORMAT_SHORT, SMMUV2_FSR_FORMAT_LPAE, SMMUV2_FSR_FORMAT_AARCH64 };
#define SMMUV2_CB_FSRRESTORE	 0x05c
#define SMMUV2_CB_FAR		 0x060
#define SMMUV2_CB_FSYNR0	 0x068
#define SMMUV2_FSYNR0_PLVL	 GENMASK(1, 0)
#define SMMUV2_FSYNR0_NESTED	 BIT(2)
#define SMMUV2_FSYNR0_S1PTWF	 BIT(3)
#define SMMUV2_FSYNR0_WNR	 BIT(4)
#define SMMUV2_FSYNR0_PNU	 BIT(5)
#define SMMUV2_FSYNR0_IND	 BIT(6)
#define SMMUV2_FSYNR0_NSATTR	 BIT(8)
#define SMMUV2_FSYNR0_ATOF	 BIT(9)
#define SMMUV2_FSYNR0_PTWF	 BIT(10)
#define SMMUV2_FSYNR0_AFR	 BIT(11)
#define SMMUV2_FSYNR0_S1CBNDX	 GENMASK(23, 16)
#define SMMUV2_CB_FSYNR1	 0x06c
#define SMMUV2_CB_IPAFAR	 0x070
#define SMMUV2_CB_TLBIVA	 0x600
#define SMMUV2_CB_TLBIVAA	 0x608
#define SMMUV2_CB_TLBIASID	 0x610
#define SMMUV2_CB_TLBIALL	 0x618
#define SMMUV2_CB_TLBIVAL	 0x620
#define SMMUV2_CB_TLBIVAAL	 0x628
#define SMMUV2_CB_TLBIIPAS2	 0x630
#define SMMUV2_CB_TLBIIPAS2L	 0x638
#define SMMUV2_CB_TLBSYNC	 0x7f0
#define SMMUV2_CB_TLBSTATUS	 0x7f4
#define SMMUV2_TLBSTATUS_SACTIVE BIT(0)
#define SMMUV2_CB_ATS1PR	 0x800
#define SMMUV2_CB_ATS1PW	 0x808
#define SMMUV2_CB_ATS1UR	 0x810
#define SMMUV2_CB_ATS1UW	 0x818
#define SMMUV2_CB_ATSR		 0x8f0

/* TLBIVA, TLBIVAL of AArch64 banks; the others write VA[31:12] and ASID[7:0] in one word. */
#define SMMUV2_TLBIVA_ADDR  GENMASK_ULL(43, 0) /* VA >> 12 */
#define SMMUV2_TLBIVA_ASID  GENMASK_ULL(63, 48)
#define SMMUV2_TLBIIPA_ADDR GENMASK_ULL(35, 0) /* IPA >> 12 */

/* Interrupt lines, as iommu_ops.irq and drv_class.irq number them */
#define SMMUV2_IRQ_GLOBAL  0 /* sGFSR */
#define SMMUV2_IRQ_CONFIG  1 /* sGFSR.CAF */
#define SMMUV2_IRQ_CONTEXT 2 /* of bank n: + n; with num_irpt: + CBAR.IRPTNDX */

#define SMMUV2_MAX_CB  128
#define SMMUV2_MAX_SMR 128

/* The three register files; a context bank's is the same for every bank. */
extern const struct reg_desc smmuv2_gr0_table[];
extern const struct reg_desc smmuv2_gr1_table[];
extern const struct reg_desc smmuv2_cb_table[];
extern const u32 smmuv2_gr0_rows, smmuv2_gr1_rows, smmuv2_cb_rows;

/**
 * smmuv2_size_bits() - decode an address size of IDR2.IAS, IDR2.OAS or TCR2.PASIZE
 * @code: 0: 32 bits, 1: 36, 2: 40, 3: 42, 4: 44, 5 and above: 48
 *
 * Return: Bits.
 */
u8 smmuv2_size_bits(u32 code);

/**
 * smmuv2_size_code() - encode an address size
 * @bits: 48 at most
 *
 * Return: The smallest size code of at least @bits; see smmuv2_size_bits().
 */
u32 smmuv2_size_code(u8 bits);

#endif /* SMMUV2_REGS_H */
