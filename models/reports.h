/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The models' messages by sc_report: their ids. What a guest does has the id of its model, see GuestReports. */
#ifndef FAULTLINE_REPORTS_H
#define FAULTLINE_REPORTS_H

namespace faultline {

constexpr char kReportSetup[] = "/faultline/setup";       ///< how the platform is put together
constexpr char kReportProtocol[] = "/faultline/protocol"; ///< a neighbour breaks the base protocol

} // namespace faultline

#endif // FAULTLINE_REPORTS_H
