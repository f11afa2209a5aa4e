/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What each stream of a replay is: a platform master or a PCIe function, and what becomes of its faults. */
#ifndef REPLAY_STREAMS_H
#define REPLAY_STREAMS_H

#include "replay_os.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct stream_kind - a stream
 * @faults: what an access of it to a page that is not mapped does
 * @link: the stream is behind a PCIe link
 * @ats: it makes translation requests
 * @single: named in master.streams
 */
struct stream_kind {
	enum replay_faults faults;
	bool link, ats, single;
};

/**
 * stream_kind_of() - what the configuration says of a stream
 * @opt: options of the run
 * @sid: StreamID or requester ID
 *
 * A list that replay_check() would refuse counts as empty.
 *
 * Return: The kind of the stream.
 */
struct stream_kind stream_kind_of(const struct replay_options *opt, u32 sid);

/**
 * replay_has() - whether a stream of the trace has faults of a kind
 * @opt: options of the run
 * @scan: the trace at a glance
 * @faults: the kind
 *
 * Return: true if one has.
 */
bool replay_has(const struct replay_options *opt, const struct replay_scan *scan, enum replay_faults faults);

/**
 * replay_check() - whether the IOMMU and the masters can do what is asked for
 * @opt: options of the run
 * @scan: the trace at a glance
 * @err: filled on error
 *
 * Return: 0, or -EINVAL with @err filled.
 */
int replay_check(const struct replay_options *opt, const struct replay_scan *scan, struct dmat_error *err);

#ifdef __cplusplus
}
#endif

#endif /* REPLAY_STREAMS_H */
