/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A loosely timed platform: a device behind an SMMUv3, a memory that annotates its latency, and software that programs
 * the SMMU and serves its faults. The device writes eight pages; each is mapped when it is touched.
 */
#include "parts.h"

struct Platform : sc_core::sc_module {
	Memory<> memory{ "memory" };
	Bytes &ram = memory.bytes;
	Port cpu;
	Driver driver;
	faultline::models::Smmuv3<> smmu;
	tlm_utils::simple_initiator_socket<Platform> device;
	sc_core::sc_signal<bool> events; // the event queue's interrupt
	sc_core::sc_event ready;
	unsigned faults = 0;

	static faultline::models::Smmuv3Parameters parameters()
	{
		faultline::models::Smmuv3Parameters p;

		p.tbus = 1;
		p.keys = { "tcu.walk_latency_ns=120", "tbu.lookup_ns=2" };
		return p;
	}
	SC_CTOR(Platform) : smmu("smmu", parameters()), device("device"), events("events")
	{
		device.bind(smmu.tbu[0]);
		smmu.down.bind(memory.data);
		smmu.walk.bind(memory.tables);
		cpu.socket.bind(smmu.mmio);
		smmu.irq[0].bind(events);
		smmu.set_default_stream(0, 8);
		SC_THREAD(software);
		SC_THREAD(master);
	}

	void software()
	{
		driver.tables(ram);
		driver.start(cpu);
		ready.notify(sc_core::SC_ZERO_TIME);
		for (;;) {
			sc_core::wait(events.posedge_event());
			sc_core::wait(sc_time(800, SC_NS)); // the handler's way
			faults += driver.answer(cpu, ram);
		}
	}
	void master()
	{
		sc_core::wait(ready);
		for (unsigned round = 0; round < 2; round++)
			for (std::uint64_t page = 0; page < 8; page++) {
				std::uint64_t value = page * 0x0101010101010101;
				sc_time delay;
				Payload p;
				set(p, true, page * 4096 + 8, &value, 8);
				device->b_transport(p, delay);
				check(p.is_response_ok(), "the device's write is refused");
				std::printf("page %u, round %u: %s\n", unsigned(page), round,
					    delay.to_string().c_str());
				sc_core::wait(delay);
				check(ram.word(0x800000 + page * 4096 + 8) == value, "memory is not what was written");
			}
		check(faults == 8, "each page faults once");
		sc_core::sc_stop();
	}
};

int sc_main(int, char **)
{
	Platform platform("platform");

	sc_core::sc_start();
	return 0;
}
