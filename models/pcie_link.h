/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One direction of a PCIe link: one packet after the other, in the order in
 * which they are ready (posted and non-posted alike: stricter than the rules,
 * never against them); each takes the time of its bytes, then the way.
 */
#ifndef FAULTLINE_PCIE_LINK_H
#define FAULTLINE_PCIE_LINK_H

#include "bill.h"
#include "ticks.h"
#include "usage.h"

extern "C" {
#include "fl_config.h"
}

namespace faultline {

/// Bytes on the wire: framing, header and payload of the packets that a transfer takes (PCIe 4.0, 2.2).
class PcieFormat {
public:
    static constexpr u64 kPasidPrefix = 4;  ///< 6.20: end-end TLP prefix of an untranslated request with PASID
    static constexpr u64 kMessage = 16;     ///< 2.2.8: messages have four double words
    static constexpr u64 kCompletion = 12;  ///< 2.2.9: completions have three
    static constexpr u64 kTranslation = 8;  ///< 10.2.3: one translation of a Translation Completion
    static constexpr u64 kInvalidation = 8; ///< 10.3.1: the body of an Invalidate Request

    explicit PcieFormat(const fl_config &c)
        : max_payload_(c.pcie.max_payload), max_read_(c.pcie.max_read_request), rcb_(c.pcie.rcb),
          framing_(c.pcie.framing_bytes) {}

    /// Read requests that an access within a page takes, each with a tag of its own.
    u64 reads(u64 length) const { return (length + max_read_ - 1) / max_read_; }
    u64 read_requests(u64 address, u64 length, u64 prefix) const {
        return reads(length) * (framing_ + header(address) + prefix);
    }
    u64 writes(u64 address, u64 length, u64 prefix) const {
        return (length + max_payload_ - 1) / max_payload_ * (framing_ + header(address) + prefix) +
               words(address, length);
    }
    /// Completions with the data of all its read requests. Each ends at a read completion boundary, or at the end.
    u64 completions(u64 address, u64 length) const {
        u64 bytes = 0;

        for (u64 end = address + length; address < end;) {
            u64 request_end = std::min(end, address + max_read_);
            while (address < request_end) {
                u64 next = std::min(request_end, (address + max_payload_) & ~(rcb_ - 1));
                bytes += framing_ + kCompletion + words(address, next - address);
                address = next;
            }
        }
        return bytes;
    }
    /// A completion without data, or with @p payload bytes.
    u64 completion(u64 payload = 0) const { return framing_ + kCompletion + payload; }
    u64 message(u64 payload = 0, u64 prefix = 0) const { return framing_ + kMessage + prefix + payload; }

private:
    /// 2.2.4.1: an address below 4 GiB takes the short header.
    static u64 header(u64 address) { return address >> 32 ? 16 : 12; }
    /// Payload comes in double words.
    static u64 words(u64 address, u64 length) { return ((address & 3) + length + 3) & ~u64{3}; }

    u64 max_payload_, max_read_, rcb_, framing_;
};

class PcieLink {
public:
    /// @p c: its times are in ticks.
    PcieLink(const char *name, const fl_config &c) : latency_(c.pcie.link_ps), packets_(name) {
        static const u64 mega_transfers[] = {2500, 5000, 8000, 16000, 32000};
        u64 rate = mega_transfers[c.pcie.gts];
        bool long_code = rate > 5000; // 4.2.2: 128b/130b; below, 4.2.1: 8b/10b

        if (c.pcie.bandwidth_mb_s) {
            ps_ = 1'000'000;
            bytes_ = c.pcie.bandwidth_mb_s;
        } else if (c.pcie.lanes) {
            ps_ = u64{8'000'000} * (long_code ? 130 : 10) * 1000;
            bytes_ = c.pcie.lanes * rate * (long_code ? 128 : 8) * (1000 - c.pcie.dllp_permille);
        }
        ps_ *= Ticks::of_kernel().mul;
        bytes_ *= Ticks::of_kernel().div;
    }

    /// What @p bytes on the wire take.
    ps_t takes(u64 bytes) const { return bytes * ps_ / bytes_; }
    /// Packets of @p bytes in all are ready at @p time. @return when their end arrives.
    ps_t send(ps_t time, u64 bytes) { return send(time, bytes, bytes); }
    /// The same. @return when the first @p first bytes of them have arrived.
    ps_t send(ps_t time, u64 bytes, u64 first) {
        ps_t length = takes(bytes), begin;

        if (!length)
            return time + latency_;
        begin = packets_.reserve(time, time, length);
        return begin + takes(first) + latency_;
    }
    /// The same, on the bill of an access.
    template <typename Booker> ps_t send(ps_t time, u64 bytes, Booker &b) { return send(time, bytes, b, bytes); }
    template <typename Booker> ps_t send(ps_t time, u64 bytes, Booker &b, u64 first) {
        ps_t arrival = send(time, bytes, first);

        book(b, arrival);
        return arrival;
    }
    /// A packet has arrived at @p arrival: waiting and bytes, then the way.
    template <typename Booker> void book(Booker &b, ps_t arrival) const {
        b.book(OWNER_LINK_BUSY, arrival > latency_ ? arrival - latency_ : 0);
        b.book(OWNER_LINK, arrival);
    }
    /// Its account begins at @p t.
    void mark(ps_t t) { packets_.mark(t); }
    /// What it did up to @p until.
    const Usage &usage(ps_t until) const { return packets_.usage(until); }

private:
    ps_t latency_;
    u64 ps_ = 0, bytes_ = 1; // so many ticks for so many bytes
    Booking packets_;
};

} // namespace faultline

#endif // FAULTLINE_PCIE_LINK_H
