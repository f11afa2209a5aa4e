/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel host: a fault core whose work runs on a work queue and whose deadlines run on a timer.
 */
#ifndef FAULT_HOST_H
#define FAULT_HOST_H

#include "fault_core.h"

struct fault_host;

/**
 * fault_host_create() - a fault core with @workers concurrent handlers
 * @workers: 1 to 16
 * @out: the host
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int fault_host_create(unsigned int workers, struct fault_host **out);

/**
 * fault_host_core() - its core, to be bound by an IOMMU driver
 * @host: the host
 *
 * Return: the core, which lives as long as the host.
 */
struct fault_core *fault_host_core(struct fault_host *host);

/**
 * fault_host_destroy() - end it
 * @host: its core has no device any more; work that still runs is waited for
 *
 * Return: 0, or -EBUSY with devices; then the host goes on.
 */
int fault_host_destroy(struct fault_host *host);

/**
 * fault_host_flush() - wait until the work that is queued now is done
 * @host: the host
 */
void fault_host_flush(struct fault_host *host);

#endif /* FAULT_HOST_H */
