/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* <faultline/tlm_cci.h> against a stand-in of CCI's header (cci/): what a broker has preset is what the model has. */
#include <cci_configuration>
#include <faultline/tlm_cci.h>

#include "suite.h"
#include <algorithm>
#include <check.h>

namespace models = faultline::models;
using cci::cci_value;

/* IDR5.STALL_MAX (6.3.6), of which the key is smmuv3.stall_max. */
static unsigned stall_max(const models::Iommu &smmu) {
    return unsigned(smmu.read_register("SMMU_IDR5") >> 16);
}

/* Another value for the next model is another value there; the first keeps its own. */
TEST(preset_is_seen_by_the_model) {
    cci::cci_broker_handle broker = cci::cci_get_broker();
    models::Smmuv3Parameters p;
    p.keys = {"smmuv3.stall_max=5"}; // a preset comes after it
    broker.set_preset_cci_value("top.smmu.smmuv3.stall_max", cci_value(7));
    broker.set_preset_cci_value("top.smmu.tbu.count", cci_value(3));
    models::Smmuv3<> first("first", models::with_cci(p, "top.smmu"));
    broker.set_preset_cci_value("top.smmu.smmuv3.stall_max", cci_value(9));
    models::Smmuv3<> second("second", models::with_cci(p, "top.smmu"));
    models::Smmuv3<> other("other", models::with_cci(p, "top.smmu2"));
    ck_assert_uint_eq(stall_max(first), 7);
    ck_assert_uint_eq(first.tbus(), 3);
    ck_assert_uint_eq(stall_max(second), 9);
    ck_assert_uint_eq(stall_max(other), 5); // presets of another's name
    ck_assert_uint_eq(other.tbus(), 1);
}

/* A text is itself, without JSON's quotation marks; a number may be a real one. */
TEST(kinds_of_values) {
    cci::cci_broker_handle broker = cci::cci_get_broker();
    broker.set_preset_cci_value("smmu.tcu.walk_port", cci_value("issued"));
    broker.set_preset_cci_value("smmu.tcu.walk_cache_ns", cci_value(2.5));
    models::VtdParameters p = models::with_cci(models::VtdParameters{}, "smmu", broker);
    ck_assert_uint_eq(p.keys.size(), 2);
    ck_assert(std::find(p.keys.begin(), p.keys.end(), "tcu.walk_port=issued") != p.keys.end());
    models::Vtd<> vtd("vtd", p);
    ck_assert_uint_eq(vtd.tbus(), 1);
}

/* A value that cannot be is an error of the set-up, as anybody's. */
TEST(refused_preset) {
    bool caught = false;
    cci::cci_get_broker().set_preset_cci_value("smmu.tbu.count", cci_value(0));
    try {
        models::Smmuv3<> smmu("smmu", models::with_cci(models::Smmuv3Parameters{}, "smmu"));
    } catch (const sc_core::sc_report &r) {
        ck_assert_str_eq(r.get_msg_type(), "/faultline/setup");
        caught = true;
    }
    ck_assert(caught);
}

SUITE("interop_cci")
