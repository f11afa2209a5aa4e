/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each driver's domain object begins with: a page table, and who uses it. */
#ifndef DRV_DOMAIN_H
#define DRV_DOMAIN_H

#include "drv_host.h"
#include "pt_build.h"

#ifdef __cplusplus
extern "C" {
#endif

struct drv_attachment;

/**
 * struct drv_domain - the first member of every domain object, which fault_domain_ctx() leads to
 * @host: the driver
 * @faults: the fault core's domain
 * @next: list of the driver's domains
 * @attachments: changed while @gate is closed
 * @pt: the page table, if the type has one
 * @gate: protects the page table and @attachments
 * @type: enum drv_domain_type
 */
struct drv_domain {
	struct drv_host *host;
	struct fault_domain *faults;
	struct drv_domain *next;
	struct drv_attachment *attachments;
	struct pt_build pt;
	struct drv_gate gate;
	enum drv_domain_type type;
};

/**
 * drv_translates() - whether a domain has a page table
 * @dom: the domain
 *
 * Return: true for DRV_DOMAIN_PAGING and DRV_DOMAIN_SVA.
 */
static inline bool drv_translates(const struct drv_domain *dom)
{
	return dom->type == DRV_DOMAIN_PAGING || dom->type == DRV_DOMAIN_SVA;
}

/**
 * drv_id_alloc() - allocate the first free identifier of 1..@n - 1
 * @ids: a bit for each identifier in use; bit 0 is set
 * @n: number of identifiers, 0 included
 *
 * Return: The identifier, or 0 if there is none left.
 */
u32 drv_id_alloc(u64 *ids, u32 n);

/**
 * drv_id_free() - free an identifier of drv_id_alloc()
 * @ids: a bit for each identifier in use
 * @id: the identifier
 */
void drv_id_free(u64 *ids, u32 id);

#ifdef __cplusplus
}
#endif

#endif /* DRV_DOMAIN_H */
