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
 * @attachments: changed while @gate is closed
 * @gate: page table and attachments
 */
struct drv_domain {
	struct fault_domain *faults;
	struct drv_domain *next;
	struct drv_attachment *attachments;
	struct pt_build pt;
	struct drv_gate gate;
	enum drv_domain_type type;
};

/**
 * drv_translates() - whether @dom has a page table
 */
static inline bool drv_translates(const struct drv_domain *dom)
{
	return dom->type == DRV_DOMAIN_PAGING || dom->type == DRV_DOMAIN_SVA;
}

/**
 * drv_domain_create() - allocate a domain object
 * @bytes: of the driver's object, which begins with struct drv_domain
 * @cfg: of its page table, if the type has one
 * @out: zeroed but for what is common; drv_domain_release() ends it
 *
 * Return: 0, -ENOMEM, or what pt_build_init() says.
 */
int drv_domain_create(struct drv_host *h, size_t bytes, enum drv_domain_type type, const struct pt_build_cfg *cfg,
		      struct drv_domain **out);

/**
 * drv_domain_release() - free a domain object that no worker uses any more
 */
void drv_domain_release(void *dom);

/**
 * drv_domain_add() - the fault core and the driver know the domain from here on
 * @fdev: what fault_domain_alloc() wants
 *
 * The configuration gate is closed. From success on, fault_domain_free() ends the domain.
 * Return: 0, or what fault_domain_alloc() says.
 */
int drv_domain_add(struct drv_host *h, struct drv_domain *dom, struct fault_dev *fdev);

/**
 * drv_domain_unlink() - off the driver's list; the configuration gate is closed
 */
void drv_domain_unlink(struct drv_host *h, struct drv_domain *dom);

/**
 * drv_iova_to_phys() - drv_class.iova_to_phys
 */
u64 drv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova);

/**
 * drv_id_alloc() - the first free one of the ids 1 to @n - 1
 * @ids: a bit for each id in use, that of 0 set
 *
 * Return: 0 if there is none left.
 */
u32 drv_id_alloc(u64 *ids, u32 n);
void drv_id_free(u64 *ids, u32 id);

#ifdef __cplusplus
}
#endif

#endif /* DRV_DOMAIN_H */
