/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * SMMUv3 as software sees it: registers (chapter 6), structures in memory
 * (chapter 5), commands (chapter 4), event records (chapter 7) and page
 * requests (chapter 8) of Arm IHI 0070. Names are the specification's; masks
 * are shifted, for FIELD_GET() and FIELD_PREP(). Structures are arrays of
 * little-endian 64-bit words; _n_ in a name is the word.
 */
#ifndef SMMUV3_REGS_H
#define SMMUV3_REGS_H

#include "fl_env.h"
#include "regs.h"

/* ---- registers, page 0 ---- */

#define SMMU_IDR0	   0x0000
#define IDR0_S2P	   BIT(0)
#define IDR0_S1P	   BIT(1)
#define IDR0_TTF	   GENMASK(3, 2)
#define IDR0_TTF_AA32	   BIT(2)
#define IDR0_TTF_AA64	   BIT(3)
#define IDR0_COHACC	   BIT(4)
#define IDR0_BTM	   BIT(5)
#define IDR0_HTTU	   GENMASK(7, 6)
#define IDR0_DORMHINT	   BIT(8)
#define IDR0_HYP	   BIT(9)
#define IDR0_ATS	   BIT(10)
#define IDR0_NS1ATS	   BIT(11)
#define IDR0_ASID16	   BIT(12)
#define IDR0_MSI	   BIT(13)
#define IDR0_SEV	   BIT(14)
#define IDR0_ATOS	   BIT(15)
#define IDR0_PRI	   BIT(16)
#define IDR0_VMW	   BIT(17)
#define IDR0_VMID16	   BIT(18)
#define IDR0_CD2L	   BIT(19)
#define IDR0_VATOS	   BIT(20)
#define IDR0_TTENDIAN	   GENMASK(22, 21)
#define IDR0_ATSRECERR	   BIT(23)
#define IDR0_STALL_MODEL   GENMASK(25, 24)
#define IDR0_TERM_MODEL	   BIT(26)
#define IDR0_ST_LEVEL	   GENMASK(28, 27)
#define TTENDIAN_MIXED	   0
#define TTENDIAN_LITTLE	   2
#define TTENDIAN_BIG	   3
#define STALL_MODEL_BOTH   0 /* stall and terminate */
#define STALL_MODEL_NONE   1 /* stall not supported */
#define STALL_MODEL_FORCED 2 /* every fault that may stall does */

#define SMMU_IDR1	    0x0004
#define IDR1_SIDSIZE	    GENMASK(5, 0)
#define IDR1_SSIDSIZE	    GENMASK(10, 6)
#define IDR1_PRIQS	    GENMASK(15, 11)
#define IDR1_EVENTQS	    GENMASK(20, 16)
#define IDR1_CMDQS	    GENMASK(25, 21)
#define IDR1_ATTR_PERMS_OVR BIT(26)
#define IDR1_ATTR_TYPES_OVR BIT(27)
#define IDR1_REL	    BIT(28)
#define IDR1_QUEUES_PRESET  BIT(29)
#define IDR1_TABLES_PRESET  BIT(30)
#define IDR1_ECMDQ	    BIT(31)

#define SMMU_IDR2 0x0008

#define SMMU_IDR3    0x000c
#define IDR3_HAD     BIT(2)
#define IDR3_PBHA    BIT(3)
#define IDR3_XNX     BIT(4)
#define IDR3_PPS     BIT(5)
#define IDR3_MPAM    BIT(7)
#define IDR3_FWB     BIT(8)
#define IDR3_STT     BIT(9)
#define IDR3_RIL     BIT(10)
#define IDR3_BBML    GENMASK(12, 11)
#define IDR3_E0PD    BIT(13)
#define IDR3_PTWNNC  BIT(14)
#define IDR3_DPT     BIT(15)
#define IDR3_PASIDTT BIT(16)
#define IDR3_EPAN    BIT(17)
#define IDR3_S1PI    BIT(18)
#define IDR3_S2PI    BIT(19)
#define IDR3_S2PO    BIT(20)
#define IDR3_THE     BIT(21)
#define IDR3_MTEPERM BIT(22)
#define IDR3_AIE     BIT(23)

#define SMMU_IDR4 0x0010

#define SMMU_IDR5      0x0014
#define IDR5_OAS       GENMASK(2, 0) /* 32, 36, 40, 42, 44, 48, 52, 56 bits */
#define IDR5_GRAN4K    BIT(4)
#define IDR5_GRAN16K   BIT(5)
#define IDR5_GRAN64K   BIT(6)
#define IDR5_DS	       BIT(7)
#define IDR5_D128      BIT(8)
#define IDR5_VAX       GENMASK(11, 10)
#define IDR5_STALL_MAX GENMASK(31, 16)

#define SMMU_IIDR	  0x0018
#define IIDR_IMPLEMENTER  GENMASK(11, 0)
#define IIDR_REVISION	  GENMASK(15, 12)
#define IIDR_VARIANT	  GENMASK(19, 16)
#define IIDR_PRODUCTID	  GENMASK(31, 20)
#define SMMU_AIDR	  0x001c
#define AIDR_ARCHMINORREV GENMASK(3, 0)
#define AIDR_ARCHMAJORREV GENMASK(7, 4)

#define SMMU_CR0     0x0020
#define SMMU_CR0ACK  0x0024
#define CR0_SMMUEN   BIT(0)
#define CR0_PRIQEN   BIT(1)
#define CR0_EVENTQEN BIT(2)
#define CR0_CMDQEN   BIT(3)
#define CR0_ATSCHK   BIT(4)
#define CR0_VMW	     GENMASK(8, 6)

#define SMMU_CR1      0x0028
#define CR1_QUEUE_IC  GENMASK(1, 0)
#define CR1_QUEUE_OC  GENMASK(3, 2)
#define CR1_QUEUE_SH  GENMASK(5, 4)
#define CR1_TABLE_IC  GENMASK(7, 6)
#define CR1_TABLE_OC  GENMASK(9, 8)
#define CR1_TABLE_SH  GENMASK(11, 10)
#define CR1_QUEUE_ALL GENMASK(5, 0)
#define CR1_TABLE_ALL GENMASK(11, 6)

#define SMMU_CR2	0x002c
#define CR2_E2H		BIT(0)
#define CR2_RECINVSID	BIT(1)
#define CR2_PTM		BIT(2)
#define CR2_REC_CFG_ATS BIT(3)

#define SMMU_STATUSR	0x0040
#define STATUSR_DORMANT BIT(0)

#define SMMU_GBPA     0x0044
#define GBPA_MEMATTR  GENMASK(3, 0)
#define GBPA_MTCFG    BIT(4)
#define GBPA_ALLOCCFG GENMASK(11, 8)
#define GBPA_SHCFG    GENMASK(13, 12)
#define GBPA_PRIVCFG  GENMASK(17, 16)
#define GBPA_INSTCFG  GENMASK(19, 18)
#define GBPA_ABORT    BIT(20)
#define GBPA_UPDATE   BIT(31)

#define SMMU_AGBPA	 0x0048
#define SMMU_IRQ_CTRL	 0x0050
#define SMMU_IRQ_CTRLACK 0x0054
#define IRQ_GERROR_IRQEN BIT(0)
#define IRQ_PRIQ_IRQEN	 BIT(1)
#define IRQ_EVENTQ_IRQEN BIT(2)

#define SMMU_GERROR		  0x0060
#define SMMU_GERRORN		  0x0064
#define GERROR_CMDQ_ERR		  BIT(0)
#define GERROR_EVENTQ_ABT_ERR	  BIT(2)
#define GERROR_PRIQ_ABT_ERR	  BIT(3)
#define GERROR_MSI_CMDQ_ABT_ERR	  BIT(4)
#define GERROR_MSI_EVENTQ_ABT_ERR BIT(5)
#define GERROR_MSI_PRIQ_ABT_ERR	  BIT(6)
#define GERROR_MSI_GERROR_ABT_ERR BIT(7)
#define GERROR_SFM_ERR		  BIT(8)

/* Each of the three interrupts has CFG0 (address, 64 bits), CFG1 (data), CFG2 (attributes). */
#define SMMU_GERROR_IRQ_CFG0 0x0068
#define SMMU_GERROR_IRQ_CFG1 0x0070
#define SMMU_GERROR_IRQ_CFG2 0x0074
#define IRQ_CFG0_ADDR	     GENMASK_ULL(55, 2)
#define IRQ_CFG2_MEMATTR     GENMASK(3, 0)
#define IRQ_CFG2_SH	     GENMASK(5, 4)
#define PRIQ_IRQ_CFG2_LO     BIT(31)

#define SMMU_STRTAB_BASE	 0x0080
#define STRTAB_BASE_ADDR	 GENMASK_ULL(55, 6)
#define STRTAB_BASE_RA		 BIT_ULL(62)
#define SMMU_STRTAB_BASE_CFG	 0x0088
#define STRTAB_BASE_CFG_LOG2SIZE GENMASK(5, 0)
#define STRTAB_BASE_CFG_SPLIT	 GENMASK(10, 6)
#define STRTAB_BASE_CFG_FMT	 GENMASK(17, 16)
#define STRTAB_FMT_LINEAR	 0
#define STRTAB_FMT_2LVL		 1

#define Q_BASE_LOG2SIZE GENMASK_ULL(4, 0)
#define Q_BASE_ADDR	GENMASK_ULL(55, 5)
#define Q_BASE_RWA	BIT_ULL(62) /* RA of the command queue, WA of the others */
#define Q_INDEX		GENMASK(19, 0)
#define Q_OVFLG		BIT(31) /* PROD.OVFLG, CONS.OVACKFLG */
#define Q_MAX_LOG2SIZE	19

#define SMMU_CMDQ_BASE	     0x0090
#define SMMU_CMDQ_PROD	     0x0098
#define SMMU_CMDQ_CONS	     0x009c
#define CMDQ_CONS_ERR	     GENMASK(30, 24)
#define CERROR_NONE	     0
#define CERROR_ILL	     1
#define CERROR_ABT	     2
#define CERROR_ATC_INV_SYNC  3
#define SMMU_EVENTQ_BASE     0x00a0
#define SMMU_EVENTQ_IRQ_CFG0 0x00b0
#define SMMU_EVENTQ_IRQ_CFG1 0x00b8
#define SMMU_EVENTQ_IRQ_CFG2 0x00bc
#define SMMU_PRIQ_BASE	     0x00c0
#define SMMU_PRIQ_IRQ_CFG0   0x00d0
#define SMMU_PRIQ_IRQ_CFG1   0x00d8
#define SMMU_PRIQ_IRQ_CFG2   0x00dc
#define SMMU_ID_REGS	     0x0fd0 /* 12 words: PIDR4..7, PIDR0..3, CIDR0..3 */

/* ---- registers, page 1: the indices of the output queues ---- */

#define SMMU_PAGE1	 0x10000
#define SMMU_EVENTQ_PROD 0x100a8
#define SMMU_EVENTQ_CONS 0x100ac
#define SMMU_PRIQ_PROD	 0x100c8
#define SMMU_PRIQ_CONS	 0x100cc
#define SMMU_REG_SPAN	 0x20000

/* ---- L1STD, level 1 stream table descriptor: one word (5.1) ---- */

#define L1STD_SPAN     GENMASK_ULL(4, 0)
#define L1STD_SPAN_MAX 11
#define L1STD_L2PTR    GENMASK_ULL(55, 6)

/* ---- STE: eight words (5.2) ---- */

#define STE_WORDS	    8
#define STE_BYTES	    64
#define STE_0_V		    BIT_ULL(0)
#define STE_0_CONFIG	    GENMASK_ULL(3, 1)
#define STE_CONFIG_ABORT    0
#define STE_CONFIG_BYPASS   4
#define STE_CONFIG_S1	    5
#define STE_CONFIG_S2	    6
#define STE_CONFIG_NESTED   7
#define STE_0_S1FMT	    GENMASK_ULL(5, 4)
#define S1FMT_LINEAR	    0
#define S1FMT_4K_L2	    1
#define S1FMT_64K_L2	    2
#define STE_0_S1CONTEXTPTR  GENMASK_ULL(55, 6)
#define STE_0_S1CDMAX	    GENMASK_ULL(63, 59)
#define STE_1_S1DSS	    GENMASK_ULL(1, 0)
#define S1DSS_TERMINATE	    0
#define S1DSS_BYPASS	    1
#define S1DSS_SUBSTREAM0    2
#define STE_1_S1CIR	    GENMASK_ULL(3, 2)
#define STE_1_S1COR	    GENMASK_ULL(5, 4)
#define STE_1_S1CSH	    GENMASK_ULL(7, 6)
#define STE_1_S2HWU	    GENMASK_ULL(11, 8)
#define STE_1_DRE	    BIT_ULL(12)
#define STE_1_CONT	    GENMASK_ULL(16, 13)
#define STE_1_DCP	    BIT_ULL(17)
#define STE_1_PPAR	    BIT_ULL(18)
#define STE_1_MEV	    BIT_ULL(19)
#define STE_1_S1PIE	    BIT_ULL(24)
#define STE_1_S2FWB	    BIT_ULL(25)
#define STE_1_S1MPAM	    BIT_ULL(26)
#define STE_1_S1STALLD	    BIT_ULL(27)
#define STE_1_EATS	    GENMASK_ULL(29, 28)
#define EATS_UR		    0
#define EATS_FULL	    1
#define EATS_SPLIT	    2
#define EATS_DPT	    3
#define STE_1_STRW	    GENMASK_ULL(31, 30)
#define STRW_EL1	    0
#define STRW_EL2	    2
#define STE_1_MEMATTR	    GENMASK_ULL(35, 32)
#define STE_1_MTCFG	    BIT_ULL(36)
#define STE_1_ALLOCCFG	    GENMASK_ULL(40, 37)
#define STE_1_SHCFG	    GENMASK_ULL(45, 44)
#define SHCFG_INCOMING	    1
#define STE_1_NSCFG	    GENMASK_ULL(47, 46)
#define STE_1_PRIVCFG	    GENMASK_ULL(49, 48)
#define PRIVCFG_UNPRIV	    2
#define PRIVCFG_PRIV	    3
#define STE_1_INSTCFG	    GENMASK_ULL(51, 50)
#define INSTCFG_DATA	    2
#define INSTCFG_INSTRUCTION 3
#define STE_2_S2VMID	    GENMASK_ULL(15, 0)
#define STE_2_S2T0SZ	    GENMASK_ULL(37, 32)
#define STE_2_S2SL0	    GENMASK_ULL(39, 38)
#define STE_2_S2IR0	    GENMASK_ULL(41, 40)
#define STE_2_S2OR0	    GENMASK_ULL(43, 42)
#define STE_2_S2SH0	    GENMASK_ULL(45, 44)
#define STE_2_S2TG	    GENMASK_ULL(47, 46) /* as CD.TG0: 0 4 KB, 1 64 KB, 2 16 KB */
#define STE_2_S2PS	    GENMASK_ULL(50, 48)
#define STE_2_S2AA64	    BIT_ULL(51)
#define STE_2_S2ENDI	    BIT_ULL(52)
#define STE_2_S2AFFD	    BIT_ULL(53)
#define STE_2_S2PTW	    BIT_ULL(54)
#define STE_2_S2HD	    BIT_ULL(55)
#define STE_2_S2HA	    BIT_ULL(56)
#define STE_2_S2S	    BIT_ULL(57)
#define STE_2_S2R	    BIT_ULL(58)
#define STE_2_S2HAFT	    BIT_ULL(59)
#define STE_2_S2PIE	    BIT_ULL(60)
#define STE_2_S2POE	    BIT_ULL(61)
#define STE_3_S2SL0_2	    BIT_ULL(2)
#define STE_3_S2DS	    BIT_ULL(3)
#define STE_3_S2TTB	    GENMASK_ULL(51, 4)
#define STE_5_VMSPTR	    GENMASK_ULL(55, 12)

/* ---- L1CD: one word (5.3) ---- */

#define L1CD_V	   BIT_ULL(0)
#define L1CD_L2PTR GENMASK_ULL(55, 12)

/* ---- CD: eight words (5.4) ---- */

#define CD_WORDS    8
#define CD_BYTES    64
#define CD_0_T0SZ   GENMASK_ULL(5, 0)
#define CD_0_TG0    GENMASK_ULL(7, 6) /* 0 4 KB, 1 64 KB, 2 16 KB */
#define CD_0_IR0    GENMASK_ULL(9, 8)
#define CD_0_OR0    GENMASK_ULL(11, 10)
#define CD_0_SH0    GENMASK_ULL(13, 12)
#define CD_0_EPD0   BIT_ULL(14)
#define CD_0_ENDI   BIT_ULL(15)
#define CD_0_T1SZ   GENMASK_ULL(21, 16)
#define CD_0_TG1    GENMASK_ULL(23, 22) /* 1 16 KB, 2 4 KB, 3 64 KB */
#define CD_0_IR1    GENMASK_ULL(25, 24)
#define CD_0_OR1    GENMASK_ULL(27, 26)
#define CD_0_SH1    GENMASK_ULL(29, 28)
#define CD_0_EPD1   BIT_ULL(30)
#define CD_0_V	    BIT_ULL(31)
#define CD_0_IPS    GENMASK_ULL(34, 32)
#define CD_0_AFFD   BIT_ULL(35)
#define CD_0_WXN    BIT_ULL(36)
#define CD_0_UWXN   BIT_ULL(37)
#define CD_0_TBI0   BIT_ULL(38)
#define CD_0_TBI1   BIT_ULL(39)
#define CD_0_PAN    BIT_ULL(40)
#define CD_0_AA64   BIT_ULL(41)
#define CD_0_HD	    BIT_ULL(42)
#define CD_0_HA	    BIT_ULL(43)
#define CD_0_S	    BIT_ULL(44)
#define CD_0_R	    BIT_ULL(45)
#define CD_0_A	    BIT_ULL(46)
#define CD_0_ASET   BIT_ULL(47)
#define CD_0_ASID   GENMASK_ULL(63, 48)
#define CD_1_NSCFG0 BIT_ULL(0)
#define CD_1_HAD0   BIT_ULL(1)
#define CD_1_E0PD0  BIT_ULL(2)
#define CD_1_HAFT   BIT_ULL(3)
#define CD_1_TTB0   GENMASK_ULL(51, 4)
#define CD_1_EPAN   BIT_ULL(59)
#define CD_2_NSCFG1 BIT_ULL(0)
#define CD_2_HAD1   BIT_ULL(1)
#define CD_2_E0PD1  BIT_ULL(2)
#define CD_2_TTB1   GENMASK_ULL(51, 4)
#define CD_2_DS	    BIT_ULL(58)
#define CD_3_MAIR   GENMASK_ULL(63, 0)

/* ---- commands: two words (chapter 4) ---- */

#define CMD_WORDS 2
#define CMD_BYTES 16
#define CMD_0_OP  GENMASK_ULL(7, 0)

enum smmuv3_cmd {
	CMD_PREFETCH_CONFIG = 0x01,
	CMD_PREFETCH_ADDR = 0x02,
	CMD_CFGI_STE = 0x03,
	CMD_CFGI_STE_RANGE = 0x04, /* Range == 31: CMD_CFGI_ALL */
	CMD_CFGI_CD = 0x05,
	CMD_CFGI_CD_ALL = 0x06,
	CMD_CFGI_VMS_PIDM = 0x07,
	CMD_TLBI_NH_ALL = 0x10,
	CMD_TLBI_NH_ASID = 0x11,
	CMD_TLBI_NH_VA = 0x12,
	CMD_TLBI_NH_VAA = 0x13,
	CMD_TLBI_EL3_ALL = 0x18,
	CMD_TLBI_EL3_VA = 0x1a,
	CMD_TLBI_EL2_ALL = 0x20,
	CMD_TLBI_EL2_ASID = 0x21,
	CMD_TLBI_EL2_VA = 0x22,
	CMD_TLBI_EL2_VAA = 0x23,
	CMD_TLBI_S12_VMALL = 0x28,
	CMD_TLBI_S2_IPA = 0x2a,
	CMD_TLBI_NSNH_ALL = 0x30,
	CMD_ATC_INV = 0x40,
	CMD_PRI_RESP = 0x41,
	CMD_RESUME = 0x44,
	CMD_STALL_TERM = 0x45,
	CMD_SYNC = 0x46,
};

/* Common fields */
#define CMD_0_SSEC	  BIT_ULL(10)
#define CMD_0_SSV	  BIT_ULL(11)
#define CMD_0_SUBSTREAMID GENMASK_ULL(31, 12)
#define CMD_0_STREAMID	  GENMASK_ULL(63, 32)
#define CMD_1_ADDRESS	  GENMASK_ULL(63, 12)

#define CMD_PREFETCH_1_SIZE   GENMASK_ULL(4, 0)
#define CMD_PREFETCH_1_STRIDE GENMASK_ULL(9, 5)

#define CMD_CFGI_1_LEAF	 BIT_ULL(0)
#define CMD_CFGI_1_RANGE GENMASK_ULL(4, 0)
#define CFGI_RANGE_ALL	 31

#define CMD_TLBI_0_NUM	    GENMASK_ULL(16, 12)
#define CMD_TLBI_0_SCALE    GENMASK_ULL(24, 20) /* bit 25 too with IDR5.DS */
#define CMD_TLBI_0_SCALE_DS GENMASK_ULL(25, 20)
#define CMD_TLBI_0_VMID	    GENMASK_ULL(47, 32)
#define CMD_TLBI_0_ASID	    GENMASK_ULL(63, 48)
#define CMD_TLBI_1_LEAF	    BIT_ULL(0)
#define CMD_TLBI_1_TTL	    GENMASK_ULL(9, 8)
#define CMD_TLBI_1_TG	    GENMASK_ULL(11, 10) /* 0 any, 1 4 KB, 2 16 KB, 3 64 KB */

#define CMD_ATC_INV_0_G	   BIT_ULL(9)
#define CMD_ATC_INV_1_SIZE GENMASK_ULL(5, 0) /* bytes: 4096 << Size; 52: everything */
#define ATC_INV_SIZE_ALL   52

#define CMD_PRI_RESP_1_PRGINDEX GENMASK_ULL(8, 0)
#define CMD_PRI_RESP_1_RESP	GENMASK_ULL(13, 12)
#define PRI_RESP_FAILURE	0 /* ResponseFailure: the device's PRI is off */
#define PRI_RESP_INVALID	1 /* InvalidRequest: a page could not be made available */
#define PRI_RESP_SUCCESS	2

#define CMD_RESUME_0_AC	  BIT_ULL(12) /* 1 retry, 0 terminate */
#define CMD_RESUME_0_AB	  BIT_ULL(13) /* terminate: 1 abort, 0 RAZ/WI */
#define CMD_RESUME_1_STAG GENMASK_ULL(15, 0)

#define CMD_SYNC_0_CS	   GENMASK_ULL(13, 12)
#define SYNC_CS_NONE	   0
#define SYNC_CS_IRQ	   1
#define SYNC_CS_SEV	   2
#define CMD_SYNC_0_MSH	   GENMASK_ULL(23, 22)
#define CMD_SYNC_0_MSIATTR GENMASK_ULL(27, 24)
#define CMD_SYNC_0_MSIDATA GENMASK_ULL(63, 32)
#define CMD_SYNC_1_MSIADDR GENMASK_ULL(55, 2)

/* ---- event records: four words (7.3) ---- */

#define EVT_WORDS 4
#define EVT_BYTES 32

enum smmuv3_event_id {
	F_UUT = 0x01,
	C_BAD_STREAMID = 0x02,
	F_STE_FETCH = 0x03,
	C_BAD_STE = 0x04,
	F_BAD_ATS_TREQ = 0x05,
	F_STREAM_DISABLED = 0x06,
	F_TRANSL_FORBIDDEN = 0x07,
	C_BAD_SUBSTREAMID = 0x08,
	F_CD_FETCH = 0x09,
	C_BAD_CD = 0x0a,
	F_WALK_EABT = 0x0b,
	F_TRANSLATION = 0x10,
	F_ADDR_SIZE = 0x11,
	F_ACCESS = 0x12,
	F_PERMISSION = 0x13,
	F_TLB_CONFLICT = 0x20,
	F_CFG_CONFLICT = 0x21,
	E_PAGE_REQUEST = 0x24,
	F_VMS_FETCH = 0x25,
};

#define EVT_0_ID	  GENMASK_ULL(7, 0)
#define EVT_0_SSV	  BIT_ULL(11)
#define EVT_0_SUBSTREAMID GENMASK_ULL(31, 12)
#define EVT_0_STREAMID	  GENMASK_ULL(63, 32)
#define EVT_1_STAG	  GENMASK_ULL(15, 0)
#define EVT_1_REASON	  GENMASK_ULL(15, 0) /* of the fetch events and F_UUT */
#define EVT_1_STALL	  BIT_ULL(31)
#define EVT_1_PNU	  BIT_ULL(33)
#define EVT_1_IND	  BIT_ULL(34)
#define EVT_1_RNW	  BIT_ULL(35)
#define EVT_1_S2	  BIT_ULL(39)
#define EVT_1_CLASS	  GENMASK_ULL(41, 40)
#define EVT_CLASS_CD	  0
#define EVT_CLASS_TT	  1
#define EVT_CLASS_IN	  2
#define EVT_1_TTRNW	  BIT_ULL(44)
/* F_BAD_ATS_TREQ: what was requested; E_PAGE_REQUEST: what is expected, per privilege */
#define EVT_1_ATS_R	  BIT_ULL(35)
#define EVT_1_ATS_W	  BIT_ULL(34)
#define EVT_1_ATS_X	  BIT_ULL(33)
#define EVT_1_ATS_PRIV	  BIT_ULL(32)
#define EVT_1_PR	  BIT_ULL(39)
#define EVT_1_PW	  BIT_ULL(38)
#define EVT_1_PX	  BIT_ULL(37)
#define EVT_1_UR	  BIT_ULL(35)
#define EVT_1_UW	  BIT_ULL(34)
#define EVT_1_UX	  BIT_ULL(33)
#define EVT_1_SPAN	  GENMASK_ULL(51, 44)
#define EVT_2_PAGE	  GENMASK_ULL(63, 12) /* InputAddr of E_PAGE_REQUEST */
#define EVT_3_IPA	  GENMASK_ULL(55, 12)
#define EVT_3_FETCHADDR	  GENMASK_ULL(55, 3)

/* ---- PRI queue entries: two words (chapter 8) ---- */

#define PRI_WORDS	  2
#define PRI_BYTES	  16
#define PRI_0_STREAMID	  GENMASK_ULL(31, 0)
#define PRI_0_SUBSTREAMID GENMASK_ULL(51, 32)
#define PRI_0_PRIV	  BIT_ULL(58)
#define PRI_0_X		  BIT_ULL(59)
#define PRI_0_R		  BIT_ULL(60)
#define PRI_0_W		  BIT_ULL(61)
#define PRI_0_LAST	  BIT_ULL(62)
#define PRI_0_SSV	  BIT_ULL(63)
#define PRI_1_PRGINDEX	  GENMASK_ULL(8, 0)
#define PRI_1_ADDRESS	  GENMASK_ULL(63, 12)

/* ---- wired interrupts: iommu_ops.irq() lines, all edge-triggered (3.18) ---- */

enum smmuv3_irq_line {
	SMMUV3_IRQ_EVENTQ,
	SMMUV3_IRQ_PRIQ,
	SMMUV3_IRQ_CMD_SYNC,
	SMMUV3_IRQ_GERROR,
	SMMUV3_IRQ_SEV, /* not an interrupt: the WFE wake-up event of SIG_SEV */
	SMMUV3_IRQ_LINES
};

/**
 * smmuv3_addr_bits() - decode an address size of OAS, IPS or PS (IDR5.OAS)
 * @code: 0..7; 7 is 56 bits, in SMMUv3.4 only
 *
 * Return: Bits, 32..56.
 */
static inline u8 smmuv3_addr_bits(u32 code)
{
	return (u8[]){ 32, 36, 40, 42, 44, 48, 52, 56 }[code & 7];
}

/* The register table: model, tests and the generated pages read it. */
extern const struct reg_desc smmuv3_reg_table[];
extern const u32 smmuv3_reg_count;

#endif /* SMMUV3_REGS_H */
