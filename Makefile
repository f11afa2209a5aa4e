# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The two commands of the README (demo, check) and the longer runs.

JOBS ?= $(shell nproc)
# WERROR=1: a warning is an error, as in CI.
CONFIGURE = cmake $(if $(WERROR),-DCMAKE_COMPILE_WARNING_AS_ERROR=ON)

.PHONY: demo check api-docs deb package-check browser bench stress sweep-check slurm fuzz-firmware calibrate fuzz kernel-debug kernel-tree linux-quick linux-sva model release dev asan tsan msan coverage deps deps-check clean soak

deps:
	@scripts/install-deps

deps-check:
	@scripts/install-deps check

release dev asan tsan: deps
	$(CONFIGURE) --preset $@ >/dev/null
	cmake --build --preset $@ -j$(JOBS)

# The engines under MSan and UBSan of clang.
msan: deps-check
	cmake --preset msan >/dev/null
	cmake --build --preset msan -j$(JOBS) --target msan-tests
	ctest --preset msan -j$(JOBS) -L msan

demo: deps
	$(CONFIGURE) --preset release >/dev/null
	cmake --build --preset release -j$(JOBS) --target faultline
	scripts/demo

check: deps-check release
	scripts/check

# The reference of include/faultline, into build/api.
api-docs:
	scripts/api-docs

# Debian packages, into build/deb.
deb:
	@scripts/install-deps deb
	scripts/deb

# The same in bare Debian 12 and 13: built, installed, the examples built against them, removed. As root; takes its time.
package-check:
	tests/packages $(SUITES)

# The pages of `report` in headless Chromium: values, errors, requests, time; screenshots in build/browser.
browser: release
	@scripts/install-deps browser
	scripts/browser

# How much of src/ the tests run.
coverage: deps-check
	scripts/coverage

bench: release
	scripts/bench $(if $(INSTRUCTIONS),--instructions)

# The presets that are made from measurements, and what the model says where figures are published.
calibrate: release
	scripts/calibrate

# Ten million faults through the fault core, from 8 threads to 4; random holders (docs/testing.md): ten million steps over
# the engines, and each engine with a thousand seeds in the models.
stress: release
	build/release/tests/fault_core/stress_fault_core 10000000
	build/release/tests/contract/contract --steps 10000000
	SEEDS=1000 build/release/tests/contract/test_contract_models

# 100,000 random accesses through each IOMMU of tests/interop's soaks, three times (docs/embedding.md).
soak: release
	for seed in 1 2 3; do \
	  build/release/tests/interop/test_interop_soak 600000 $$seed && \
	  build/release/tests/interop/test_interop_soak_models 1000000 $$seed || exit 1; \
	done

# A sweep of 1000 points of 100,000 accesses: on one processor, on two, and killed 20 times. Takes its time.
sweep-check: release
	scripts/sweep-check

# The same table from a farm: slurmctld and three slurmd on this machine, one of them killed. As root.
slurm: release
	scripts/slurm

# Ten million damaged device trees and IORTs.
fuzz-firmware: release
	build/release/tests/firmware/fuzz_firmware 10000000

# libFuzzer over the readers, the engines and the drivers, HOURS in all (docs/fuzzing.md).
HOURS ?= 1
fuzz:
	@scripts/install-deps check
	@scripts/install-deps fuzz
	cmake --preset fuzz >/dev/null
	cmake --build --preset fuzz -j$(JOBS) --target fuzz-targets
	scripts/fuzz $(HOURS)

# A kernel with KASAN, lockdep and the like, and a million faults in it. Takes its time.
kernel-debug: deps-check
	@scripts/install-deps kernel
	scripts/kernel-debug

# The fault core as a part of Debian's kernel source.
kernel-tree: deps-check
	@scripts/install-deps kernel
	tests/kernel/tree

# Debian's kernels boot on packaged QEMU, with NVMe, network and virtio behind the IOMMU (docs/linux-results.md).
linux-quick: deps
	@scripts/install-deps qemu
	@scripts/install-deps linux
	scripts/linux-quick

# Shared virtual addressing on arm64, from a process's memory to a device's stalled access and back (docs/linux.md).
linux-sva: deps
	@scripts/install-deps linux
	@scripts/install-deps qemu
	@scripts/install-deps sva
	scripts/linux-sva

# All states of the fault core's model with two devices (docs/fault-core-model.md).
model:
	tests/spin/run

clean:
	rm -rf build
