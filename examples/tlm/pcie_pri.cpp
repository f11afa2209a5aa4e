/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A PCIe device behind VT-d that shares page tables with software: its translation cache asks for translations (ATS) and,
 * where a page is not there, for the page (PRI). Scalable mode, second stage (VT-d 5.10, chapters 3, 6, 7 and 9).
 */
#include "parts.h"

constexpr std::uint64_t kRoot = 0x10000, kContexts = 0x11000, kDirectory = 0x12000, kPasids = 0x13000,
			kTables = 0x14000, kRequests = 0x20000, kQueue = 0x21000, kStatus = 0x22000;
constexpr std::uint32_t kDevice = 0x50; // bus 0, device 10, function 0

struct Platform : sc_core::sc_module {
	Memory<64> memory{ "memory" };
	Bytes &ram = memory.bytes;
	Port cpu;
	faultline::models::Vtd<64> iommu;
	faultline::models::PcieEndpoint<64> device;
	tlm_utils::simple_initiator_socket<Platform, 64> engine; // of the device
	tlm_utils::simple_initiator_socket<Platform, 64> program;
	sc_core::sc_signal<bool> requests; // the page request interrupt
	sc_core::sc_event ready;
	unsigned asked = 0, tail = 0;

	static faultline::models::VtdParameters parameters()
	{
		faultline::models::VtdParameters p;

		p.wired_interrupts = true;
		return p;
	}
	static faultline::models::PcieParameters functions()
	{
		faultline::models::PcieParameters p;

		p.functions = { { kDevice, true, true } };
		return p;
	}
	SC_CTOR(Platform)
	    : iommu("iommu", parameters()), device("device", iommu, functions()), engine("engine"), program("program"),
	      requests("requests")
	{
		engine.bind(device.dma);
		device.up.bind(iommu.tbu[0]);
		iommu.down.bind(memory.data);
		iommu.walk.bind(memory.tables);
		iommu.irq[2].bind(requests);
		program.bind(iommu.mmio);
		bridge_.register_b_transport(this, &Platform::pass);
		cpu.socket.bind(bridge_);
		SC_THREAD(software);
		SC_THREAD(master);
	}
	void pass(Payload &p, sc_time &delay)
	{
		program->b_transport(p, delay);
	}

	/* Root, context and PASID entries of the device; tables of four levels without a page. */
	void lay_out()
	{
		ram.set_word(kRoot, kContexts | 1);				   // functions 0x00 to 0x7f
		ram.set_word(kContexts + kDevice * 32, kDirectory | 1 | 4 | 0x10); // P, DTE, PRE
		ram.set_word(kDirectory, kPasids | 1);
		ram.set_word(kPasids, kTables | 2 << 6 | 2 << 2 | 1); // RID_PASID 0: second stage only, four levels
		ram.set_word(kPasids + 8, 1);			      // domain 1
		for (unsigned level = 0; level < 3; level++)
			ram.set_word(kTables + level * 0x1000, (kTables + (level + 1) * 0x1000) | 3);
	}
	void enable(std::uint32_t what)
	{
		cpu.write(0x18, (std::uint32_t(cpu.read(0x1c)) & 0x96ffffff) | what); // GCMD
	}
	void start()
	{
		cpu.write(0x20, kRoot | 1 << 10, 8);  // RTADDR: scalable mode
		enable(1U << 30);		      // SRTP
		cpu.write(0xd0, kRequests, 8);	      // PQA: 128 requests
		cpu.write(0xe0, 0);		      // PECTL: not masked
		cpu.write(0x90, kQueue | 1 << 11, 8); // IQA: 128 descriptors of 256 bits
		enable(1U << 26);		      // QIE
		enable(1U << 31);		      // TE
	}
	void submit(std::uint64_t w0, std::uint64_t w1)
	{
		ram.set_word(kQueue + tail, w0);
		ram.set_word(kQueue + tail + 8, w1);
		tail = (tail + 32) & 0xfff;
	}
	/* Map what is asked for, answer each group's last request, and wait until that is done. */
	void answer()
	{
		cpu.write(0xdc, 1); // PRS.PPR
		auto head = unsigned(cpu.read(0xc0, 8)), end = unsigned(cpu.read(0xc8, 8));
		for (; head != end; head = (head + 32) & 0xfff, asked++) {
			std::uint64_t w0 = ram.word(kRequests + head), w1 = ram.word(kRequests + head + 8);
			std::uint64_t page = w1 & ~0xfffULL;
			ram.set_word(kTables + 0x3000 + (page >> 12) * 8, (0x800000 + page) | 3);
			if (w1 & 4)
				submit(9 | (w0 & 0xffff0000), w1 & 0xff8); // Page Group Response: Success
		}
		cpu.write(0xc0, head, 8);
		ram.set_word(kStatus, 0);
		submit(5 | 1 << 5 | std::uint64_t{ 0x600d } << 32, kStatus); // Invalidation Wait: write the status
		cpu.write(0x88, tail, 8);
		while (ram.word(kStatus) != 0x600d)
			sc_core::wait(sc_time(20, SC_NS));
	}
	void software()
	{
		lay_out();
		start();
		ready.notify(sc_core::SC_ZERO_TIME);
		for (;;) {
			sc_core::wait(requests.posedge_event());
			sc_core::wait(sc_time(900, SC_NS)); // the handler's way
			answer();
		}
	}
	void master()
	{
		sc_core::wait(ready);
		for (unsigned round = 0; round < 2; round++)
			for (std::uint64_t page = 0; page < 8; page++) {
				std::uint64_t value = page + 1;
				sc_time delay;
				Payload p;
				set(p, true, page * 4096, &value, 8);
				engine->b_transport(p, delay);
				check(p.is_response_ok(), "the device's write fails");
				sc_core::wait(delay);
				std::printf("page %u, round %u: %s\n", unsigned(page), round,
					    sc_core::sc_time_stamp().to_string().c_str());
				check(ram.word(0x800000 + page * 4096) == value, "memory is not what was written");
			}
		check(asked >= 1 && device.stats(kDevice).page_requests == asked, "pages are asked for");
		check(device.stats(kDevice).atc_hits > 0, "the device's cache is used");
		sc_core::sc_stop();
	}

      private:
	tlm_utils::simple_target_socket<Platform> bridge_{ "bridge" };
};

int sc_main(int, char **)
{
	Platform platform("platform");

	sc_core::sc_start();
	return 0;
}
