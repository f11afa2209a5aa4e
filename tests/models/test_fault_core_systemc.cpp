/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fault core's cases inside a simulation: each runs in a SystemC thread,
 * with the core of the single-threaded host, one simulation a case.
 */
#include "scheduler.h"
#include <check.h>
#include <fault_cases.h>

namespace {

void report_failure(void *, const char *file, int line, const char *what) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

class CaseRunner : public sc_core::sc_module {
public:
    explicit CaseRunner(sc_core::sc_module_name name, const struct fault_case &c) : sc_module(name), case_(c) {
        SC_HAS_PROCESS(CaseRunner);
        SC_THREAD(run);
    }
    fault_case_run result{nullptr, report_failure, 0};
    bool done = false;

private:
    void run() {
        sc_core::wait(sc_core::sc_time(1, sc_core::SC_US));
        case_.fn(&result);
        done = true;
    }
    const struct fault_case &case_;
};

} // namespace

START_TEST(one_case) {
    CaseRunner runner("runner", *fault_case(unsigned(_i)));

    sc_core::sc_start();
    ck_assert_msg(runner.done, "%s: did not end", fault_case(unsigned(_i))->name);
    ck_assert_msg(runner.result.failures == 0, "%s: %u expectations were not met", fault_case(unsigned(_i))->name,
                  runner.result.failures);
}
END_TEST

int main() {
    Suite *s = suite_create("fault_core_systemc");

    for (int i = 0; i < int(fault_count_cases()); i++) {
        TCase *c = tcase_create(fault_case(unsigned(i))->name);
        tcase_add_loop_test(c, one_case, i, i + 1);
        suite_add_tcase(s, c);
    }
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
