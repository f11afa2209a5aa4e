/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A board as its firmware describes it: IOMMUs, the masters in front of them, and the StreamIDs that each master
 * uses. Readers (device tree, IORT) fill it, a platform file adds what firmware cannot say, rules judge it. Each item
 * keeps where it came from.
 *
 * Bindings: Linux Documentation/devicetree/bindings iommu/iommu.txt, iommu/arm,smmu.yaml, iommu/arm,smmu-v3.yaml,
 * pci/pci-iommu.txt, virtio/iommu.yaml. ACPI: IO Remapping Table, Arm DEN 0049.
 */
#ifndef BOARD_H
#define BOARD_H

#include "fl_env.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An index or a number that is not known. */
#define BOARD_NONE 0xffffffffu

/**
 * struct board_error - why a board could not be read
 * @text: "FILE: PLACE: reason", one line
 */
struct board_error {
	char text[512];
};

/**
 * board_fail() - fill in an error
 * @err: filled in
 * @code: errno, positive
 * @fmt: printf format: file, place, reason
 *
 * Return: -@code.
 */
int board_fail(struct board_error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * struct board_at - where an item came from
 * @path: of the node; in an IORT the name of its component, or "smmuv3@ADDRESS" and the like
 * @property: of the node; NULL if the node as a whole is meant
 * @file: a source that the board's file includes; NULL: the board's file itself
 * @line: of that, from 1; 0 if it is not known
 * @offset: of the node in an IORT, bytes; BOARD_NONE with a device tree
 */
struct board_at {
	const char *path, *property, *file;
	u32 line, offset;
};

/* What the engines know of an IOMMU; others are listed and not modelled. */
enum board_model {
	BOARD_SMMUV2, /* also SMMUv1 and the MMU-400, -401, -500 */
	BOARD_SMMUV3,
	BOARD_VIRTIO,
	BOARD_OTHER,
	BOARD_MODELS
};

/* SMMU_IDR0.STALL_MODEL, and what corresponds to it. */
enum board_stall {
	BOARD_STALL_UNKNOWN, /* only a register tells */
	BOARD_STALL_BOTH,    /* stall or terminate, as software chooses */
	BOARD_STALL_NONE,
	BOARD_STALL_FORCED, /* every fault of every master stalls */
	BOARD_STALLS
};

/* What a master is for the rest of the system. */
enum board_role {
	BOARD_ROLE_OTHER,
	BOARD_ROLE_STORAGE, /* a pager may need it to answer a fault */
	BOARD_ROLE_DISPLAY, /* real time */
	BOARD_ROLE_AUDIO,   /* real time */
	BOARD_ROLE_PCIE,    /* a host bridge: its devices have completion time-outs */
	BOARD_ROLE_NETWORK,
	BOARD_ROLE_GPU,
	BOARD_ROLE_DMA,
	BOARD_ROLES
};

/**
 * struct board_iommu - one IOMMU
 * @at: its node
 * @compatible: of its node, first string; of an IORT the name of its model
 * @model: what it is
 * @enabled: its node is not disabled
 * @cells: #iommu-cells; BOARD_NONE without the property
 * @match_mask: stream-match-mask of SMMUv2, which is part of each one-cell specifier
 * @has_match_mask: the property is there
 * @stall: whether faults can stall
 * @sid_bits: width of a StreamID, bits; BOARD_NONE: unknown
 * @ssid_bits: width of a SubstreamID (PASID), bits; BOARD_NONE: unknown
 * @stall_max: transactions that can be stalled at a time; BOARD_NONE: unknown
 * @rid: requester ID if it is a PCI function (virtio-iommu); else BOARD_NONE
 */
struct board_iommu {
	struct board_at at;
	const char *compatible;
	enum board_model model;
	bool enabled;
	u32 cells, match_mask;
	bool has_match_mask;
	enum board_stall stall;
	u32 sid_bits, ssid_bits, stall_max, rid;
};

/**
 * struct board_stream - StreamIDs that a master uses: all S with (S & ~@mask) == (@id & ~@mask)
 * @at: the property
 * @iommu: index in struct board
 * @id: StreamID
 * @mask: bits that are ignored
 */
struct board_stream {
	struct board_at at;
	u32 iommu, id, mask;
};

/**
 * struct board_map - an entry of iommu-map, or a range of an IORT root complex
 * @at: the property
 * @rid: first requester ID
 * @length: number of requester IDs, at most 2^32
 * @iommu: index in struct board; BOARD_NONE: its node cannot be found
 * @id: StreamID of @rid
 * @mask: bits of it that are ignored (#iommu-cells of 2, or SMMUv2's stream-match-mask)
 * @single: every requester ID becomes @id (IORT's single mapping)
 */
struct board_map {
	struct board_at at;
	u32 rid;
	u64 length;
	u32 iommu, id, mask;
	bool single;
};

/**
 * struct board_master - a device with DMA, or a host bridge
 * @at: its node
 * @stall_at: dma-can-stall, or IORT's node flags
 * @pasid_at: what @pasid_bits is from
 * @mask_at: iommu-map-mask
 * @compatible: first string of its node; may be ""
 * @role: what it is for the rest of the system
 * @role_given: @role is from the platform file
 * @enabled: its node is not disabled
 * @host: a PCI host bridge (or another bus with requester IDs)
 * @pci: a PCI function; @parent is its host
 * @bridge: a PCI function that is a bridge or a port: it has next to no DMA of its own
 * @amba: looks like PCI, is on the AMBA bus, and may stall (HiSilicon)
 * @can_stall: dma-can-stall, or IORT's stall flag
 * @stall_value: dma-can-stall has a value, which a boolean must not have
 * @ats: the host supports ATS
 * @pri: the host supports PRI; a device tree cannot say so
 * @coherent: dma-coherent, or IORT's cache coherency attribute
 * @memory_flags: IORT's memory access flags (bit 0 coherent path, bit 1 attributes); BOARD_NONE with a device tree
 * @pasid_bits: pasid-num-bits; BOARD_NONE without the property
 * @parent: index of its host; BOARD_NONE
 * @rid: requester ID of a function; BOARD_NONE
 * @map_mask: iommu-map-mask
 * @has_map: the host has an iommu-map (an IORT root complex: mappings)
 * @has_mask: the host has an iommu-map-mask
 * @segment: PCI segment (linux,pci-domain, IORT); BOARD_NONE
 * @regions: number of iommu-addresses that name it
 * @stream: what it uses by itself
 * @n_streams: number of @stream
 * @map: what its devices use
 * @n_maps: number of @map
 * @tbu: index in struct board; BOARD_NONE: unknown
 * @input: index in struct board; BOARD_NONE: no input buffer is known to be shared
 * @outstanding: transactions that it can have in flight; BOARD_NONE: unknown
 * @deadline_ns: how long it can wait for one transaction, ns; 0: unknown
 */
struct board_master {
	struct board_at at, stall_at, pasid_at, mask_at;
	const char *compatible;
	enum board_role role;
	bool role_given, enabled, host, pci, bridge, amba, can_stall, stall_value, ats, pri, coherent;
	u32 memory_flags;
	u32 pasid_bits, parent, rid, map_mask;
	bool has_map, has_mask;
	u32 segment, regions;
	struct board_stream *stream;
	u32 n_streams;
	struct board_map *map;
	u32 n_maps;
	u32 tbu, input, outstanding;
	u64 deadline_ns;
};

/**
 * struct board_tbu - a translation buffer unit: whoever is behind it shares its slots
 * @name: from the platform file, or from `--move`; of one that has a node, its path
 * @iommu: index in struct board
 * @slots: transactions that it can hold; BOARD_NONE: unknown
 * @node: the device tree has it; a platform file may add what the tree does not say
 */
struct board_tbu {
	const char *name;
	u32 iommu, slots;
	bool node;
};

/**
 * struct board_input - an input buffer that masters share on their way to their TBUs
 * @name: from the platform file; that of a TBU, if all behind it share it
 * @slots: transactions that wait in it before it blocks all behind it; BOARD_NONE: unknown
 */
struct board_input {
	const char *name;
	u32 slots;
};

/* What a reader found wrong and could read past; the rules report it. */
enum board_defect_kind {
	BOARD_BAD_CELLS,    /* a property whose length does not fit */
	BOARD_BAD_PHANDLE,  /* nobody has the phandle, or two nodes have it */
	BOARD_NO_CELLS,	    /* #iommu-cells is missing */
	BOARD_NO_EFFECT,    /* a property that nothing reads where it is */
	BOARD_BAD_BOOLEAN,  /* a boolean with a value */
	BOARD_BAD_MAPPING,  /* an id mapping of an IORT that leads nowhere, or is not allowed where it is */
	BOARD_UNKNOWN_NODE, /* an IORT node of a type that is not known */
	BOARD_BAD_NAME,	    /* an IORT component without a name that ACPI knows */
	BOARD_DEFECTS
};

/**
 * struct board_defect - something wrong that a reader could read past
 * @at: where
 * @kind: what
 * @text: the same for people
 */
struct board_defect {
	struct board_at at;
	enum board_defect_kind kind;
	const char *text;
};

/**
 * struct board - a board
 * @file: what was read
 * @source: "device tree", "IORT"
 * @model: of the board, for people
 * @included: other files that were read for @file
 * @n_included: number of @included
 * @acpi: read from an IORT
 * @iommu: IOMMUs
 * @n_iommus: number of @iommu
 * @master: masters, hosts before their functions
 * @n_masters: number of @master
 * @tbu: TBUs that have a node, or that the platform file names
 * @n_tbus: number of @tbu
 * @input: input buffers that the platform file names
 * @n_inputs: number of @input
 * @defect: what is wrong
 * @n_defects: number of @defect
 * @fault_p999_ns: 99.9th percentile of a fault's time, ns; 0: unknown
 * @pager: number of the device whose DMA brings pages back, from 1; 0: unknown
 * @workers: threads that handle faults; 0: unknown
 * @texts: private: chunks of texts
 * @all_streams: private: streams of all masters
 * @all_maps: private: entries of all maps
 * @no_memory: private: an item or a text could not be kept
 * @too_many: private: there are more items than are read
 */
struct board {
	const char *file, *source, *model;
	const char **included;
	u32 n_included;
	bool acpi;
	struct board_iommu *iommu;
	u32 n_iommus;
	struct board_master *master;
	u32 n_masters;
	struct board_tbu *tbu;
	u32 n_tbus;
	struct board_input *input;
	u32 n_inputs;
	struct board_defect *defect;
	u32 n_defects;
	u64 fault_p999_ns;
	u32 pager, workers;
	void *texts;
	u32 all_streams, all_maps;
	bool no_memory, too_many;
};

/**
 * board_free() - free all that a board holds
 * @b: the board; may be zero
 */
void board_free(struct board *b);

/**
 * board_copy() - an independent copy, for "what if"
 * @to: filled in
 * @from: the board; its texts are shared and must live longer than the copy
 *
 * Return: 0 or -ENOMEM.
 */
int board_copy(struct board *to, const struct board *from);

/**
 * board_find_master() - the master at a path
 * @b: the board
 * @path: of its node
 *
 * Return: Its index, or BOARD_NONE.
 */
u32 board_find_master(const struct board *b, const char *path);

/**
 * board_find_iommu() - the IOMMU at a path
 * @b: the board
 * @path: of its node
 *
 * Return: Its index, or BOARD_NONE.
 */
u32 board_find_iommu(const struct board *b, const char *path);

/**
 * board_map_rid() - the stream of a function behind a host, as pci-iommu.txt and DEN 0049 define it
 * @host: the host
 * @rid: requester ID
 * @out: receives IOMMU and StreamID
 *
 * Return: The entry of the host's map, from 0; BOARD_NONE: no entry, the function is not translated.
 */
u32 board_map_rid(const struct board_master *host, u32 rid, struct board_stream *out);

/**
 * board_map_range() - the requester IDs of an entry that a function can have, once the host's mask has been applied
 * @host: the host
 * @e: an entry of its map, which is not single
 * @first: receives the first one
 * @last: receives the last one; of those in between some may be out of reach
 *
 * Return: False if no function reaches the entry.
 */
bool board_map_range(const struct board_master *host, const struct board_map *e, u32 *first, u32 *last);

/**
 * board_streams_overlap() - whether some StreamID is one of both
 * @a: a stream
 * @b: another one
 *
 * Return: True if they have the IOMMU and a StreamID in common.
 */
bool board_streams_overlap(const struct board_stream *a, const struct board_stream *b);

/* Names for people and programs. */
extern const char *const board_model_names[BOARD_MODELS];
extern const char *const board_stall_names[BOARD_STALLS];
extern const char *const board_role_names[BOARD_ROLES];

#ifdef __cplusplus
}
#endif

#endif /* BOARD_H */
