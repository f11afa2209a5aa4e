// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a GPU tells of a replay, for people. */
#include "replay.h"
#include "report_table.h"

static u64 number(const json_t *o, const char *key)
{
	return (u64)json_integer_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void print_events(const json_t *gpu, FILE *out)
{
	const json_t *cp = json_object_get(gpu, "command_processor"), *hangs = json_object_get(gpu, "hangs");
	const json_t *dog = json_object_get(gpu, "watchdog");
	char ns[REPORT_NS];

	fprintf(out, "\nGPU: %llu jobs, %llu done, %llu lost\n", number(gpu, "jobs"), number(gpu, "jobs_done"),
		number(gpu, "jobs_lost"));
	if (number(cp, "crashes"))
		fprintf(out, "command processor    crashed after %s at %s: %s, word %s\n",
			report_ns(number(cp, "first_ns"), ns), text(cp, "address"), text(cp, "reason"),
			text(cp, "word"));
	if (number(hangs, "count"))
		fprintf(out, "hangs                %llu, the first found after %s\n", number(hangs, "count"),
			report_ns(number(hangs, "first_ns"), ns));
	if (number(dog, "fired"))
		fprintf(out, "watchdog             fired %llu times, first after %s\n", number(dog, "fired"),
			report_ns(number(dog, "first_ns"), ns));
}

static void print_engines(const json_t *gpu, FILE *out)
{
	static const char *const counts[] = { "accesses",      "faults",
					      "garbage_reads", "garbage_reads_beside_a_fault",
					      "lost_writes",   "bus_errors",
					      "held" };
	struct report_table t = REPORT_TABLE("engine", ">accesses", ">faults", ">garbage", ">beside a fault",
					     ">lost writes", ">bus errors", ">held", ">held for", ">longest");
	const json_t *e;
	char ns[REPORT_NS];
	size_t i, k;

	json_array_foreach(json_object_get(gpu, "engines"), i, e) {
		report_table_cell(&t, "%s", text(e, "engine"));
		for (k = 0; k < ARRAY_SIZE(counts); k++)
			report_table_cell(&t, "%llu", number(e, counts[k]));
		report_table_cell(&t, "%s", report_ns(number(e, "held_ns"), ns));
		report_table_cell(&t, "%s", report_ns(number(e, "longest_ns"), ns));
	}
	report_table_print(&t, out);
}

static void print_dump(const json_t *d, FILE *out)
{
	const json_t *cp = json_object_get(d, "command_processor"), *e;
	char at[REPORT_NS], still[REPORT_NS];
	size_t i;

	fprintf(out, "\ndump at %s: %s of %s by sid %s, nothing has moved for %s\n",
		report_ns(number(d, "time_ns"), at), text(d, "fault_access"), text(d, "fault_iova"),
		text(d, "fault_sid"), report_ns(number(d, "still_for_ns"), still));
	fprintf(out, "  command processor %s, next packet %s, fetched up to %s\n", text(cp, "state"),
		text(cp, "read_pointer"), text(cp, "fetch_pointer"));
	json_array_foreach(json_object_get(d, "engines"), i, e) {
		const json_t *first = json_array_get(json_object_get(e, "iova"), 0);

		fprintf(out, "  %-11s %llu outstanding, %llu held", text(e, "engine"), number(e, "outstanding"),
			number(e, "held"));
		if (first)
			fprintf(out, ", the oldest at %s", json_string_value(first));
		fputc('\n', out);
	}
}

void replay_account_table(const json_t *account, FILE *out)
{
	const json_t *gpu = json_object_get(account, "gpu"), *smmu = json_object_get(account, "smmu"), *d;
	size_t i;

	if (!gpu)
		return;
	print_events(gpu, out);
	fprintf(out, "interrupts           %llu\n\n", number(smmu, "interrupts"));
	print_engines(gpu, out);
	json_array_foreach(json_object_get(gpu, "dumps"), i, d)
		print_dump(d, out);
}
