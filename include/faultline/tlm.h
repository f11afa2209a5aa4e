/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The IOMMUs, and a PCIe device, as TLM-2.0 modules of the base protocol: docs/embedding.md says what their sockets
 * promise. C++17. Errors of how they are put together are sc_report errors with the id "/faultline/setup".
 */
#ifndef FAULTLINE_TLM_H
#define FAULTLINE_TLM_H

#include <array>
#include <cstdint>
#include <faultline/tlm_dma.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace faultline::models
{

/// Of every model. The keys of the configuration (docs/configuration.md) are the prices and sizes; what is a member here
/// wins over them.
struct Parameters {
	std::optional<unsigned> tbus;	///< TBU sockets, key tbu.count
	std::optional<bool> on_the_bus; ///< walks and queue entries are seen at walk, key tcu.walk_port
	bool early_completion = true;	///< nb_transport: what needs no event is TLM_COMPLETED
	bool ahead = false;		///< records and completions may be in memory before their time
	sc_core::sc_time quantum{ 10.0, sc_core::SC_US }; ///< how far a model may run ahead of the kernel by itself
	std::string config;				  ///< a preset or a YAML file, read first; empty: the defaults
	std::vector<std::string> keys;			  ///< "tcu.walk_slots=4": applied after it, in this order
};

/// Identification registers are as given, but for features that the model lacks: those read as 0.
struct Smmuv3Parameters : Parameters {
	std::array<std::optional<std::uint32_t>, 6> idr; ///< IDR0 to IDR5
	std::optional<std::uint32_t> aidr, iidr;
	std::optional<std::uint32_t> gbpa; ///< value after reset
	bool wired_interrupts = true;	   ///< false, with IDR0.MSI: messages only
};

/// IDR0 to IDR7 follow from these.
struct Smmuv2Parameters : Parameters {
	std::optional<unsigned> context_banks;		  ///< IDR1.NUMCB, 1..128
	std::optional<unsigned> stage2_banks;		  ///< IDR1.NUMS2CB
	std::optional<unsigned> stream_groups;		  ///< IDR0.NUMSMRG, 1..128
	std::optional<unsigned> stream_bits;		  ///< IDR0.NUMSIDB, 1..16
	std::optional<unsigned> input_bits, output_bits;  ///< IDR2.IAS, IDR2.OAS: 32, 36, 40, 42, 44, 48
	bool stage1 = true, stage2 = true, nested = true; ///< IDR0.S1TS, S2TS, NTS
	bool stream_matching = true;			  ///< IDR0.SMS; false: StreamIDs index the groups
	bool coherent_walks = true;			  ///< IDR0.CTTW
	bool pages_64k = false;				  ///< IDR1.PAGESIZE
};

/// Of VT-d; registers as for SMMUv3.
struct VtdParameters : Parameters {
	std::optional<std::uint64_t> cap, ecap; ///< CAP_REG, ECAP_REG
	std::optional<std::uint32_t> ver;	///< VER_REG
	std::optional<unsigned> address_bits;	///< host address width, 32..52
	bool wired_interrupts = false;		///< true: lines (fault, invalidation, page request), no messages
};

/// A register of an IOMMU's.
struct Register {
	std::string
		name; ///< the specification's, "SMMU_CR0", "CAP_REG"; elements of arrays have numbers, "CBAR3", "CB0_FSR"
	std::uint64_t offset; ///< in the space of the mmio socket
	unsigned bytes;	      ///< 4 or 8
};

/// Who makes an access.
struct Stream {
	std::uint32_t stream_id = 0, substream_id = 0;
	std::uint16_t flags = 0; ///< DmaFlag
};

/// What has happened so far.
struct Counters {
	std::uint64_t accesses, pieces, hits, walks, walk_accesses, merged, stalled, aborted, ignored, commands, syncs;
};

namespace detail
{

/// A model's own sockets stand behind those that are seen: calls go straight through.
struct Target {
	tlm::tlm_fw_transport_if<> *forward;
	sc_core::sc_port_b<tlm::tlm_bw_transport_if<>> *backward;
};
struct Initiator {
	sc_core::sc_port_b<tlm::tlm_fw_transport_if<>> *forward;
	tlm::tlm_bw_transport_if<> *backward;
};

template <typename Socket> void plug_target(const Target &inner, Socket &socket)
{
	socket.get_base_export().bind(*inner.forward);
	inner.backward->bind(socket.get_base_port());
}
template <typename Socket> void plug_initiator(const Initiator &inner, Socket &socket)
{
	socket.get_base_export().bind(*inner.backward);
	inner.forward->bind(socket.get_base_port());
}

} // namespace detail

/// Every IOMMU, whatever its architecture and the width of its buses.
class FAULTLINE_API Iommu : public sc_core::sc_module
{
      public:
	using InPort = sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
	using OutPort = sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

	/// Active high, at its rising edge; as an sc_in<bool>, but it may stay unbound.
	InPort reset;
	/// A line each, as sc_out<bool>, but they may stay unbound. SMMUv3: event queue, PRI queue, CMD_SYNC, global error,
	/// SEV; pulses of 1 ns. SMMUv2: global, configuration, then the context banks'; levels.
	sc_core::sc_vector<OutPort> irq;

	~Iommu() override;

	// ---- streams: DmaExtension of the payload, else this ----

	/// Accesses by TBU @p tbu belong to @p stream_id.
	void set_default_stream(unsigned tbu, std::uint32_t stream_id);
	/// ... or to whom @p of says, in place of all defaults.
	void set_stream_of(std::function<Stream(unsigned tbu, const tlm::tlm_generic_payload &payload)> of);

	// ---- interrupts ----

	/// @p call is told, besides the signals, that @p line has @p level @p delay from now on; an edge is a call with true.
	void on_interrupt(std::function<void(unsigned line, bool level, const sc_core::sc_time &delay)> call);

	// ---- registers ----

	/// All of them, in the order of their offsets.
	const std::vector<Register> &registers() const;
	/// The one of that name, or nullptr.
	const Register *find_register(const std::string &name) const;
	/// Its value, without any effect; also of what software may only write. An unknown name is an error.
	std::uint64_t read_register(const std::string &name) const;
	/// As software writes it, now.
	void write_register(const std::string &name, std::uint64_t value);
	/// @p changed is called whenever the register has another value, whoever has written it.
	void watch_register(const std::string &name,
			    std::function<void(const Register &reg, std::uint64_t before, std::uint64_t now)> changed);

	// ---- state ----

	/// How many TBU sockets it has, and what has happened at all of them.
	unsigned tbus() const;
	Counters counters() const;
	/// Accesses that are stalled, that wait at the inputs, walks in flight, translation slots in use.
	unsigned stalled() const;
	unsigned waiting() const;
	unsigned walks_in_flight() const;
	unsigned slots_in_use(unsigned tbu) const;
	/// All registers and the numbers above. A value changes when the model has come so far: where nothing else happens
	/// before, that is up to a quantum before the kernel's time.
	void trace(sc_core::sc_trace_file *file) const override;
	/// As the reset input; from any process.
	void reset_now();

	struct Impl;

      protected:
	Iommu(const sc_core::sc_module_name &name, const Smmuv2Parameters &p);
	Iommu(const sc_core::sc_module_name &name, const Smmuv3Parameters &p);
	Iommu(const sc_core::sc_module_name &name, const VtdParameters &p);
	detail::Target inner_tbu(unsigned i);
	detail::Target inner_mmio();
	detail::Initiator inner_down();
	detail::Initiator inner_walk();

      private:
	friend class PcieDevice;

	std::unique_ptr<Impl> impl_;
};

namespace detail
{

/// The sockets of an IOMMU, @p WIDTH bits wide.
template <typename P, unsigned WIDTH> class IommuOf : public Iommu
{
      public:
	static_assert(WIDTH >= 32 && WIDTH <= 512 && (WIDTH & (WIDTH - 1)) == 0, "a bus is 32 to 512 bits wide");

	/// Masters, one or several a socket.
	sc_core::sc_vector<tlm::tlm_target_socket<WIDTH>> tbu;
	/// Translated accesses.
	tlm::tlm_initiator_socket<WIDTH> down;
	/// Tables, queues and messages. Its target needs debug access, and should have DMI, to tables and queues.
	tlm::tlm_initiator_socket<WIDTH> walk;
	/// Registers.
	tlm::tlm_target_socket<WIDTH> mmio;

	explicit IommuOf(const sc_core::sc_module_name &name, const P &p = {})
	    : Iommu(name, p), tbu("tbu", tbus()), down("down"), walk("walk"), mmio("mmio")
	{
		for (unsigned i = 0; i < tbus(); i++)
			plug_target(inner_tbu(i), tbu[i]);
		plug_initiator(inner_down(), down);
		plug_initiator(inner_walk(), walk);
		plug_target(inner_mmio(), mmio);
	}
};

} // namespace detail

template <unsigned WIDTH = 32> struct Smmuv2 : detail::IommuOf<Smmuv2Parameters, WIDTH> {
	using detail::IommuOf<Smmuv2Parameters, WIDTH>::IommuOf;
};
template <unsigned WIDTH = 32> struct Smmuv3 : detail::IommuOf<Smmuv3Parameters, WIDTH> {
	using detail::IommuOf<Smmuv3Parameters, WIDTH>::IommuOf;
};
template <unsigned WIDTH = 32> struct Vtd : detail::IommuOf<VtdParameters, WIDTH> {
	using detail::IommuOf<VtdParameters, WIDTH>::IommuOf;
};

// ---- PCIe ----

/// A function of a device.
struct Function {
	std::uint32_t requester; ///< bus, device and function; StreamID
	bool ats = true;	 ///< it asks for translations; else its requests go out untranslated
	bool pri = true;	 ///< it asks for pages; without, an access without permission fails
};

/// Of a device.
struct PcieParameters {
	std::vector<Function> functions; ///< one at least
	std::string config;		 ///< as Parameters::config; the keys pcie.*
	std::vector<std::string> keys;	 ///< as Parameters::keys
};

/// A device with translation caches and page requests, at the end of a link to the root port of an IOMMU.
class FAULTLINE_API PcieDevice : public sc_core::sc_module
{
      public:
	/// What a function has done so far.
	struct Stats {
		std::uint64_t atc_hits, atc_misses, page_requests, invalidations;
	};

	~PcieDevice() override;
	/// An unknown @p requester is an error.
	Stats stats(std::uint32_t requester) const;
	/// Stop using a PASID: its stop marker follows what has been asked for.
	void stop_pasid(std::uint32_t requester, std::uint32_t pasid);
	/// Software writes a function's Outstanding Page Request Allocation; what the register holds then.
	std::uint32_t allocate(std::uint32_t requester, std::uint32_t requests);

	struct Impl;

      protected:
	PcieDevice(const sc_core::sc_module_name &name, Iommu &iommu, const PcieParameters &p);
	detail::Target inner_dma();
	detail::Initiator inner_up();

      private:
	std::unique_ptr<Impl> impl_;
};

/// The device with buses of a width, as the IOMMU it is bound to.
template <unsigned WIDTH = 32> class PcieEndpoint : public PcieDevice
{
      public:
	/// The device's DMA engines, as at a TBU; stream_id of DmaExtension is the function.
	tlm::tlm_target_socket<WIDTH> dma;
	/// To a TBU of the IOMMU.
	tlm::tlm_initiator_socket<WIDTH> up;

	/// Translation requests, page requests and invalidations go to and from @p iommu.
	PcieEndpoint(const sc_core::sc_module_name &name, Iommu &iommu, const PcieParameters &p)
	    : PcieDevice(name, iommu, p), dma("dma"), up("up")
	{
		detail::plug_target(inner_dma(), dma);
		detail::plug_initiator(inner_up(), up);
	}
};

// ---- configuration ----

/// The keys that Parameters::keys takes, "tbu.count" and so on.
FAULTLINE_API std::vector<std::string> config_keys();

} // namespace faultline::models

#endif /* FAULTLINE_TLM_H */
