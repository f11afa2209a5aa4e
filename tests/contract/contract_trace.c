// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "contract_trace.h"
#include "dmat.h"
#include "points.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACCESSES  1000
#define MAX_STEPS 20000

static void die(const char *what)
{
	fprintf(stderr, "contract: %s\n", what);
	exit(1);
}

/* ---- the trace ---- */

struct trace {
	char engine[16];
	u32 n;
	struct ct_access access[ACCESSES];
};

/* Streams in order of appearance, onto those of the test that fault as its engine does: 2 and 3 of VT-d have PRI. */
static u32 stream_of(const struct ct_engine *e, u32 sid, u32 *seen, u32 *n)
{
	u32 first = e == &ct_vtd ? 2 : 0, i;

	for (i = 0; i < *n && seen[i] != sid; i++)
		;
	if (i == *n) {
		fl_assert(*n < 16);
		seen[(*n)++] = sid;
	}
	return first + i % 2;
}

static void load(struct trace *t, const struct ct_engine *e, const char *file)
{
	static struct dmat_error err;
	struct dmat_reader *reader;
	struct dmat_record rec;
	u32 seen[16], n_seen = 0;

	memset(t, 0, sizeof(*t));
	strcpy(t->engine, e->cls->name);
	if (dmat_reader_open(&reader, file, 0, &err))
		die(err.reason);
	while (t->n < ACCESSES && dmat_read(reader, &rec) == 1) {
		if (rec.kind != DMAT_ACCESS)
			continue;
		t->access[t->n++] = (struct ct_access){
			.sid = stream_of(e, rec.sid, seen, &n_seen),
			.iova = rec.iova & 0xffffffffffffULL,
			.flags = (rec.flags & DMAT_F_R ? 0 : DMA_WRITE) | (e == &ct_vtd ? DMA_ATS_REQ : 0),
		};
	}
	dmat_reader_close(reader);
	if (t->n < ACCESSES)
		die("the trace is too short");
}

/* ---- a simulation that can be copied ---- */

struct saved {
	struct ct_state *s;
	struct iommu_image img;
};

static void save(struct ct *c, struct saved *to)
{
	to->s = malloc(sizeof(*to->s));
	if (!to->s)
		die("no memory");
	memcpy(to->s, &c->s, offsetof(struct ct_state, mem) + c->s.used);
	image_to_save(&to->img);
	if (c->cls.save(c->hw, &to->img))
		die("save fails");
}

static void forget(struct saved *s)
{
	free(s->s);
	image_free(&s->img);
}

/* Into @c, whatever it was before. */
static void restore(struct ct *c, const struct saved *from)
{
	struct iommu_image in;

	c->spare_call = true;
	c->cls.reset(c->hw);
	c->spare_call = false;
	memcpy(&c->s, from->s, offsetof(struct ct_state, mem) + from->s->used);
	image_to_load(&in, from->img.bytes, from->img.len);
	c->call = CALL_RESTORE;
	if (c->cls.restore(c->hw, &in))
		die("restore fails");
	c->call = CALL_NONE;
}

static struct ct *start(const struct ct_engine *e)
{
	struct ct *c = ct_new(e, 0, 0);

	c->s.trace = true;
	return c;
}

static bool done(const struct ct *c, const struct trace *t)
{
	return c->s.trace_at == t->n && ct_count(c, CT_IDLE) == CT_TXNS;
}

/* To the end. False: c->why. */
static bool go_on(struct ct *c, const struct trace *t)
{
	while (!done(c, t)) {
		if (c->s.step > MAX_STEPS)
			ct_fail(c, "the trace does not end");
		if (!ct_trace_step(c, t->access, t->n))
			return false;
	}
	return ct_quiesce(c);
}

/* What software and devices can see of the end, and the engine's whole state. */
static const char *differs(struct ct *c, const struct saved *end)
{
	const struct ct_state *want = end->s;
	struct iommu_image img;
	const char *what = NULL;

	if (c->s.n_log != want->n_log || memcmp(c->s.log, want->log, sizeof(want->log)))
		return "outcomes";
	if (c->s.used != want->used || memcmp(c->s.mem, want->mem, want->used))
		return "memory";
	if (memcmp(c->s.irq, want->irq, sizeof(want->irq)))
		return "interrupt lines";
	if (memcmp(&c->s, want, offsetof(struct ct_state, mem)))
		return "accounts";
	image_to_save(&img);
	if (c->cls.save(c->hw, &img) || img.len != end->img.len || memcmp(img.bytes, end->img.bytes, img.len))
		what = "engine";
	image_free(&img);
	return what;
}

static u64 registers(struct ct *c)
{
	u64 digest = 0;
	u32 i, at;

	for (i = 0; i < 4; i++)
		for (at = c->e->regs[i][0]; at < c->e->regs[i][1]; at += 4) {
			u32 value = (u32)ct_read(c, at, 4);

			digest = image_digest(digest, &value, 4);
		}
	return digest;
}

/* Of an engine that was never used. */
static u64 registers_of_new(struct ct *c)
{
	void *used = c->hw;
	u64 digest;

	c->hw = calloc(1, c->e->hw_bytes);
	if (!c->hw || c->e->init(c->hw, &c->ops, c, c->s.seed))
		die("no engine");
	digest = registers(c);
	c->e->exit(c->hw);
	free(c->hw);
	c->hw = used;
	return digest;
}

/* ---- the three interruptions ---- */

/* On to the next point that counts, if @c is not at one. */
static bool passes(struct ct *c, const struct trace *t)
{
	if (c->s.step % POINTS == 0)
		return false;
	if (!ct_trace_step(c, t->access, t->n))
		die(c->why);
	return true;
}

/* Every point: a copy goes on in another engine. @steps: of the undisturbed run. */
static u32 save_everywhere(const struct trace *t, const struct ct_engine *e, u64 regs, const struct saved *end)
{
	struct ct *c = start(e), *other = start(e);
	u32 points = 0;

	while (!done(c, t)) {
		struct saved now;
		const char *what;

		if (passes(c, t))
			continue;
		save(c, &now);
		restore(other, &now);
		forget(&now);
		if (!go_on(other, t))
			die(other->why);
		what = differs(other, end);
		if (what || registers(other) != regs) {
			fprintf(stderr, "contract: restored at step %llu: other %s\n", c->s.step,
				what ? what : "registers");
			exit(1);
		}
		points++;
		if (!ct_trace_step(c, t->access, t->n))
			die(c->why);
	}
	ct_free(other);
	ct_free(c);
	return points;
}

/* Every point: the hardware is reset and set up again, and the trace still ends. */
static u32 reset_everywhere(const struct trace *t, const struct ct_engine *e)
{
	struct ct *c = start(e), *other = start(e);
	u64 power_on;
	u32 points = 0, n;

	power_on = registers_of_new(other);
	while (!done(c, t)) {
		struct saved now;

		if (passes(c, t))
			continue;
		save(c, &now);
		restore(other, &now);
		forget(&now);
		ct_reset(other);
		if (registers(other) != power_on)
			ct_fail(other, "registers after a reset are not those after power-on");
		ct_bring_up(other);
		if (other->why[0] || !go_on(other, t))
			die(other->why);
		for (n = 0; n < other->s.n_log; n++)
			if ((other->s.log[n][0] & 0xff) != XLAT_OK)
				die("an access is lost in a reset");
		if (other->s.n_log != t->n)
			die("an access does not end exactly once over a reset");
		points++;
		if (!ct_trace_step(c, t->access, t->n))
			die(c->why);
	}
	ct_free(other);
	ct_free(c);
	return points;
}

/* ---- another process ---- */

static void put_file(FILE *f, const void *bytes, size_t len)
{
	if (fwrite(bytes, 1, len, f) != len)
		die("cannot write");
}

static void get_file(FILE *f, void *bytes, size_t len)
{
	if (fread(bytes, 1, len, f) != len)
		die("cannot read");
}

static void write_simulation(struct ct *c, const struct trace *t, const char *path)
{
	FILE *f = fopen(path, "wb");
	struct saved s;

	if (!f)
		die(path);
	save(c, &s);
	put_file(f, t, sizeof(*t));
	put_file(f, &s.img.len, sizeof(s.img.len));
	put_file(f, s.img.bytes, s.img.len);
	put_file(f, s.s, offsetof(struct ct_state, mem) + s.s->used);
	forget(&s);
	if (fclose(f))
		die(path);
}

int ct_resume_main(const struct ct_engine *const *engines, size_t n, const char *in, const char *out)
{
	struct trace *t = calloc(1, sizeof(*t));
	struct saved s = { .s = calloc(1, sizeof(*s.s)) };
	FILE *f = fopen(in, "rb");
	struct ct *c = NULL;
	size_t i;

	if (!f || !t || !s.s)
		die(in);
	get_file(f, t, sizeof(*t));
	get_file(f, &s.img.len, sizeof(s.img.len));
	s.img.bytes = malloc(s.img.len);
	get_file(f, s.img.bytes, s.img.len);
	get_file(f, s.s, offsetof(struct ct_state, mem));
	get_file(f, s.s->mem, s.s->used);
	fclose(f);
	for (i = 0; i < n; i++)
		if (!strcmp(t->engine, engines[i]->cls->name))
			c = start(engines[i]);
	if (!c)
		die("no such engine");
	restore(c, &s);
	forget(&s);
	if (!go_on(c, t))
		die(c->why);
	write_simulation(c, t, out);
	ct_free(c);
	free(t);
	return 0;
}

/* As deep in a storm of faults as the trace gets: stalled or paged transactions, and some that wait for a slot. */
static u32 depth(const struct ct *c)
{
	return ct_count(c, CT_STALLED) + ct_count(c, CT_PAGED) + ct_count(c, CT_WAITING) * 4 + c->s.n_inv + c->s.n_wait;
}

static void run_self(const char *self, char *in, char *out)
{
	char *const argv[] = { (char *)self, "--resume", in, out, NULL };
	int status;
	pid_t pid = fork();

	if (!pid) {
		execv(self, argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		die("the other process fails");
}

static bool same_files(const char *a, const char *b)
{
	FILE *fa = fopen(a, "rb"), *fb = fopen(b, "rb");
	int x, y;

	if (!fa || !fb)
		die("no result");
	do {
		x = getc(fa);
		y = getc(fb);
	} while (x == y && x != EOF);
	fclose(fa);
	fclose(fb);
	return x == y;
}

static void resume_elsewhere(const struct trace *t, const struct ct_engine *e, const char *self)
{
	char dir[] = "/tmp/contractXXXXXX", in[64], out[64], here[64];
	struct ct *c = start(e);
	u32 deepest = 0;

	if (!mkdtemp(dir))
		die(dir);
	snprintf(in, sizeof(in), "%s/middle", dir);
	snprintf(out, sizeof(out), "%s/end", dir);
	snprintf(here, sizeof(here), "%s/here", dir);
	while (!done(c, t)) {
		if (depth(c) > deepest) {
			deepest = depth(c);
			write_simulation(c, t, in);
		}
		if (!ct_trace_step(c, t->access, t->n))
			die(c->why);
	}
	if (!ct_quiesce(c))
		die(c->why);
	write_simulation(c, t, here);
	ct_free(c);
	run_self(self, in, out);
	if (!same_files(here, out))
		die("the restored process has another end");
	printf("  in a new process, from a storm of depth %u: the same end\n", deepest);
	unlink(in);
	unlink(out);
	unlink(here);
	rmdir(dir);
}

int ct_trace_main(const struct ct_engine *e, const char *file, const char *self)
{
	struct trace *t = calloc(1, sizeof(*t));
	struct saved end;
	struct ct *c;
	u64 regs;
	u32 points;

	if (!t)
		die("no memory");
	load(t, e, file);
	c = start(e);
	if (!go_on(c, t))
		die(c->why);
	regs = registers(c);
	printf("%s: %u accesses in %llu steps, %llu stalls, %llu waits, %llu responses, %llu syncs\n", e->cls->name,
	       t->n, c->s.step, c->s.counts[CT_N_STALLS], c->s.counts[CT_N_WAITS], c->s.counts[CT_N_RESPONSES],
	       c->s.counts[CT_N_SYNCS]);
	save(c, &end);
	ct_free(c);
	resume_elsewhere(t, e, self);
	points = save_everywhere(t, e, regs, &end);
	printf("  saved and restored at %u points: the same end\n", points);
	points = reset_everywhere(t, e);
	printf("  reset at %u points: every access ends once\n", points);
	forget(&end);
	free(t);
	return 0;
}
