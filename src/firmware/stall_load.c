// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Platforms from text: YAML, of which JSON is a part. */
#include "stall_simulate.h"
#include "yaml_file_priv.h"

#include <errno.h>

#define OPT		     CYAML_FLAG_OPTIONAL
#define NUMBER(type, member) CYAML_FIELD_UINT(#member, OPT, type, member)
#define FLAG(type, member)   CYAML_FIELD_BOOL(#member, OPT, type, member)
#define NAME(type, member)   CYAML_FIELD_STRING(#member, CYAML_FLAG_DEFAULT, type, member, 1)
#define ARRAY(key, member, count, entry, least, most)                                                             \
	CYAML_FIELD_SEQUENCE_COUNT(key, (least) ? CYAML_FLAG_DEFAULT : OPT, struct stall_platform, member, count, \
				   entry, least, most)

static const cyaml_strval_t modes[] = {
	{ "pinned", STALL_PINNED },
	{ "stall", STALL_STALLS },
	{ "terminate", STALL_TERMINATES },
	{ "pri", STALL_PRI },
};

static const cyaml_strval_t limits[] = { { "gap", STALL_GAP }, { "access", STALL_ACCESS } };

static const cyaml_schema_field_t smmu_fields[] = {
	NAME(struct stall_smmu, name),
	NAME(struct stall_smmu, kind),
	NUMBER(struct stall_smmu, stall_max),
	FLAG(struct stall_smmu, hupcf),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t tbu_fields[] = {
	NAME(struct stall_tbu, name),
	CYAML_FIELD_UINT("smmu", CYAML_FLAG_DEFAULT, struct stall_tbu, smmu),
	NUMBER(struct stall_tbu, slots),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t port_fields[] = {
	NAME(struct stall_port, name),
	NUMBER(struct stall_port, slots),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t master_fields[] = {
	NAME(struct stall_master, name),
	CYAML_FIELD_UINT("tbu", CYAML_FLAG_DEFAULT, struct stall_master, tbu),
	NUMBER(struct stall_master, port),
	NUMBER(struct stall_master, domain),
	CYAML_FIELD_ENUM("mode", CYAML_FLAG_DEFAULT | CYAML_FLAG_STRICT, struct stall_master, mode, modes,
			 CYAML_ARRAY_LEN(modes)),
	FLAG(struct stall_master, pcie),
	NUMBER(struct stall_master, outstanding),
	NUMBER(struct stall_master, accesses),
	NUMBER(struct stall_master, first_ns),
	NUMBER(struct stall_master, period_ns),
	NUMBER(struct stall_master, page_accesses),
	NUMBER(struct stall_master, backing),
	FLAG(struct stall_master, zero_fill),
	CYAML_FIELD_ENUM("limits", OPT | CYAML_FLAG_STRICT, struct stall_master, limits, limits,
			 CYAML_ARRAY_LEN(limits)),
	NUMBER(struct stall_master, deadline_ns),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t pager_fields[] = {
	NUMBER(struct stall_pager, workers),	  NUMBER(struct stall_pager, p50_ns),
	NUMBER(struct stall_pager, p999_ns),	  NUMBER(struct stall_pager, storage),
	NUMBER(struct stall_pager, pressure_ppm), NUMBER(struct stall_pager, read_accesses),
	NUMBER(struct stall_pager, read_ns),	  CYAML_FIELD_END,
};

static const cyaml_schema_field_t times_fields[] = {
	NUMBER(struct stall_times, memory_ns),
	NUMBER(struct stall_times, notify_ns),
	NUMBER(struct stall_times, resume_ns),
	CYAML_FIELD_END,
};

#define ENTRY(type, fields)                                           \
	{                                                             \
		CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, type, fields) \
	}

static const cyaml_schema_value_t smmu_value = ENTRY(struct stall_smmu, smmu_fields);
static const cyaml_schema_value_t tbu_value = ENTRY(struct stall_tbu, tbu_fields);
static const cyaml_schema_value_t port_value = ENTRY(struct stall_port, port_fields);
static const cyaml_schema_value_t master_value = ENTRY(struct stall_master, master_fields);

static const cyaml_schema_field_t platform_fields[] = {
	ARRAY("smmus", smmu, n_smmus, &smmu_value, 1, STALL_MAX_SMMUS),
	ARRAY("tbus", tbu, n_tbus, &tbu_value, 1, STALL_MAX_TBUS),
	ARRAY("ports", port, n_ports, &port_value, 0, STALL_MAX_PORTS),
	ARRAY("masters", master, n_masters, &master_value, 1, STALL_MAX_MASTERS),
	CYAML_FIELD_MAPPING("pager", OPT, struct stall_platform, pager, pager_fields),
	CYAML_FIELD_MAPPING("times", OPT, struct stall_platform, times, times_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t file = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct stall_platform,
							       platform_fields) };

int stall_platform_parse(const char *name, const char *text, struct stall_platform *p, struct board_error *err)
{
	char reason[200];
	void *loaded;
	int ret = yaml_text_load(name, text, strlen(text), &file, &loaded, err);

	if (ret)
		return ret;
	*p = *(struct stall_platform *)loaded;
	fl_yaml_free(&file, loaded);
	return stall_check(p, reason, sizeof(reason)) ? board_fail(err, EINVAL, "%s: %s", name, reason) : 0;
}
