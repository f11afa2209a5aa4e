/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VT-d as the specification (revision 5.10) lays it out: registers (chapter 11),
 * translation structures (chapter 9), descriptors of both queues (6.5.2, 7.4.1,
 * 7.6.1) and fault reasons (7.1.3). Model, driver, tests and the generated
 * register pages all read it.
 */
#ifndef VTD_REGS_H
#define VTD_REGS_H

#include "regs.h"

/* Registers, offsets in bytes (11.4) */
#define VTD_VER	     0x000
#define VTD_CAP	     0x008
#define VTD_ECAP     0x010
#define VTD_GCMD     0x018
#define VTD_GSTS     0x01c
#define VTD_RTADDR   0x020
#define VTD_CCMD     0x028
#define VTD_FSTS     0x034
#define VTD_FECTL    0x038
#define VTD_FEDATA   0x03c
#define VTD_FEADDR   0x040
#define VTD_FEUADDR  0x044
#define VTD_PMEN     0x064
#define VTD_PLMBASE  0x068
#define VTD_PLMLIMIT 0x06c
#define VTD_PHMBASE  0x070
#define VTD_PHMLIMIT 0x078
#define VTD_IQH	     0x080
#define VTD_IQT	     0x088
#define VTD_IQA	     0x090
#define VTD_ICS	     0x09c
#define VTD_IECTL    0x0a0
#define VTD_IEDATA   0x0a4
#define VTD_IEADDR   0x0a8
#define VTD_IEUADDR  0x0ac
#define VTD_IQERCD   0x0b0
#define VTD_IRTA     0x0b8
#define VTD_PQH	     0x0c0
#define VTD_PQT	     0x0c8
#define VTD_PQA	     0x0d0
#define VTD_PRS	     0x0dc
#define VTD_PECTL    0x0e0
#define VTD_PEDATA   0x0e4
#define VTD_PEADDR   0x0e8
#define VTD_PEUADDR  0x0ec
#define VTD_MTRRCAP  0x100
#define VTD_MTRRDEF  0x108
#define VTD_MTRRFIX  0x120 /* 11 registers */
#define VTD_MTRRVAR  0x180 /* 10 pairs of base and mask */

/* From CAP.FRO and ECAP.IRO: relative to those */
#define VTD_FRCD_LO 0x0
#define VTD_FRCD_HI 0x8
#define VTD_IVA	    0x0
#define VTD_IOTLB   0x8

#define VTD_VER_MAX GENMASK_ULL(7, 4) /* major version */

#define VTD_CAP_ESRTPS	BIT_ULL(63)
#define VTD_CAP_ESIRTPS BIT_ULL(62)
#define VTD_CAP_ECMDS	BIT_ULL(61)
#define VTD_CAP_FS5LP	BIT_ULL(60)
#define VTD_CAP_PI	BIT_ULL(59)
#define VTD_CAP_FS1GP	BIT_ULL(56)
#define VTD_CAP_DRD	BIT_ULL(55)
#define VTD_CAP_DWD	BIT_ULL(54)
#define VTD_CAP_MAMV	GENMASK_ULL(53, 48)
#define VTD_CAP_NFR	GENMASK_ULL(47, 40)
#define VTD_CAP_PSI	BIT_ULL(39)
#define VTD_CAP_SSLPS	GENMASK_ULL(37, 34)
#define VTD_CAP_FRO	GENMASK_ULL(33, 24)
#define VTD_CAP_ZLR	BIT_ULL(22)
#define VTD_CAP_MGAW	GENMASK_ULL(21, 16)
#define VTD_CAP_SAGAW	GENMASK_ULL(12, 8)
#define VTD_CAP_CM	BIT_ULL(7)
#define VTD_CAP_PHMR	BIT_ULL(6)
#define VTD_CAP_PLMR	BIT_ULL(5)
#define VTD_CAP_RWBF	BIT_ULL(4)
#define VTD_CAP_ND	GENMASK_ULL(2, 0)
/* With the reserved values of SSLPS and SAGAW: sizes 2 and 3, widths 0 and 4 */
#define VTD_CAP_RESERVED                                                                                             \
	(GENMASK_ULL(58, 57) | BIT_ULL(38) | GENMASK_ULL(37, 36) | BIT_ULL(23) | GENMASK_ULL(15, 13) | BIT_ULL(12) | \
	 BIT_ULL(8) | BIT_ULL(3))

#define VTD_ECAP_IRREQ	 BIT_ULL(62)
#define VTD_ECAP_EIMER	 BIT_ULL(61)
#define VTD_ECAP_RDTS	 BIT_ULL(60)
#define VTD_ECAP_HPT1GPS BIT_ULL(59)
#define VTD_ECAP_SMS	 BIT_ULL(58)
#define VTD_ECAP_SSIRWS	 BIT_ULL(57)
#define VTD_ECAP_PTRS	 BIT_ULL(56)
#define VTD_ECAP_HPTS	 BIT_ULL(55)
#define VTD_ECAP_RPRIVS	 BIT_ULL(53)
#define VTD_ECAP_ADMS	 BIT_ULL(52)
#define VTD_ECAP_PMS	 BIT_ULL(51)
#define VTD_ECAP_TDXCS	 BIT_ULL(50)
#define VTD_ECAP_RPS	 BIT_ULL(49)
#define VTD_ECAP_SMPWCS	 BIT_ULL(48)
#define VTD_ECAP_FSTS	 BIT_ULL(47)
#define VTD_ECAP_SSTS	 BIT_ULL(46)
#define VTD_ECAP_SSADS	 BIT_ULL(45)
#define VTD_ECAP_VCS	 BIT_ULL(44)
#define VTD_ECAP_SMTS	 BIT_ULL(43)
#define VTD_ECAP_PDS	 BIT_ULL(42)
#define VTD_ECAP_DIT	 BIT_ULL(41)
#define VTD_ECAP_PASID	 BIT_ULL(40)
#define VTD_ECAP_PSS	 GENMASK_ULL(39, 35)
#define VTD_ECAP_EAFS	 BIT_ULL(34)
#define VTD_ECAP_NWFS	 BIT_ULL(33)
#define VTD_ECAP_SRS	 BIT_ULL(31)
#define VTD_ECAP_ERS	 BIT_ULL(30)
#define VTD_ECAP_PRS	 BIT_ULL(29)
#define VTD_ECAP_NEST	 BIT_ULL(26)
#define VTD_ECAP_MTS	 BIT_ULL(25)
#define VTD_ECAP_MHMV	 GENMASK_ULL(23, 20)
#define VTD_ECAP_IRO	 GENMASK_ULL(17, 8)
#define VTD_ECAP_SC	 BIT_ULL(7)
#define VTD_ECAP_PT	 BIT_ULL(6)
#define VTD_ECAP_EIM	 BIT_ULL(4)
#define VTD_ECAP_IR	 BIT_ULL(3)
#define VTD_ECAP_DT	 BIT_ULL(2)
#define VTD_ECAP_QI	 BIT_ULL(1)
#define VTD_ECAP_C	 BIT_ULL(0)
#define VTD_ECAP_RESERVED                                                                                          \
	(BIT_ULL(63) | BIT_ULL(54) | BIT_ULL(32) | BIT_ULL(28) | BIT_ULL(27) | BIT_ULL(24) | GENMASK_ULL(19, 18) | \
	 BIT_ULL(5))

/* GCMD, and with the same positions GSTS */
#define VTD_GCMD_TE	  BIT(31)
#define VTD_GCMD_SRTP	  BIT(30)
#define VTD_GCMD_WBF	  BIT(27)
#define VTD_GCMD_QIE	  BIT(26)
#define VTD_GCMD_IRE	  BIT(25)
#define VTD_GCMD_SIRTP	  BIT(24)
#define VTD_GCMD_CFI	  BIT(23)
#define VTD_GCMD_ONE_SHOT (VTD_GCMD_SRTP | VTD_GCMD_WBF | VTD_GCMD_SIRTP)

#define VTD_RTADDR_RTA	  GENMASK_ULL(63, 12)
#define VTD_RTADDR_TTM	  GENMASK_ULL(11, 10)
#define VTD_RTADDR_SSIRWE BIT_ULL(7)

enum vtd_ttm { VTD_TTM_LEGACY, VTD_TTM_SCALABLE, VTD_TTM_RESERVED, VTD_TTM_ABORT };

#define VTD_CCMD_ICC  BIT_ULL(63)
#define VTD_CCMD_CIRG GENMASK_ULL(62, 61)
#define VTD_CCMD_CAIG GENMASK_ULL(60, 59)
#define VTD_CCMD_FM   GENMASK_ULL(33, 32)
#define VTD_CCMD_SID  GENMASK_ULL(31, 16)
#define VTD_CCMD_DID  GENMASK_ULL(15, 0)

#define VTD_IOTLB_IVT  BIT_ULL(63)
#define VTD_IOTLB_IIRG GENMASK_ULL(61, 60)
#define VTD_IOTLB_IAIG GENMASK_ULL(58, 57)
#define VTD_IOTLB_DID  GENMASK_ULL(47, 32)

#define VTD_IVA_ADDR GENMASK_ULL(63, 12)
#define VTD_IVA_IH   BIT_ULL(6)
#define VTD_IVA_AM   GENMASK_ULL(5, 0)

/* Granularity of context-cache and IOTLB invalidations, in registers and descriptors */
enum vtd_gran { VTD_GRAN_RESERVED, VTD_GRAN_GLOBAL, VTD_GRAN_DOMAIN, VTD_GRAN_SELECTIVE };

#define VTD_FSTS_FRI	GENMASK_ULL(15, 8)
#define VTD_FSTS_ITE	BIT(6)
#define VTD_FSTS_ICE	BIT(5)
#define VTD_FSTS_IQE	BIT(4)
#define VTD_FSTS_PPF	BIT(1)
#define VTD_FSTS_PFO	BIT(0)
#define VTD_FSTS_EVENTS (VTD_FSTS_ITE | VTD_FSTS_ICE | VTD_FSTS_IQE | VTD_FSTS_PPF | VTD_FSTS_PFO)

/* FECTL, IECTL, PECTL */
#define VTD_ECTL_IM BIT(31)
#define VTD_ECTL_IP BIT(30)

#define VTD_PMEN_EPM BIT(31)
#define VTD_PMEN_PRS BIT(0)

#define VTD_IQ_OFFSET GENMASK_ULL(18, 4) /* IQH, IQT */
#define VTD_IQA_IQA   GENMASK_ULL(63, 12)
#define VTD_IQA_DW    BIT_ULL(11)
#define VTD_IQA_QS    GENMASK_ULL(2, 0)

#define VTD_ICS_IWC BIT(0)

#define VTD_IQERCD_ICESID GENMASK_ULL(63, 48)
#define VTD_IQERCD_ITESID GENMASK_ULL(47, 32)
#define VTD_IQERCD_IQEI	  GENMASK_ULL(3, 0)

enum vtd_iqei {
	VTD_IQEI_NONE,
	VTD_IQEI_TAIL,	    /* invalid tail pointer */
	VTD_IQEI_FETCH,	    /* descriptor could not be read */
	VTD_IQEI_TYPE,	    /* invalid descriptor type */
	VTD_IQEI_RESERVED,  /* reserved field of a valid type */
	VTD_IQEI_WIDTH,	    /* IQA.DW does not go with TTM, or is not supported */
	VTD_IQEI_ALIGNMENT, /* tail not aligned to the descriptor width */
	VTD_IQEI_TTM,	    /* reserved RTADDR.TTM */
};

#define VTD_PQ_OFFSET GENMASK_ULL(18, 5) /* PQH, PQT */
#define VTD_PQA_PQA   GENMASK_ULL(63, 12)
#define VTD_PQA_PQS   GENMASK_ULL(2, 0)

#define VTD_PRS_PRO BIT(1)
#define VTD_PRS_PPR BIT(0)

/* Fault recording register, upper 64 bits (11.4.7.6) */
#define VTD_FRCD_F    BIT_ULL(63)
#define VTD_FRCD_T1   BIT_ULL(62)
#define VTD_FRCD_AT   GENMASK_ULL(61, 60)
#define VTD_FRCD_PV   GENMASK_ULL(59, 40)
#define VTD_FRCD_FR   GENMASK_ULL(39, 32)
#define VTD_FRCD_PP   BIT_ULL(31)
#define VTD_FRCD_EXE  BIT_ULL(30)
#define VTD_FRCD_PRIV BIT_ULL(29)
#define VTD_FRCD_T2   BIT_ULL(28)
#define VTD_FRCD_SID  GENMASK_ULL(15, 0)
#define VTD_FRCD_FI   GENMASK_ULL(63, 12) /* lower 64 bits */

/* Root entry and each half of a scalable-mode root entry (9.1, 9.2) */
#define VTD_RE_P   BIT_ULL(0)
#define VTD_RE_PTR GENMASK_ULL(63, 12)

/* Context entry (9.3): lower and upper 64 bits */
#define VTD_CE_P       BIT_ULL(0)
#define VTD_CE_FPD     BIT_ULL(1)
#define VTD_CE_TT      GENMASK_ULL(3, 2)
#define VTD_CE_SSPTPTR GENMASK_ULL(63, 12)
#define VTD_CE1_AW     GENMASK_ULL(2, 0)
#define VTD_CE1_DID    GENMASK_ULL(23, 8)

enum vtd_tt { VTD_TT_SECOND_STAGE, VTD_TT_DEVICE_TLB, VTD_TT_PASS_THROUGH, VTD_TT_RESERVED };

/* Scalable-mode context entry (9.4) */
#define VTD_SCE_P	  BIT_ULL(0)
#define VTD_SCE_FPD	  BIT_ULL(1)
#define VTD_SCE_DTE	  BIT_ULL(2)
#define VTD_SCE_PASIDE	  BIT_ULL(3)
#define VTD_SCE_PRE	  BIT_ULL(4)
#define VTD_SCE_HPTE	  BIT_ULL(5)
#define VTD_SCE_EPTR	  BIT_ULL(6)
#define VTD_SCE_PDTS	  GENMASK_ULL(11, 9)
#define VTD_SCE_PTR	  GENMASK_ULL(63, 12)
#define VTD_SCE1_RIDPASID GENMASK_ULL(19, 0)
#define VTD_SCE1_RIDPRIV  BIT_ULL(20)

/* PASID-directory entry (9.5) */
#define VTD_PDE_P   BIT_ULL(0)
#define VTD_PDE_FPD BIT_ULL(1)
#define VTD_PDE_PTR GENMASK_ULL(63, 12)

/* PASID-table entry (9.6): 64-bit words 0..7 */
#define VTD_PE_P	BIT_ULL(0)
#define VTD_PE_FPD	BIT_ULL(1)
#define VTD_PE_AW	GENMASK_ULL(4, 2)
#define VTD_PE_PGTT	GENMASK_ULL(8, 6)
#define VTD_PE_SSADE	BIT_ULL(9)
#define VTD_PE_SSPTPTR	GENMASK_ULL(63, 12)
#define VTD_PE1_DID	GENMASK_ULL(15, 0)
#define VTD_PE1_PWSNP	BIT_ULL(23)
#define VTD_PE1_PGSNP	BIT_ULL(24)
#define VTD_PE1_CD	BIT_ULL(25)
#define VTD_PE1_EMTE	BIT_ULL(26)
#define VTD_PE1_PAT	GENMASK_ULL(63, 32)
#define VTD_PE2_SRE	BIT_ULL(0)
#define VTD_PE2_ERE	BIT_ULL(1) /* with ECAP.ERS, major version 7 and below */
#define VTD_PE2_FSPM	GENMASK_ULL(3, 2)
#define VTD_PE2_WPE	BIT_ULL(4)
#define VTD_PE2_NXE	BIT_ULL(5) /* likewise */
#define VTD_PE2_SMEP	BIT_ULL(6) /* likewise */
#define VTD_PE2_EAFE	BIT_ULL(7)
#define VTD_PE2_FSPTPTR GENMASK_ULL(63, 12)
#define VTD_PE4_HPTSZ	GENMASK_ULL(1, 0)
#define VTD_PE4_HPTPFD	BIT_ULL(2)
#define VTD_PE4_HPTPTR	GENMASK_ULL(63, 12)
#define VTD_PE5_HPTDID	GENMASK_ULL(15, 0)

enum vtd_pgtt {
	VTD_PGTT_FIRST = 1,
	VTD_PGTT_SECOND,
	VTD_PGTT_NESTED,
	VTD_PGTT_PASS_THROUGH,
};

/* Invalidation descriptors (6.5.2): the type is bits 11:9 above bits 3:0 */
#define VTD_DESC_TYPE(qw0) ((u32)((((qw0) >> 9 & 7) << 4) | ((qw0)&0xf)))

enum vtd_desc_type {
	VTD_DESC_CONTEXT = 0x1,
	VTD_DESC_IOTLB = 0x2,
	VTD_DESC_DEV_TLB = 0x3,
	VTD_DESC_IEC = 0x4,
	VTD_DESC_WAIT = 0x5,
	VTD_DESC_P_IOTLB = 0x6,
	VTD_DESC_PASID = 0x7,
	VTD_DESC_P_DEV_TLB = 0x8,
	VTD_DESC_PAGE_RESP = 0x9,
	VTD_DESC_HPT = 0xa,
};

#define VTD_DESC_G	 GENMASK_ULL(5, 4)   /* context, IOTLB, PASID, P_IOTLB, HPT */
#define VTD_DESC_DID	 GENMASK_ULL(31, 16) /* likewise */
#define VTD_DESC_PASID20 GENMASK_ULL(51, 32) /* PASID, P_IOTLB, P_DEV_TLB, PAGE_RESP */
#define VTD_DESC_AM	 GENMASK_ULL(5, 0)   /* qw1: IOTLB, P_IOTLB, HPT */
#define VTD_DESC_IH	 BIT_ULL(6)	     /* qw1: IOTLB, P_IOTLB */
#define VTD_DESC_ADDR	 GENMASK_ULL(63, 12) /* qw1 */

#define VTD_CC_SID GENMASK_ULL(47, 32)
#define VTD_CC_FM  GENMASK_ULL(49, 48)

#define VTD_IOTLB_DW BIT_ULL(6)
#define VTD_IOTLB_DR BIT_ULL(7)

#define VTD_DEV_SID    GENMASK_ULL(47, 32)
#define VTD_DEV_MIP    GENMASK_ULL(20, 16)
#define VTD_DEV_PFSID0 GENMASK_ULL(15, 12)
#define VTD_DEV_PFSID4 GENMASK_ULL(63, 52)
#define VTD_DEV_S      BIT_ULL(0) /* qw1 */

#define VTD_PDEV_SID GENMASK_ULL(31, 16)
#define VTD_PDEV_MIP GENMASK_ULL(8, 4)
#define VTD_PDEV_GI  BIT_ULL(0)	 /* qw1 */
#define VTD_PDEV_S   BIT_ULL(11) /* qw1 */

#define VTD_IEC_G    BIT_ULL(4)
#define VTD_IEC_IM   GENMASK_ULL(31, 27)
#define VTD_IEC_IIDX GENMASK_ULL(47, 32)

#define VTD_WAIT_IF   BIT_ULL(4)
#define VTD_WAIT_SW   BIT_ULL(5)
#define VTD_WAIT_FN   BIT_ULL(6)
#define VTD_WAIT_PD   BIT_ULL(7)
#define VTD_WAIT_DATA GENMASK_ULL(63, 32)

/* PASID-cache invalidation has its own granularities */
#define VTD_PC_DOMAIN	 0
#define VTD_PC_SELECTIVE 1
#define VTD_PC_GLOBAL	 3

#define VTD_RESP_PP   BIT_ULL(4)
#define VTD_RESP_RC   GENMASK_ULL(15, 12)
#define VTD_RESP_RID  GENMASK_ULL(31, 16)
#define VTD_RESP_PRGI GENMASK_ULL(11, 3) /* qw1 */

/* Page request descriptor (7.4.1.1) */
#define VTD_PREQ_TYPE  1
#define VTD_PREQ_PP    BIT_ULL(8)
#define VTD_PREQ_RID   GENMASK_ULL(31, 16)
#define VTD_PREQ_PASID GENMASK_ULL(51, 32)
#define VTD_PREQ_EXR   BIT_ULL(52)
#define VTD_PREQ_PMR   BIT_ULL(53)
#define VTD_PREQ_RDR   BIT_ULL(0) /* qw1 */
#define VTD_PREQ_WRR   BIT_ULL(1)
#define VTD_PREQ_LPIG  BIT_ULL(2)
#define VTD_PREQ_PRGI  GENMASK_ULL(11, 3)
#define VTD_PREQ_ADDR  GENMASK_ULL(63, 12)
#define VTD_PREQ_BYTES 32

/* Fault reasons (table 30), by their condition codes */
enum vtd_fault {
	VTD_FR_NONE,
	VTD_FR_LRT_2 = 0x01,  /* root entry not present */
	VTD_FR_LCT_2 = 0x02,  /* context entry not present */
	VTD_FR_LCT_4 = 0x03,  /* context entry invalid */
	VTD_FR_LGN_1 = 0x04,  /* address beyond the width */
	VTD_FR_LGN_2 = 0x05,  /* no write permission */
	VTD_FR_LGN_3 = 0x06,  /* no read permission */
	VTD_FR_LSS_1 = 0x07,  /* error reading a second-stage entry */
	VTD_FR_LRT_1 = 0x08,  /* error reading a root entry */
	VTD_FR_LCT_1 = 0x09,  /* error reading a context entry */
	VTD_FR_LRT_3 = 0x0a,  /* reserved field in a root entry */
	VTD_FR_LCT_3 = 0x0b,  /* reserved field in a context entry */
	VTD_FR_LSS_2 = 0x0c,  /* reserved field in a second-stage entry */
	VTD_FR_LCT_5 = 0x0d,  /* translation or translated request blocked */
	VTD_FR_LGN_4 = 0x0e,  /* output address in the interrupt range */
	VTD_FR_RTA_1 = 0x30,  /* RTADDR invalid */
	VTD_FR_RTA_2 = 0x31,  /* request with PASID in legacy mode */
	VTD_FR_RTA_3 = 0x32,  /* page request in legacy mode */
	VTD_FR_RTA_4 = 0x33,  /* abort-DMA mode */
	VTD_FR_RTA_5 = 0x34,  /* execute requested, major version 8 and above */
	VTD_FR_SRT_1 = 0x38,  /* error reading a root entry */
	VTD_FR_SRT_2 = 0x39,  /* root entry not present */
	VTD_FR_SRT_3 = 0x3a,  /* reserved field in a root entry */
	VTD_FR_SCT_1 = 0x40,  /* error reading a context entry */
	VTD_FR_SCT_2 = 0x41,  /* context entry not present */
	VTD_FR_SCT_3 = 0x42,  /* reserved field in a context entry */
	VTD_FR_SCT_4 = 0x43,  /* context entry invalid */
	VTD_FR_SCT_5 = 0x44,  /* DTE clear */
	VTD_FR_SCT_6 = 0x45,  /* PASIDE clear */
	VTD_FR_SCT_7 = 0x46,  /* PASID beyond PDTS */
	VTD_FR_SCT_8 = 0x47,  /* PRE clear */
	VTD_FR_SCT_9 = 0x48,  /* PASID equal to RID_PASID */
	VTD_FR_SCT_10 = 0x49, /* EPTR clear */
	VTD_FR_SPD_1 = 0x50,  /* error reading a PASID-directory entry */
	VTD_FR_SPD_2 = 0x51,  /* directory entry not present */
	VTD_FR_SPD_3 = 0x52,  /* reserved field in a directory entry */
	VTD_FR_SPT_1 = 0x58,  /* error reading a PASID-table entry */
	VTD_FR_SPT_2 = 0x59,  /* PASID-table entry not present */
	VTD_FR_SPT_3 = 0x5a,  /* reserved field in a PASID-table entry */
	VTD_FR_SPT_4 = 0x5b,  /* PASID-table entry invalid */
	VTD_FR_SPT_5 = 0x5c,  /* execute requests not supported or not enabled */
	VTD_FR_SPT_6 = 0x5d,  /* supervisor requests not enabled */
	VTD_FR_SPT_9 = 0x60,  /* translated address beyond the HPT */
	VTD_FR_SFS_1 = 0x70,  /* error reading a first-stage entry */
	VTD_FR_SFS_2 = 0x71,  /* first-stage entry not present */
	VTD_FR_SFS_3 = 0x72,  /* reserved field in a first-stage entry */
	VTD_FR_SFS_4 = 0x73,  /* error reading the first-stage root table */
	VTD_FR_SFS_5 = 0x74,  /* nested: first-stage address beyond the second stage */
	VTD_FR_SFS_6 = 0x75,  /* nested: root table not readable */
	VTD_FR_SFS_7 = 0x76,  /* nested: table not readable */
	VTD_FR_SFS_8 = 0x77,  /* nested: A/D update not writable */
	VTD_FR_SSS_1 = 0x78,  /* error reading a second-stage entry */
	VTD_FR_SSS_2 = 0x79,  /* second-stage entry without permissions */
	VTD_FR_SSS_3 = 0x7a,  /* reserved field in a second-stage entry */
	VTD_FR_SSS_4 = 0x7b,  /* error reading the second-stage root table */
	VTD_FR_SSS_5 = 0x7c,  /* A/D update without snooping */
	VTD_FR_SSS_6 = 0x7d,  /* A/D update failed */
	VTD_FR_SGN_1 = 0x80,  /* not canonical */
	VTD_FR_SGN_2 = 0x81,  /* user request to a supervisor page */
	VTD_FR_SGN_3 = 0x82,  /* no execute permission (revisions with ERS) */
	VTD_FR_SGN_4 = 0x83,  /* host address beyond HAW */
	VTD_FR_SGN_5 = 0x84,  /* address beyond the second stage's width */
	VTD_FR_SGN_6 = 0x85,  /* no write permission */
	VTD_FR_SGN_7 = 0x86,  /* no read permission */
	VTD_FR_SGN_8 = 0x87,  /* output address in the interrupt range */
	VTD_FR_SGN_10 = 0x89, /* PASID beyond PSS */
	VTD_FR_SFS_9 = 0x90,  /* A/D update without snooping */
	VTD_FR_SFS_10 = 0x91, /* A/D update failed */
	VTD_FR_HPT_1 = 0xa0,  /* error reading an HPT entry */
	VTD_FR_HPT_2 = 0xa1,  /* reserved field in an HPT entry */
	VTD_FR_HPT_3 = 0xa2,  /* error reading the HPT root */
	VTD_FR_HPT_4 = 0xa3,  /* HPT: nothing there for a zero-length read */
	VTD_FR_HPT_5 = 0xa4,  /* HPT: no write permission */
	VTD_FR_HPT_6 = 0xa5,  /* HPT: no read permission */
};

/* The interrupt address range FEEx_xxxxh (3.15) */
#define VTD_INTR_BASE 0xfee00000ULL
#define VTD_INTR_LAST 0xfeefffffULL

/**
 * vtd_in_intr_range() - whether an address is in the interrupt address range FEEx_xxxxh (3.15)
 * @addr: input address
 *
 * Return: true if it is.
 */
static inline bool vtd_in_intr_range(u64 addr)
{
	return addr >> 20 == VTD_INTR_BASE >> 20;
}

/**
 * vtd_domain_bits() - width of domain IDs (CAP.ND)
 * @cap: CAP_REG
 *
 * Return: Bits, 4..16.
 */
static inline u32 vtd_domain_bits(u64 cap)
{
	u32 bits = 4 + 2 * (u32)FIELD_GET(VTD_CAP_ND, cap);

	return bits < 16 ? bits : 16;
}

/**
 * struct vtd_reg_row - a register and the capabilities without which it is not there
 * @desc: offset relative to CAP.FRO or ECAP.IRO if @base says so
 * @cap: bits of CAP that must be set
 * @ecap: bits of ECAP that must be set
 * @no_ecap: bits of ECAP that must be clear
 * @base: what the offset is relative to
 */
struct vtd_reg_row {
	struct reg_desc desc;
	u64 cap;
	u64 ecap;
	u64 no_ecap;
	enum { VTD_BASE_ZERO, VTD_BASE_FRO, VTD_BASE_IRO } base;
};

#define VTD_MAX_REG_ROWS 64

extern const struct vtd_reg_row vtd_reg_rows[];
extern const u32 vtd_n_reg_rows;

/**
 * vtd_regs_build() - build the register table of an implementation
 * @cap: CAP_REG
 * @ecap: ECAP_REG
 * @ver: VER_REG
 * @table: receives the rows; has room for VTD_MAX_REG_ROWS
 *
 * Return: Rows used, or -EINVAL if CAP.FRO or ECAP.IRO place registers on top of others.
 */
int vtd_regs_build(u64 cap, u64 ecap, u32 ver, struct reg_desc *table);

#endif /* VTD_REGS_H */
