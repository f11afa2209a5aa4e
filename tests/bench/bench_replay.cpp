/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whole replays of the recorded NVMe and NIC trace, played over and over, as
 * fast as the devices can: ns of host time an access. Each in a process of its
 * own, for SystemC starts once in a process.
 */
#include "platform.h"
#include "timed_replay.h"
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include "bench.h"
}

static const char kTrace[] = FL_SOURCE_DIR "/traces/arm64-smmuv3-nvme-e1000e.dmat";

struct Play {
	u32 resident;
	fl_arrival arrival;
	bool functional;
};

static void play(void *state, unsigned long n)
{
	const auto *p = static_cast<const Play *>(state);
	pid_t child = fork();
	int status = 0;

	if (child) {
		waitpid(child, &status, 0);
		if (status) {
			std::fprintf(stderr, "bench_replay: the replay fails\n");
			std::exit(2);
		}
		return;
	}
	replay_options opt{};
	replay_result res;
	dmat_error err{};
	fl_config config;
	struct replay_scan scan;
	fl_config_init(&config);
	config.master.arrival = p->arrival;
	opt.trace = kTrace;
	opt.kind = &iommu_kind_smmuv3;
	opt.faults = REPLAY_STALL;
	opt.resident = p->resident;
	opt.seed = 1;
	opt.cfg = &config;
	int bad = replay_scan(kTrace, &scan, &err);
	opt.repeat = bad ? 1 : (n + scan.accesses - 1) / scan.accesses;
	bad = bad ? bad : p->functional ? replay_functional(&opt, &res, &err) : replay_timed(&opt, &res, &err);
	if (bad)
		std::fprintf(stderr, "%s\n", err.reason);
	_exit(bad != 0);
}

static void *busy(void)
{
	static Play p = { REPLAY_RESIDENT_ALL, FL_ARRIVAL_BACK_TO_BACK, false };
	return &p;
}

static void *recorded(void)
{
	static Play p = { REPLAY_RESIDENT_ALL, FL_ARRIVAL_TRACE, false };
	return &p;
}

static void *faulting(void)
{
	static Play p = { REPLAY_RESIDENT_NONE, FL_ARRIVAL_BACK_TO_BACK, false };
	return &p;
}

static void *functional(void)
{
	static Play p = { REPLAY_RESIDENT_ALL, FL_ARRIVAL_TRACE, true };
	return &p;
}

int main(int argc, char **argv)
{
	static const bench all[] = {
		{ "replay.timed", busy, play, 200, 10000000,
		  "all resident, back to back; aim 200 (5 million accesses a second)" },
		{ "replay.timed.arrival", recorded, play, 0, 3000000, "all resident, at the recorded times" },
		{ "replay.timed.faults", faulting, play, 0, 1000000, "a quarter of the accesses stall" },
		{ "replay.functional", functional, play, 0, 3000000, "all resident, without time" },
	};

	return bench_main(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
