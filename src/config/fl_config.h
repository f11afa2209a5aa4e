/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configuration of a platform: what it costs and how large it is.
 *
 * Two layers. Parsed: what a YAML file or --set says, each key perhaps absent.
 * Resolved: struct fl_config, every value known and in range. One table
 * (config_keys.def) gives each key its field, unit, range, default and source; the
 * parser, --set, the help text and docs/configuration.md all read it.
 */
#ifndef FL_CONFIG_H
#define FL_CONFIG_H

#include "fl_env.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum fl_key_type - how a value is written
 * @FL_COUNT: a whole number, decimal or 0x hexadecimal
 * @FL_TIME: nanoseconds, up to three decimals; held in ps
 * @FL_CHOICE: one of the names in fl_key.choices; held as its index
 * @FL_BOOL: true or false
 * @FL_TEXT: any text, shorter than fl_key.max bytes
 */
enum fl_key_type { FL_COUNT, FL_TIME, FL_CHOICE, FL_BOOL, FL_TEXT };

#define FL_TEXT_MAX   256   /* a file, or what a device does */
#define FL_LIST_MAX   16384 /* a list of single streams */
#define FL_MAX_IOMMUS 16

enum fl_arrival { FL_ARRIVAL_TRACE, FL_ARRIVAL_BACK_TO_BACK };
enum fl_master { FL_MASTER_TRACE, FL_MASTER_GPU };
enum fl_on_fault { FL_ON_FAULT_MAP, FL_ON_FAULT_DUMP };
enum fl_ordering { FL_ORDER_NONE, FL_ORDER_STREAM, FL_ORDER_TOTAL };
enum fl_bus { FL_BUS_AUTO, FL_BUS_PLATFORM, FL_BUS_PCIE };
enum fl_ats { FL_ATS_AUTO, FL_ATS_YES, FL_ATS_NO };
enum fl_walk_port { FL_WALK_PRICED, FL_WALK_ISSUED };
enum fl_handler {
	FL_HANDLER_CONSTANT,
	FL_HANDLER_UNIFORM,
	FL_HANDLER_EXPONENTIAL,
	FL_HANDLER_LOGNORMAL,
	FL_HANDLER_RECORDED,
	FL_HANDLER_HISTOGRAM
};
enum fl_stall_model { FL_STALL_EITHER, FL_STALL_NEVER, FL_STALL_ALWAYS };
enum fl_map_where { FL_MAP_AHEAD, FL_MAP_AROUND };

/**
 * fl_s2_page_bytes() - size of a stage 2 page
 * @choice: value of driver.s2_page_bytes: 0, 1, 2
 *
 * Return: 4 KiB, 2 MiB or 1 GiB.
 */
static inline u64 fl_s2_page_bytes(u64 choice)
{
	return 4096ULL << 9 * choice;
}

/* The resolved configuration: a struct a section, a field a row of config_keys.def, which says what each means. */
struct fl_config {
#define SECTION(section) struct {
#define END(section) \
	}            \
	section;
#define COUNT(section, field, ...)  u64 field;
#define POWER(section, field, ...)  u64 field;
#define CHOICE(section, field, ...) u64 field;
#define TIME(section, field, ...)   u64 field##_ps;
#define TEXT(section, field, ...)   char field[FL_TEXT_MAX];
#define LIST(section, field, ...)   char field[FL_LIST_MAX];
#define DRAWN(section, field, ...)                                     \
	u64 field, field##_ps, field##_max_ps, field##_sigma_permille; \
	char field##_file[FL_TEXT_MAX];
#include "config_keys.def"
#undef SECTION
#undef END
#undef COUNT
#undef POWER
#undef CHOICE
#undef TIME
#undef TEXT
#undef LIST
#undef DRAWN
};

/**
 * struct fl_key - one key
 * @name: SECTION.KEY
 * @type: how the value is written
 * @unit: for people
 * @offset: of the value in struct fl_config
 * @min: smallest value, in the unit of the held value (ps for FL_TIME)
 * @max: largest value, likewise; of FL_TEXT: bytes that it has room for, with the NUL
 * @def: the default as it would be written
 * @choices: names by index, NULL at the end (FL_CHOICE)
 * @power_of_two: 0 or a power of two is wanted
 * @help: what it is
 * @source: where the default comes from
 */
struct fl_key {
	const char *name;
	enum fl_key_type type;
	const char *unit;
	size_t offset;
	u64 min, max;
	const char *def;
	const char *const *choices;
	bool power_of_two;
	const char *help;
	const char *source;
};

extern const struct fl_key fl_config_keys[];
extern const size_t fl_config_n_keys;

/**
 * struct fl_preset - a preset of configs/
 * @name: as --config takes it
 * @yaml: its text
 */
struct fl_preset {
	const char *name;
	const char *yaml;
};

/* The presets of configs/, compiled in; the last has no name. */
extern const struct fl_preset fl_config_presets[];

/**
 * struct fl_histogram - a histogram of configs/
 * @name: as the keys *_file take it
 * @text: lines of a value in ns and a count, and of remarks that begin with #
 */
struct fl_histogram {
	const char *name;
	const char *text;
};

/* The histograms of configs/, compiled in; the last has no name. */
extern const struct fl_histogram fl_config_histograms[];

/**
 * struct fl_config_error - why a configuration was refused
 * @text: file, line, key and reason; no newline
 */
struct fl_config_error {
	char text[640];
};

/**
 * fl_config_init() - set every key to its default
 * @cfg: the configuration
 */
void fl_config_init(struct fl_config *cfg);

/**
 * fl_config_load() - apply a preset or a YAML file
 * @cfg: the configuration
 * @name: name of a preset, else path of a file; the file's "base" key may name a preset to start from
 * @err: filled on error
 *
 * Return: 0, -ENOENT (no such preset or file), -EINVAL (unknown key, bad value), -ENOMEM. On error @cfg is unchanged.
 */
int fl_config_load(struct fl_config *cfg, const char *name, struct fl_config_error *err);

/**
 * fl_config_parse() - apply the text of a YAML file
 * @cfg: the configuration
 * @text: the text
 * @len: its bytes
 * @file: names the text in errors
 * @err: filled on error
 *
 * Return: 0, or -errno as fl_config_load(). On error @cfg is unchanged.
 */
int fl_config_parse(struct fl_config *cfg, const char *text, size_t len, const char *file, struct fl_config_error *err);

/**
 * fl_config_set() - apply one "section.key=value"
 * @cfg: the configuration
 * @assignment: the text "section.key=value"
 * @err: filled on error
 *
 * Return: 0 or -EINVAL.
 */
int fl_config_set(struct fl_config *cfg, const char *assignment, struct fl_config_error *err);

/**
 * fl_config_check() - check what no key says alone
 * @cfg: the configuration
 * @err: filled on error
 *
 * Return: 0, or -EINVAL: keys that contradict each other.
 */
int fl_config_check(const struct fl_config *cfg, struct fl_config_error *err);

#define FL_TRANSFERS 16

/**
 * struct fl_transfer - what a stream does with transfers of at least @size bytes
 * @write: a write, else a read
 * @size: bytes of the transfer
 * @outstanding: transfers in flight, in place of master.outstanding_per_stream
 * @interval_ps: ps from one access to the next, in place of master.interval_ns
 */
struct fl_transfer {
	bool write;
	u64 size, outstanding, interval_ps;
};

/**
 * fl_config_transfers() - read master.transfers
 * @text: value of master.transfers
 * @t: filled in
 * @err: filled on error
 *
 * Return: Entries of @t that are filled, or -EINVAL with @err saying why.
 */
int fl_config_transfers(const char *text, struct fl_transfer t[FL_TRANSFERS], struct fl_config_error *err);

#define FL_LIST_VALUE 32

/**
 * fl_list_next() - the next item of a list of single streams, "SID=VALUE,SID=VALUE"
 * @at: where the list goes on; advanced
 * @sid: StreamID of the item
 * @value: receives the value
 * @size: room in @value, bytes
 *
 * Return: 1, 0 at the end, -EINVAL if the text is not an item.
 */
int fl_list_next(const char **at, u32 *sid, char *value, size_t size);

/**
 * fl_list_find() - find the last item of a list for a stream
 * @list: "SID=VALUE,SID=VALUE"
 * @sid: StreamID or requester ID
 * @value: receives the value
 * @size: room in @value, bytes
 *
 * Return: 1 with @value filled, 0 if there is none, -EINVAL if @list is not such a list.
 */
int fl_list_find(const char *list, u32 sid, char *value, size_t size);

/**
 * fl_config_tbu() - the TBU of a stream
 * @cfg: the configuration
 * @sid: StreamID or requester ID
 *
 * Return: Index of the TBU: tbu.map's, else StreamID mod tbu.count.
 */
u32 fl_config_tbu(const struct fl_config *cfg, u32 sid);

/**
 * fl_config_iommu() - the IOMMU of a stream
 * @cfg: the configuration
 * @sid: StreamID or requester ID
 *
 * Return: Index of the IOMMU: iommu.map's, else 0.
 */
u32 fl_config_iommu(const struct fl_config *cfg, u32 sid);

/**
 * fl_config_port() - the TBU of a stream among those of all IOMMUs; each IOMMU has tbu.count of them
 * @cfg: the configuration
 * @sid: StreamID or requester ID
 *
 * Return: Index.
 */
static inline u32 fl_config_port(const struct fl_config *cfg, u32 sid)
{
	return (u32)(fl_config_iommu(cfg, sid) * cfg->tbu.count) + fl_config_tbu(cfg, sid);
}

/**
 * fl_config_group() - most pages that a function asks for in one group
 * @cfg: the configuration
 *
 * Return: pcie.group_pages, but never more than pcie.credits: each page of a group takes one.
 */
static inline u32 fl_config_group(const struct fl_config *cfg)
{
	return (u32)(cfg->pcie.group_pages < cfg->pcie.credits ? cfg->pcie.group_pages : cfg->pcie.credits);
}

/**
 * fl_config_append() - add an item to the list that a key holds
 * @cfg: the configuration
 * @name: name of the key
 * @item: the item
 * @err: filled on error
 *
 * Return: 0 or -EINVAL.
 */
int fl_config_append(struct fl_config *cfg, const char *name, const char *item, struct fl_config_error *err);

/**
 * fl_config_format() - write a value as YAML reads it
 * @cfg: the configuration
 * @key: the key
 * @buf: receives the text
 * @size: room in @buf, bytes
 *
 * Return: @buf.
 */
const char *fl_config_format(const struct fl_config *cfg, const struct fl_key *key, char *buf, size_t size);

/**
 * fl_config_value() - a value as --set takes it, and the record of a run has it: text stands without quotes
 * @cfg: the configuration
 * @key: the key
 * @buf: room for the text
 * @size: room in @buf, bytes
 *
 * Return: The text: @buf, or in @cfg.
 */
const char *fl_config_value(const struct fl_config *cfg, const struct fl_key *key, char *buf, size_t size);

/**
 * fl_config_find() - look a key up
 * @name: "section.key"; need not end there
 * @len: length of the name
 *
 * Return: The key, or NULL.
 */
const struct fl_key *fl_config_find(const char *name, size_t len);

/**
 * fl_config_dump() - write the whole configuration as YAML
 * @cfg: the configuration
 * @out: where to
 */
void fl_config_dump(const struct fl_config *cfg, FILE *out);

/**
 * fl_config_help() - print the table of keys for a terminal
 * @out: where to
 */
void fl_config_help(FILE *out);

/**
 * fl_config_markdown() - print the table of keys as docs/configuration.md
 * @out: where to
 */
void fl_config_markdown(FILE *out);

#ifdef __cplusplus
}
#endif

#endif /* FL_CONFIG_H */
