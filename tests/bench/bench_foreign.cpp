/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The SMMUv3 of libfaultline-tlm between sockets of tlm_utils, as bench_tlm.cpp has it between ours: what an access that
 * hits costs in host time, and what the same calls cost with nothing between. 64 pages in turn.
 */
#include "../interop/software.h"
#include <faultline/tlm.h>

extern "C" {
#include "bench.h"
}

using namespace interop;
namespace models = faultline::models;

struct Platform : sc_core::sc_module, Software<> {
	models::Smmuv3<> iommu;
	tlm_utils::simple_initiator_socket<Platform> master, straight;
	tlm_utils::simple_target_socket<Platform> memory, tables, alone;
	sc_dt::uint64 page = 0;
	sc_time time = ns(1000);

	/* As bench_tlm.cpp has it: the input is never held up. */
	static models::Smmuv3Parameters parameters()
	{
		models::Smmuv3Parameters p;

		p.keys = { "tbu.slots=512", "tcu.walk_slots=512" };
		return p;
	}
	explicit Platform(sc_core::sc_module_name name)
	    : sc_module(name), iommu("iommu", parameters()), master("master"), straight("straight"), memory("memory"),
	      tables("tables"), alone("alone")
	{
		for (auto *in : { &memory, &tables, &alone }) {
			in->register_b_transport(this, &Platform::serve);
			in->register_transport_dbg(this, &Platform::look);
		}
		master.bind(iommu.tbu[0]);
		straight.bind(alone);
		cpu.bind(iommu.mmio);
		iommu.down.bind(memory);
		iommu.walk.bind(tables);
		lay_out();
	}

      private:
	void serve(Gp &gp, sc_time &delay)
	{
		sc_dt::uint64 at = gp.get_address();

		if (at > kMemory - 64) {
			gp.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
			return;
		}
		std::memcpy(gp.get_data_ptr(), &store.bytes[at], 64);
		gp.set_response_status(tlm::TLM_OK_RESPONSE);
		delay += latency_;
	}
	unsigned look(Gp &gp)
	{
		return store.access(gp, true) ? gp.get_data_length() : 0;
	}
	const sc_time latency_ = ns(60);
};

static void *platform(void)
{
	static std::unique_ptr<Platform> all;

	if (!all) {
		sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
		all.reset(new Platform("platform"));
		sc_core::sc_start(sc_core::SC_ZERO_TIME);
		all->set_up();
	}
	return all.get();
}

static void run(Platform *p, tlm_utils::simple_initiator_socket<Platform> &socket, sc_dt::uint64 base, unsigned long n)
{
	unsigned char data[64];
	faultline::DmaExtension ext;
	const sc_time step = ns(1);
	Gp gp;

	ext.stream_id = 8;
	gp.set_extension(&ext);
	gp.set_read();
	gp.set_data_ptr(data);
	gp.set_data_length(64);
	gp.set_streaming_width(64);
	while (n--) {
		sc_time delay = p->time;
		gp.set_address(base + (p->page++ % 64) * kPage);
		socket->b_transport(gp, delay);
		p->time += step;
	}
	if (gp.get_response_status() != tlm::TLM_OK_RESPONSE)
		std::abort();
	gp.clear_extension(&ext);
}

static void hit(void *state, unsigned long n)
{
	auto *p = static_cast<Platform *>(state);

	run(p, p->master, 0, n);
}

static void memory_only(void *state, unsigned long n)
{
	auto *p = static_cast<Platform *>(state);

	run(p, p->straight, kData, n);
}

int main(int argc, char **argv)
{
	static const bench all[] = {
		{ "foreign.memory_alone", platform, memory_only, 0, 0, "the target behind the SMMU, called directly" },
		{ "foreign.b_hit", platform, hit, 0, 0, "sockets of tlm_utils" },
	};

	return bench_main(argc, argv, all, sizeof(all) / sizeof(all[0]));
}
