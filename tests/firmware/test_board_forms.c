// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The forms in which a board comes, PCI functions from lists, and what firmware does not say. */
#include "board_platform.h"
#include "board_read.h"
#include "suite.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOARDS FL_SOURCE_DIR "/tests/firmware/boards/"

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/test-boards-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* A file of the test's own; its path. */
static const char *file(char path[128], const char *name, const char *text)
{
	FILE *out;

	snprintf(path, 128, "%s/%s", dir, name);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	return path;
}

static void shell(const char *fmt, const char *a, const char *b)
{
	char command[1024];

	snprintf(command, sizeof(command), fmt, a, b);
	ck_assert_msg(!system(command), "%s", command);
}

static void must_read(struct board *b, const char *path)
{
	struct board_error err;

	ck_assert_msg(!board_read(b, path, NULL, 0, &err), "%s", err.text);
}

/* The two devices of boards/pager.dts. */
static void is_pager(const struct board *b)
{
	ck_assert_uint_eq(b->n_iommus, 1);
	ck_assert_str_eq(b->iommu[0].at.path, "/iommu@1000");
	ck_assert_int_eq(b->iommu[0].model, BOARD_SMMUV3);
	ck_assert_uint_eq(b->n_masters, 2);
	ck_assert_str_eq(b->master[0].at.path, "/accel@2000");
	ck_assert(b->master[0].can_stall && !b->master[1].can_stall);
	ck_assert_uint_eq(b->master[0].stream[0].id, 0x10);
	ck_assert_uint_eq(b->master[1].stream[0].id, 0x11);
	ck_assert_int_eq(b->master[1].role, BOARD_ROLE_STORAGE);
}

TEST(source_has_lines)
{
	struct board b;

	must_read(&b, BOARDS "pager.dts");
	is_pager(&b);
	/* counted by hand in the file */
	ck_assert_uint_eq(b.iommu[0].at.line, 8);
	ck_assert_uint_eq(b.master[0].at.line, 13);
	ck_assert_uint_eq(b.master[0].stream[0].at.line, 14);
	ck_assert_uint_eq(b.master[1].stream[0].at.line, 18);
	board_free(&b);
}

/* What includes another source: findings stand where the text does, and errors of cpp and dtc too. */
TEST(preprocessed)
{
	struct board_error err;
	struct board b;
	char path[128];

	must_read(&b, BOARDS "included.dts");
	ck_assert_uint_eq(b.n_masters, 3);
	ck_assert_str_eq(b.master[0].at.path, "/pcie@8000");
	ck_assert_str_eq(b.master[0].at.file, BOARDS "soc.dtsi");
	ck_assert_uint_eq(b.master[0].at.line, 10);
	ck_assert_str_eq(b.master[2].at.path, "/mmc@3000");
	ck_assert_ptr_null(b.master[2].at.file);
	ck_assert_uint_eq(b.master[2].at.line, 14);
	ck_assert_uint_eq(b.master[2].stream[0].at.line, 15);
	ck_assert_uint_eq(b.master[2].stream[0].id, 0x11);
	board_free(&b);
	ck_assert_int_eq(
		board_read(&b, file(path, "n.dts", "/dts-v1/;\n#include \"nowhere.dtsi\"\n/ {};\n"), NULL, 0, &err),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "/n.dts:2: cpp: nowhere.dtsi: "));
	ck_assert_int_eq(
		board_read(&b, file(path, "s.dts", "/dts-v1/;\n#define X 1\n/ {\n\ta = <X>\n};\n"), NULL, 0, &err),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "/s.dts:5: dtc: "));
	/* no directive, although it begins like one */
	must_read(&b, file(path, "p.dts", "/dts-v1/;\n/ {\n\t#address-cells = <1>;\n\t#if-cells = <1>;\n};\n"));
	board_free(&b);
}

TEST(blob)
{
	struct board b;
	char path[128];

	snprintf(path, sizeof(path), "%s/b.dtb", dir);
	shell("dtc -q -q -I dts -O dtb -o %s %s", path, BOARDS "pager.dts");
	must_read(&b, path);
	is_pager(&b);
	ck_assert_uint_eq(b.master[0].at.line, 0);
	board_free(&b);
}

/* dtc's own form of a /proc/device-tree; links are none of the tree. */
TEST(folder)
{
	struct board b;
	char path[128], link[160];

	snprintf(path, sizeof(path), "%s/tree", dir);
	mkdir(path, 0755);
	shell("dtc -q -q -I dts -O dtb %s | dtc -q -q -I dtb -O dts >%s/../t.dts", BOARDS "pager.dts", path);
	shell("cd %s && mkdir iommu@1000 accel@2000 mmc@3000 && printf 'test\\0' >compatible && printf "
	      "'arm,smmu-v3\\0' >iommu@1000/compatible && "
	      "printf '\\0\\0\\0\\001' >iommu@1000/#iommu-cells && printf '\\0\\0\\0\\007' >iommu@1000/phandle && "
	      "printf '\\0\\0\\0\\007\\0\\0\\0\\020' >accel@2000/iommus && : >accel@2000/dma-can-stall && "
	      "printf 'accel\\0' >accel@2000/name && printf '\\0\\0\\0\\007\\0\\0\\0\\021' >mmc@3000/iommus%s",
	      path, "");
	snprintf(link, sizeof(link), "%s/loop", path);
	ck_assert_int_eq(symlink(path, link), 0);
	must_read(&b, path);
	is_pager(&b);
	board_free(&b);
}

static const char overlay[] = "/dts-v1/;\n/plugin/;\n&smmu { #iommu-cells = <1>; };\n"
			      "/ { fragment@9 { target-path = \"/mmc@3000\"; __overlay__ { dma-can-stall; }; }; };\n";

TEST(overlays)
{
	char path[128], other[128];
	const char *list[1];
	struct board_error err;
	struct board b;

	list[0] = file(path, "o.dtso", overlay);
	ck_assert_msg(!board_read(&b, BOARDS "pager.dts", list, 1, &err), "%s", err.text);
	ck_assert(b.master[1].can_stall);
	board_free(&b);
	list[0] = file(other, "p.dtso", "/dts-v1/;\n/plugin/;\n&nobody { dma-can-stall; };\n");
	ck_assert_int_eq(board_read(&b, BOARDS "pager.dts", list, 1, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "p.dtso: overlay: "));
	list[0] = file(other, "q.dtso", "/dts-v1/;\n/plugin/;\n&smmu { dma-can-stall };\n");
	ck_assert_int_eq(board_read(&b, BOARDS "pager.dts", list, 1, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "q.dtso:3: dtc: "));
}

/* The same table as bytes, as acpidump's text among other tables, and in a directory of tables. */
TEST(iort_forms)
{
	char path[128], text[256];
	struct board b;

	snprintf(path, sizeof(path), "%s/IORT", dir);
	shell("sed -n 's/^ *[0-9A-F]*: \\(.*\\) \\.*$/\\1/p' %s | tr -d '\\n' | sed 's/\\(..\\) */\\\\\\\\x\\1/g' | "
	      "xargs "
	      "/usr/bin/printf '%%b' >%s",
	      FL_TABLES "/stall-and-storage.txt", path);
	must_read(&b, path);
	ck_assert_uint_eq(b.n_masters, 2);
	ck_assert_str_eq(b.master[0].at.path, "\\_SB.ACC0");
	ck_assert_uint_eq(b.master[0].at.offset, 0x74);
	ck_assert(b.master[0].can_stall);
	ck_assert_uint_eq(b.master[1].stream[0].id, 0x11);
	board_free(&b);
	must_read(&b, dir);
	ck_assert(b.acpi);
	board_free(&b);
	snprintf(text, sizeof(text), "%s/dump", dir);
	shell("{ printf 'APIC @ 0x0000000000000000\\n    0000: 41 50 49 43  APIC\\n\\n'; cat %s; } >%s",
	      FL_TABLES "/stall-and-storage.txt", text);
	must_read(&b, text);
	ck_assert_uint_eq(b.n_masters, 2);
	board_free(&b);
}

/* A property stands where it was written: in its own line of the tree, or in the overlay that set it. */
TEST(places)
{
	char path[128], blob[128];
	const char *list[1];
	struct board_error err;
	struct board b;

	must_read(&b, BOARDS "pager.dts");
	ck_assert_uint_eq(b.master[0].at.line, 13);
	ck_assert_uint_eq(b.master[0].stall_at.line, 15);
	ck_assert_ptr_null(b.master[0].stall_at.file);
	ck_assert_uint_eq(b.master[1].stream[0].at.line, 18);
	board_free(&b);
	list[0] = file(path, "q.dtso",
		       "/dts-v1/;\n/plugin/;\n/ {\n\tfragment@0 {\n\t\ttarget-path = \"/mmc@3000\";\n"
		       "\t\t__overlay__ {\n\t\t\tdma-can-stall;\n\t\t};\n\t};\n};\n");
	ck_assert_msg(!board_read(&b, BOARDS "pager.dts", list, 1, &err), "%s", err.text);
	ck_assert_uint_eq(b.master[1].at.line, 17);
	ck_assert_uint_eq(b.master[1].stall_at.line, 7);
	ck_assert_str_eq(b.master[1].stall_at.file, path);
	board_free(&b);
	snprintf(blob, sizeof(blob), "%s/q.dtbo", dir);
	shell("dtc -q -@ -I dts -O dtb -o %s %s", blob, path);
	list[0] = blob;
	ck_assert_msg(!board_read(&b, BOARDS "pager.dts", list, 1, &err), "%s", err.text);
	ck_assert_uint_eq(b.master[1].stall_at.line, 0);
	ck_assert_str_eq(b.master[1].stall_at.file, blob);
	ck_assert_uint_eq(b.master[1].stream[0].at.line, 18);
	board_free(&b);
}

/* DEN 0049: a named component has a StreamID of its own by a single mapping alone; ranges are for IDs behind it. */
TEST(stall_flag_without_stream)
{
	struct board b;

	must_read(&b, FL_TABLES "/stall-range.txt");
	ck_assert_uint_eq(b.n_masters, 1);
	ck_assert(!b.master[0].can_stall);
	board_free(&b);
	must_read(&b, FL_TABLES "/stall-and-storage.txt");
	ck_assert(b.master[0].can_stall);
	board_free(&b);
}

/* pci-iommu.txt's fourth example has a mask and bases; here: RID & 0xfff8. */
TEST(functions)
{
	char path[128];
	struct board_error err;
	struct board_stream s;
	struct board b;
	u32 n;

	must_read(&b, BOARDS "mask-functions.dts");
	n = b.n_masters;
	ck_assert_int_eq(board_add_bdfs(&b, "00:01.0-00:01.1,0000:02:1f.7", &err), 0);
	ck_assert_uint_eq(b.n_masters, n + 3);
	ck_assert_uint_eq(b.master[n + 2].rid, 0x2ff);
	ck_assert_uint_eq(board_map_rid(&b.master[0], b.master[n + 1].rid, &s), 0);
	ck_assert_uint_eq(s.id, 0x8); /* 00:01.1 is RID 9 */
	ck_assert_uint_eq(board_add_bdf(&b, "00:01.0"), n);
	ck_assert_int_eq(board_add_bdfs(&b, "00:20.0", &err), -EINVAL);
	ck_assert_int_eq(board_add_bdfs(&b, "1", &err), -EINVAL);
	ck_assert_int_eq(board_add_bdfs(&b, "00:02.0-00:01.0", &err), -EINVAL);
	ck_assert_int_eq(board_add_bdfs(&b, "0007:00:01.0", &err), -EINVAL);
	ck_assert_int_eq(board_add_lspci(&b,
					 file(path, "l", "00:01.0 0604: 1b36:000c\n03:00.0 1200: 19e5:a250 (rev 21)\n"),
					 &err),
			 0);
	ck_assert_uint_eq(b.n_masters, n + 4);
	ck_assert(b.master[n + 3].amba && !b.master[n].amba);
	ck_assert_int_eq(board_add_lspci(&b, file(path, "m", "00:01.0 0604: 1b36:000c\nnonsense\n"), &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "/m:2: "));
	board_free(&b);
}

/* iort_id_map(): the last ID of a range whose count is too large by one is the next range's, where one begins with it. */
TEST(last_id_of_a_range)
{
	struct board_stream st;
	struct board b;

	must_read(&b, FL_TABLES "/off-by-one.txt");
	ck_assert_uint_eq(board_map_rid(&b.master[0], b.master[0].map[1].rid, &st), 1);
	ck_assert_uint_eq(st.id, b.master[0].map[1].id);
	ck_assert_uint_eq(board_map_rid(&b.master[0], b.master[0].map[1].rid - 1, &st), 0);
	board_free(&b);
}

/* PCI Code and ID Assignment: 0108 NVMe, 0300 VGA, 0302 3D, 0403 HD audio, 0200 Ethernet, 1200 accelerator, 0604 bridge. */
TEST(class_codes)
{
	static const enum board_role roles[] = { BOARD_ROLE_STORAGE, BOARD_ROLE_DISPLAY, BOARD_ROLE_GPU,
						 BOARD_ROLE_AUDIO,   BOARD_ROLE_NETWORK, BOARD_ROLE_OTHER };
	struct board_error err;
	char path[128];
	struct board b;
	u32 n, i;

	must_read(&b, BOARDS "mask-functions.dts");
	n = b.n_masters;
	file(path, "l",
	     "00:01.0 0108: 144d:a808\n00:02.0 0300: 10de:1\n00:03.0 0302: 10de:2\n00:04.0 0403: 8086:3\n"
	     "00:05.0 0200: 8086:4\n00:06.0 1200: 19e5:5\n00:07.0 0604: 1b36:6\n");
	ck_assert_msg(!board_add_lspci(&b, path, &err), "%s", err.text);
	ck_assert_uint_eq(b.n_masters, n + 7);
	for (i = 0; i < ARRAY_SIZE(roles); i++)
		ck_assert_int_eq(b.master[n + i].role, roles[i]);
	ck_assert(b.master[n + 6].bridge && !b.master[n].bridge);
	board_free(&b);
}

static void refused(const char *text, const char *reason)
{
	struct board_error err;
	struct board b;
	char path[128];

	must_read(&b, BOARDS "pager.dts");
	ck_assert_int_eq(board_platform(&b, file(path, "p.yaml", text), &err), -EINVAL);
	ck_assert_msg(strstr(err.text, reason) != NULL, "%s", err.text);
	board_free(&b);
}

TEST(bad_platforms)
{
	refused("iommus:\n- path: /nobody\n  stall: both\n", "there is no IOMMU '/nobody'");
	refused("masters:\n- path: /accel@2000\n  outstanding: many\n", "'many' is no number");
	refused("masters:\n- path: /accel@2000\n  role: king\n", "'king' is not");
	refused("masters:\n- path: /accel@2000\n  colour: red\n", "colour");
	refused("tbus:\n- name: a\n  iommu: /iommu@1000\n  masters: [/nobody]\n", "there is no device '/nobody'");
	refused("tbus:\n- name: a\n  iommu: /iommu@1000\n- name: a\n  iommu: /iommu@1000\n", "twice");
	refused("inputs:\n- name: a\n  masters: [/nobody]\n", "input a: there is no device '/nobody'");
	refused("inputs:\n- name: a\n  slots: few\n  masters: [/mmc@3000]\n", "'few' is no number");
	refused("tbus:\n- name: a\n  iommu: /iommu@1000\n  input: 4\ninputs:\n- name: a\n  masters: []\n",
		"input a: it is there twice");
	refused("fault_p999_ns: -1\n", "'-1' is no number");
	refused("iommus:\n- path: /iommu@1000\n  stall_max: 0\n", "stall_max: '0' is no number from 1");
	refused("masters:\n- path: /accel@2000\n  outstanding: 0\n", "outstanding: '0' is no number from 1");
	refused("masters:\n- path: /mmc@3000\n  outstanding: 1\n- path: /mmc@3000\n", "masters has '/mmc@3000' twice");
	refused("workers: 010\n", "workers: '010' is no number");
	refused("workers: 0\n", "workers: '0' is no number from 1 to 32");
	refused("tbus:\n- name: a\n  iommu: /iommu@1000\n  slots: 0\n", "slots: '0' is no number from 1");
	refused("tbus:\n- name: a\n  iommu: /iommu@1000\n  masters: [/accel@2000]\n"
		"- name: c\n  iommu: /iommu@1000\n  masters: [/mmc@3000, /accel@2000]\n",
		"tbu c: /accel@2000 is in the list of tbu a, too");
	refused("inputs:\n- name: a\n  masters: [/accel@2000]\n- name: c\n  masters: [/accel@2000]\n",
		"input c: /accel@2000 is in the list of input a, too");
	refused("", "empty");
}

/* A device is behind a TBU of an SMMU that its DMA passes, in a platform file and with --move. */
TEST(tbu_of_another_smmu)
{
	static const struct board_change first = { BOARD_MOVE, "/accel@2000=a" },
					 second = { BOARD_MOVE, "/mmc@3000=a" };
	struct board_error err;
	struct board b;
	char path[128];

	must_read(&b, BOARDS "pager-other-smmu.dts");
	file(path, "p.yaml", "tbus:\n- name: t0\n  iommu: /iommu@1000\n  masters: [/accel@2000, /mmc@3000]\n");
	ck_assert_int_eq(board_platform(&b, path, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "tbu t0: /mmc@3000 is not behind /iommu@1000") != NULL, "%s", err.text);
	board_free(&b);
	must_read(&b, BOARDS "pager-other-smmu.dts");
	ck_assert_int_eq(board_change(&b, &first, &err), 0);
	ck_assert_int_eq(board_change(&b, &second, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "/mmc@3000 is not behind /iommu@1000") != NULL, "%s", err.text);
	board_free(&b);
}

/* A buffer of a TBU is shared by all behind it; a TBU that has a node takes what a platform file adds. */
TEST(inputs_and_tbus)
{
	const struct board_change leave = { BOARD_MOVE, "/mmc@3000=own" }, less = { BOARD_SET, "in:slots=2" };
	struct board_error err;
	struct board b;
	char path[128];

	must_read(&b, BOARDS "pager.dts");
	file(path, "p.yaml",
	     "tbus:\n- name: in\n  iommu: /iommu@1000\n  input: 8\n  masters: [/accel@2000, /mmc@3000]\n");
	ck_assert_msg(!board_platform(&b, path, &err), "%s", err.text);
	ck_assert_uint_eq(b.n_inputs, 1);
	ck_assert_uint_eq(b.input[0].slots, 8);
	ck_assert(!b.master[0].input && !b.master[1].input);
	ck_assert_int_eq(board_change(&b, &leave, &err), 0);
	ck_assert_uint_eq(b.master[1].input, BOARD_NONE);
	ck_assert_int_eq(board_change(&b, &less, &err), 0);
	ck_assert_uint_eq(b.tbu[0].slots, 2); /* a TBU goes before a buffer of its name */
	board_free(&b);
	must_read(&b, BOARDS "tbu-nodes.dts");
	ck_assert_uint_eq(b.n_tbus, 2);
	ck_assert_str_eq(b.tbu[b.master[0].tbu].name, "/tbu@6000");
	ck_assert_str_eq(b.tbu[b.master[1].tbu].name, "/tbu@6400");
	file(path, "q.yaml", "tbus:\n- name: /tbu@6000\n  iommu: /iommu@1000\n  slots: 48\n  masters: [/mmc@3000]\n");
	ck_assert_msg(!board_platform(&b, path, &err), "%s", err.text);
	ck_assert_uint_eq(b.n_tbus, 2);
	ck_assert_uint_eq(b.tbu[0].slots, 48);
	ck_assert_uint_eq(b.master[1].tbu, b.master[0].tbu);
	ck_assert_int_eq(board_platform(&b, path, &err), -EINVAL);
	board_free(&b);
}

TEST(changes)
{
	static const struct board_change good[] = {
		{ BOARD_MOVE, "/mmc@3000=own" },	  { BOARD_SET, "own:slots=4" },
		{ BOARD_SET, "/iommu@1000:stall_max=8" }, { BOARD_SET, "/accel@2000:outstanding=2" },
		{ BOARD_SET, "fault_p999_ns=1000" },	  { BOARD_TERMINATE, "/accel@2000" },
		{ BOARD_WITHOUT, "/mmc@3000" },
	};
	static const struct board_change bad[] = {
		{ BOARD_MOVE, "/nobody=own" }, { BOARD_MOVE, "/mmc@3000=" },	   { BOARD_MOVE, "/mmc@3000" },
		{ BOARD_SET, "x=1" },	       { BOARD_SET, "/mmc@3000:slots=1" }, { BOARD_TERMINATE, "/nobody" },
		{ BOARD_SET, "own:slots=0" },  { BOARD_SET, "workers=0" },
	};
	struct board_error err;
	struct board b, copy;
	u32 i;

	must_read(&b, BOARDS "pager.dts");
	ck_assert_int_eq(board_copy(&copy, &b), 0);
	for (i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_msg(!board_change(&copy, &good[i], &err), "%s", err.text);
	ck_assert_str_eq(copy.tbu[copy.master[1].tbu].name, "own");
	ck_assert_uint_eq(copy.tbu[0].slots, 4);
	ck_assert_uint_eq(copy.iommu[0].stall_max, 8);
	ck_assert_uint_eq(copy.master[0].outstanding, 2);
	ck_assert_uint_eq(copy.fault_p999_ns, 1000);
	ck_assert(!copy.master[0].can_stall && !copy.master[1].enabled);
	is_pager(&b);
	ck_assert_uint_eq(b.n_tbus, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(board_change(&copy, &bad[i], &err), -EINVAL);
	board_free(&copy);
	board_free(&b);
}

SUITE_WITH("board forms", setup, teardown)
