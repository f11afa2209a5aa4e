// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Lists of single streams: "SID=VALUE,SID=VALUE". */
#include "config_priv.h"

int fl_list_next(const char **at, u32 *sid, char *value, size_t size)
{
	const char *item = *at;
	size_t len = strcspn(item, ",");
	unsigned long long number;
	char *end;

	if (!len)
		return *item ? -EINVAL : 0;
	if (*item < '0' || *item > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(item, &end, 0);
	if (errno || number > 0xffffffff || *end != '=' || end + 1 >= item + len || (size_t)(item + len - end) > size)
		return -EINVAL;
	*sid = (u32)number;
	memcpy(value, end + 1, (size_t)(item + len - end - 1));
	value[item + len - end - 1] = '\0';
	*at = item + len + (item[len] == ',');
	return item[len] == ',' && !**at ? -EINVAL : 1;
}

int fl_list_find(const char *list, u32 sid, char *value, size_t size)
{
	char other[FL_LIST_VALUE];
	int ret, found = 0;
	u32 who;

	while ((ret = fl_list_next(&list, &who, other, sizeof(other))) > 0) {
		if (who != sid)
			continue;
		snprintf(value, size, "%s", other);
		found = 1;
	}
	return ret < 0 ? ret : found;
}

u32 fl_config_tbu(const struct fl_config *cfg, u32 sid)
{
	char value[FL_LIST_VALUE];

	if (!cfg->tbu.map[0] || fl_list_find(cfg->tbu.map, sid, value, sizeof(value)) <= 0)
		return (u32)(sid % cfg->tbu.count);
	return (u32)(strtoull(value, NULL, 0) % cfg->tbu.count);
}

u32 fl_config_iommu(const struct fl_config *cfg, u32 sid)
{
	char value[FL_LIST_VALUE];

	if (!cfg->iommu.map[0] || fl_list_find(cfg->iommu.map, sid, value, sizeof(value)) <= 0)
		return 0;
	return (u32)(strtoull(value, NULL, 0) % cfg->iommu.count);
}

int fl_config_append(struct fl_config *cfg, const char *name, const char *item, struct fl_config_error *err)
{
	const struct fl_key *key = fl_config_find(name, strlen(name));
	const char *list = (const char *)cfg + key->offset;
	char text[2 * FL_LIST_MAX];

	fl_assert(key->type == FL_TEXT);
	snprintf(text, sizeof(text), "%s%s%s", list, *list ? "," : "", item);
	return fl_config_set_key(cfg, key, text, "options", err);
}
