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
 * @faults: the fault core's domain
 * @next: list of the driver's domains
 * @attachments: changed while @gate is closed
 * @pt: the page table, if the type has one
 * @gate: protects the page table and @attachments
 * @type: enum drv_domain_type
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
 * drv_domain_create() - allocate a domain object
 * @h: the driver
 * @bytes: size of the driver's object, which begins with struct drv_domain
 * @type: enum drv_domain_type
 * @cfg: configuration of its page table; used if the type has one
 * @out: zeroed but for the common part; drv_domain_release() frees it
 *
 * Return: 0, -ENOMEM, or what pt_build_init() returned.
 */
int drv_domain_create(struct drv_host *h, size_t bytes, enum drv_domain_type type, const struct pt_build_cfg *cfg,
		      struct drv_domain **out);

/**
 * drv_domain_release() - free a domain object that no worker uses any more
 * @dom: the object; begins with struct drv_domain
 */
void drv_domain_release(void *dom);

/**
 * drv_domain_add() - make the domain known to the fault core and to the driver
 * @h: the driver
 * @dom: the domain
 * @fdev: device for which fault_domain_alloc() allocates it
 *
 * The configuration gate is closed. From success on, fault_domain_free() ends the domain.
 *
 * Return: 0, or what fault_domain_alloc() returned.
 */
int drv_domain_add(struct drv_host *h, struct drv_domain *dom, struct fault_dev *fdev);

/**
 * drv_domain_unlink() - take a domain off the driver's list; the configuration gate is closed
 * @h: the driver
 * @dom: the domain
 */
void drv_domain_unlink(struct drv_host *h, struct drv_domain *dom);

/**
 * drv_iova_to_phys() - implementation of drv_class.iova_to_phys
 * @drv: the driver object, which begins with struct drv_host
 * @fdom: the fault core's domain
 * @iova: input address, bytes
 *
 * Return: Physical address, or 0 if unmapped.
 */
u64 drv_iova_to_phys(void *drv, struct fault_domain *fdom, u64 iova);

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
