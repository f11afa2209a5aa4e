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
#define GR0_sCR0	  0x000
#define sCR0_CLIENTPD	  BIT(0)
#define sCR0_GFRE	  BIT(1)
#define sCR0_GFIE	  BIT(2)
#define sCR0_EXIDENABLE	  BIT(3)
#define sCR0_GCFGFRE	  BIT(4)
#define sCR0_GCFGFIE	  BIT(5)
#define sCR0_TRANSIENTCFG GENMASK(7, 6)
#define sCR0_STALLD	  BIT(8)
#define sCR0_GSE	  BIT(9)
#define sCR0_USFCFG	  BIT(10)
#define sCR0_VMIDPNE	  BIT(11)
#define sCR0_PTM	  BIT(12)
#define sCR0_FB		  BIT(13)
#define sCR0_BSU	  GENMASK(15, 14)
#define sCR0_MemAttr	  GENMASK(19, 16)
#define sCR0_MTCFG	  BIT(20)
#define sCR0_SMCFCFG	  BIT(21)
#define sCR0_SHCFG	  GENMASK(23, 22)
#define sCR0_RACFG	  GENMASK(25, 24)
#define sCR0_WACFG	  GENMASK(27, 26)
#define sCR0_VMID16EN	  BIT(31)
#define GR0_sCR2	  0x008
#define GR0_sACR	  0x010

#define GR0_IDR0	 0x020
#define IDR0_NUMSMRG	 GENMASK(7, 0)
#define IDR0_EXIDS	 BIT(8)
#define IDR0_NUMSIDB	 GENMASK(12, 9)
#define IDR0_BTM	 BIT(13)
#define IDR0_CTTW	 BIT(14)
#define IDR0_NUMIRPT	 GENMASK(23, 16)
#define IDR0_PTFS	 GENMASK(25, 24)
#define IDR0_ATOSNS	 BIT(26)
#define IDR0_SMS	 BIT(27)
#define IDR0_NTS	 BIT(28)
#define IDR0_S2TS	 BIT(29)
#define IDR0_S1TS	 BIT(30)
#define IDR0_SES	 BIT(31)
#define IDR0_PTFS_ALL	 0 /* AArch32 short and long descriptors */
#define IDR0_PTFS_LPAE	 1 /* AArch32 long descriptors only */
#define IDR0_PTFS_NONE	 2 /* AArch64 only */
#define GR0_IDR1	 0x024
#define IDR1_NUMCB	 GENMASK(7, 0)
#define IDR1_SMCD	 BIT(15)
#define IDR1_NUMS2CB	 GENMASK(23, 16)
#define IDR1_NUMPAGENDXB GENMASK(30, 28)
#define IDR1_PAGESIZE	 BIT(31)
#define GR0_IDR2	 0x028
#define IDR2_IAS	 GENMASK(3, 0)
#define IDR2_OAS	 GENMASK(7, 4)
#define IDR2_UBS	 GENMASK(11, 8)
#define IDR2_PTFSv8_4KB	 BIT(12)
#define IDR2_PTFSv8_16KB BIT(13)
#define IDR2_PTFSv8_64KB BIT(14)
#define IDR2_VMID16S	 BIT(15)
#define GR0_IDR3	 0x02c
#define GR0_IDR4	 0x030
#define GR0_IDR5	 0x034
#define GR0_IDR6	 0x038
#define GR0_IDR7	 0x03c

#define GR0_sGFAR	 0x040
#define GR0_sGFSR	 0x048
#define sGFSR_ICF	 BIT(0)
#define sGFSR_USF	 BIT(1)
#define sGFSR_SMCF	 BIT(2)
#define sGFSR_UCBF	 BIT(3)
#define sGFSR_UCIF	 BIT(4)
#define sGFSR_CAF	 BIT(5)
#define sGFSR_EF	 BIT(6)
#define sGFSR_PF	 BIT(7)
#define sGFSR_UUT	 BIT(8)
#define sGFSR_MULTI	 BIT(31)
#define sGFSR_FAULTS	 GENMASK(8, 0)
#define GR0_sGFSRRESTORE 0x04c
#define GR0_sGFSYNR0	 0x050
#define sGFSYNR0_NESTED	 BIT(0)
#define sGFSYNR0_WNR	 BIT(1)
#define sGFSYNR0_PNU	 BIT(2)
#define sGFSYNR0_IND	 BIT(3)
#define sGFSYNR0_NSATTR	 BIT(5)
#define sGFSYNR0_ATS	 BIT(6)
#define GR0_sGFSYNR1	 0x054
#define GR0_sGFSYNR2	 0x058
#define GR0_STLBIALL	 0x060
#define GR0_TLBIVMID	 0x064
#define GR0_TLBIALLNSNH	 0x068
#define GR0_TLBIALLH	 0x06c
#define GR0_sTLBGSYNC	 0x070
#define GR0_sTLBGSTATUS	 0x074
#define sTLBGSTATUS_ACT	 BIT(0) /* GSACTIVE */
#define GR0_TLBIVAH	 0x078
#define GR0_TLBIVALH64	 0x0b0
#define GR0_TLBIVMIDS1	 0x0b8
#define GR0_TLBIVAH64	 0x0c0
#define GR0_sGATS1UR	 0x100
#define GR0_sGATS1UW	 0x108
#define GR0_sGATS1PR	 0x110
#define GR0_sGATS1PW	 0x118
#define GR0_sGATS12UR	 0x120
#define GR0_sGATS12UW	 0x128
#define GR0_sGATS12PR	 0x130
#define GR0_sGATS12PW	 0x138
#define GR0_sGPAR	 0x180
#define GR0_sGATSR	 0x188

#define GR0_SMR(n)     (0x800 + 4 * (n))
#define SMR_ID	       GENMASK(14, 0)
#define SMR_MASK       GENMASK(30, 16)
#define SMR_VALID      BIT(31)
#define SMR_EXID       GENMASK(15, 0)
#define SMR_EXMASK     GENMASK(31, 16)
#define GR0_S2CR(n)    (0xc00 + 4 * (n))
#define S2CR_CBNDX     GENMASK(7, 0)
#define S2CR_EXIDVALID BIT(10)
#define S2CR_TYPE      GENMASK(17, 16)
#define S2CR_PRIVCFG   GENMASK(25, 24)
#define S2CR_INSTCFG   GENMASK(27, 26)
enum s2cr_type { S2CR_TYPE_TRANS, S2CR_TYPE_BYPASS, S2CR_TYPE_FAULT };
/* S2CR.PRIVCFG and INSTCFG: 0, 1: as presented; 2: unprivileged, data; 3: privileged, instruction */
#define S2CR_CFG_CLEAR 2
#define S2CR_CFG_SET   3

/* Global space 1 */
#define GR1_CBAR(n)  (0x000 + 4 * (n))
#define CBAR_VMID    GENMASK(7, 0)
#define CBAR_CBNDX   GENMASK(15, 8) /* TYPE 3 */
#define CBAR_HYPC    BIT(10)	    /* TYPE 1 */
#define CBAR_TYPE    GENMASK(17, 16)
#define CBAR_IRPTNDX GENMASK(31, 24)
enum cbar_type { CBAR_S2, CBAR_S1_S2_BYPASS, CBAR_S1_S2_FAULT, CBAR_S1_S2 };
#define GR1_CBFRSYNRA(n) (0x400 + 4 * (n))
#define CBFRSYNRA_SID	 GENMASK(15, 0)
#define GR1_CBA2R(n)	 (0x800 + 4 * (n))
#define CBA2R_VA64	 BIT(0)
#define CBA2R_MONC	 BIT(1)
#define CBA2R_VMID16	 GENMASK(31, 16)

/* Translation context bank */
#define CB_SCTLR	  0x000
#define SCTLR_M		  BIT(0)
#define SCTLR_TRE	  BIT(1)
#define SCTLR_AFE	  BIT(2)
#define SCTLR_AFFD	  BIT(3)
#define SCTLR_E		  BIT(4)
#define SCTLR_CFRE	  BIT(5)
#define SCTLR_CFIE	  BIT(6)
#define SCTLR_CFCFG	  BIT(7)
#define SCTLR_HUPCF	  BIT(8)
#define SCTLR_WXN	  BIT(9)
#define SCTLR_UWXN	  BIT(10)
#define SCTLR_S1_ASIDPNE  BIT(12)
#define SCTLR_S2_PTW	  BIT(13)
#define CB_ACTLR	  0x004
#define CB_RESUME	  0x008
#define RESUME_TnR	  BIT(0) /* terminate, not retry */
#define CB_TCR2		  0x010
#define TCR2_PASIZE	  GENMASK(2, 0)
#define TCR2_AS		  BIT(4)
#define TCR2_TBI0	  BIT(5)
#define TCR2_TBI1	  BIT(6)
#define TCR2_SEP	  GENMASK(17, 15)
#define TCR2_SEP_UPSTREAM 7
#define CB_TTBR0	  0x020
#define CB_TTBR1	  0x028
#define TTBR_ASID	  GENMASK_ULL(63, 48)
#define TTBR_ADDR	  GENMASK_ULL(47, 0)
#define CB_TCR		  0x030
#define TCR_T0SZ	  GENMASK(5, 0)
#define TCR_EPD0	  BIT(7)
#define TCR_TG0		  GENMASK(15, 14)
#define TCR_T1SZ	  GENMASK(21, 16)
#define TCR_A1		  BIT(22)
#define TCR_EPD1	  BIT(23)
#define TCR_TG1		  GENMASK(31, 30)
#define TCR_EAE		  BIT(31)	/* AArch32 stage 1 */
#define TCR_N		  GENMASK(2, 0) /* short descriptors; T0SZ of long ones */
#define TCR_PD0		  BIT(4)	/* short descriptors */
#define TCR_PD1		  BIT(5)
#define TCR_LPAE_T1SZ	  GENMASK(18, 16)
#define TCR_S2_SL0	  GENMASK(7, 6)
#define TCR_S2_PASIZE	  GENMASK(18, 16)
#define TCR_S2_LPAE_T0SZ  GENMASK(3, 0) /* signed */
#define CB_CONTEXTIDR	  0x034
#define CB_MAIR0	  0x038
#define CB_MAIR1	  0x03c
#define CB_PAR		  0x050
#define PAR_F		  BIT_ULL(0)
#define PAR_SH		  GENMASK_ULL(8, 7)
#define PAR_NS		  BIT_ULL(9)
#define PAR_PA		  GENMASK_ULL(47, 12)
#define PAR_ATTR	  GENMASK_ULL(63, 56)
#define PAR_PLVL	  GENMASK_ULL(33, 32)
#define PAR_STAGE	  BIT_ULL(35)
#define PAR_UCBF	  BIT_ULL(30)
#define PAR_ICF		  BIT_ULL(29)
#define CB_FSR		  0x058
#define FSR_TF		  BIT(1)
#define FSR_AFF		  BIT(2)
#define FSR_PF		  BIT(3)
#define FSR_EF		  BIT(4)
#define FSR_TLBMCF	  BIT(5)
#define FSR_TLBLKF	  BIT(6)
#define FSR_ASF		  BIT(7)
#define FSR_UUT		  BIT(8)
#define FSR_FORMAT	  GENMASK(10, 9)
#define FSR_SS		  BIT(30)
#define FSR_MULTI	  BIT(31)
#define FSR_FAULTS	  GENMASK(8, 1)
enum fsr_format { FSR_FORMAT_SHORT, FSR_FORMAT_LPAE, FSR_FORMAT_AARCH64 };
#define CB_FSRRESTORE	  0x05c
#define CB_FAR		  0x060
#define CB_FSYNR0	  0x068
#define FSYNR0_PLVL	  GENMASK(1, 0)
#define FSYNR0_NESTED	  BIT(2)
#define FSYNR0_S1PTWF	  BIT(3)
#define FSYNR0_WNR	  BIT(4)
#define FSYNR0_PNU	  BIT(5)
#define FSYNR0_IND	  BIT(6)
#define FSYNR0_NSATTR	  BIT(8)
#define FSYNR0_ATOF	  BIT(9)
#define FSYNR0_PTWF	  BIT(10)
#define FSYNR0_AFR	  BIT(11)
#define FSYNR0_S1CBNDX	  GENMASK(23, 16)
#define CB_FSYNR1	  0x06c
#define CB_IPAFAR	  0x070
#define CB_TLBIVA	  0x600
#define CB_TLBIVAA	  0x608
#define CB_TLBIASID	  0x610
#define CB_TLBIALL	  0x618
#define CB_TLBIVAL	  0x620
#define CB_TLBIVAAL	  0x628
#define CB_TLBIIPAS2	  0x630
#define CB_TLBIIPAS2L	  0x638
#define CB_TLBSYNC	  0x7f0
#define CB_TLBSTATUS	  0x7f4
#define TLBSTATUS_SACTIVE BIT(0)
#define CB_ATS1PR	  0x800
#define CB_ATS1PW	  0x808
#define CB_ATS1UR	  0x810
#define CB_ATS1UW	  0x818
#define CB_ATSR		  0x8f0

/* TLBIVA, TLBIVAL of AArch64 banks; the others write VA[31:12] and ASID[7:0] in one word. */
#define TLBIVA_ADDR  GENMASK_ULL(43, 0) /* VA >> 12 */
#define TLBIVA_ASID  GENMASK_ULL(63, 48)
#define TLBIIPA_ADDR GENMASK_ULL(35, 0) /* IPA >> 12 */

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
