/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The life of faults in the fault core, for spin. docs/fault-core-model.md
 * says which step stands for which function and what is left out.
 *
 * An atomic block is one section under dev->lock, or one atomic instruction
 * outside of it. Everything between two of them may be interrupted by anybody.
 *
 * Bounds: NDEV devices with NPASID PASIDs, SLOTS group slots each, FAULTS0 and
 * FAULTS1 answers owed by device 0 and 1, WORKERS workers, one owner that
 * answers late by cookie. With REFUSALS, the hardware does not take that many
 * answers when they are first sent.
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef FAULTS0
#define FAULTS0 2
#endif
#ifndef FAULTS1
#define FAULTS1 1
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef REFUSALS
#define REFUSALS 0
#endif
#define NDEV   2
#define NPASID 2
#define NG     (NDEV * SLOTS)
#define NONE   255

/* Attachments: of each PASID the first; and the one that replaces PASID 0's of device 0. Each has its own domain. */
#define NA                (NDEV * NPASID + 1)
#define REPLACEMENT(d)    (NDEV * NPASID + (d))

mtype = { FREE, PARTIAL, PENDING, HANDLING, ANSWERED };
mtype = { ON, CLOSING, OFF };

/* Groups */
mtype gstate[NG] = FREE;
byte gref[NG];      /* references */
byte gatt[NG];      /* attachment; NONE: poisoned */
byte gpasid[NG];
byte ggen[NG];      /* generation of the slot */
byte sent[NG];      /* answers that went to the hardware in this life */
bool listed[NG];    /* in dev->pending */
bool ready[NG];     /* in dev->ready */
byte kept[NG];      /* generation + 1 for which a handler said "later"; 0: none */

/* Attachments and domains */
byte aref[NA];
byte dref[NA];      /* of the attachment's domain */
byte current[NDEV * NPASID]; /* installed attachment, or NONE */

/* Devices */
mtype dstate[NDEV] = ON;
byte vref[NDEV];
byte readers[NDEV]; /* in a lookup */
bool linked[NDEV];
byte sending[NDEV];
bool in_hw[NDEV];    /* it has a record that is not reported yet */

byte refusals = REFUSALS; /* still to come */
bool unsent[NG];          /* in dev->unsent */

byte owed, answered;
byte finished;       /* processes that are done, workers and owner apart */
#define PROCESSES (2 * NDEV)
bool all_done;
bool busy[WORKERS];

/* ---- What is freed must not be used ---- */
inline use_group(g)  { assert(gref[g] > 0 && gstate[g] != FREE) }
inline use_attach(a) { assert(aref[a] > 0 && dref[a] > 0) }
inline use_dev(d)    { assert(vref[d] > 0) }

/*
 * Giving a reference up. Where the code does it after it has left the lock,
 * the model does it at once: whoever relies on somebody else's reference is
 * then found out in any case.
 */
inline attach_put(a)
{
	assert(aref[a] > 0);
	aref[a]--;
	if
	:: aref[a] == 0 -> assert(dref[a] > 0); dref[a]--
	:: else
	fi
}

inline dev_put(d)
{
	assert(vref[d] > 0);
	vref[d]--
}

/* fault_ops.respond: whether the hardware takes an answer */
inline respond(taken)
{
	if
	:: taken = true
#if REFUSALS
	:: refusals > 0 -> refusals--; taken = false
#endif
	fi
}

/* fault_send_response(), and under the lock note_sent(): with the answer goes the reference of the lists; or it waits in dev->unsent. */
inline send_answer(g, n)
{
	use_group(g);
	respond(taken);
	if
	:: taken ->
		sent[g]++;
		assert(sent[g] == 1);
		answered++;
		put_group_locked(g, n, last)
	:: else ->
		unsent[g] = true;
		put_group_locked(g, n - 1, last)
	fi;
	taken = false
}

/* claim(): the compare-and-swap. */
inline claim(g, won)
{
	atomic {
		use_group(g);
		use_dev(d);
		assert(gatt[g] == NONE || (aref[gatt[g]] > 0 && dref[gatt[g]] > 0));
#ifdef MUTATE_NO_STATE_CHECK
		won = true; gstate[g] = ANSWERED
#else
		if
		:: gstate[g] == PENDING || gstate[g] == HANDLING -> won = true; gstate[g] = ANSWERED
		:: else -> won = false
		fi
#endif
	}
}

/* fault_group_recycle(), under the lock by the last reference */
inline recycle(g)
{
	assert(sent[g] == 1 && !listed[g] && !ready[g]);
	gstate[g] = FREE;
	ggen[g] = (ggen[g] + 1) % 4;
	kept[g] = 0
}

/* Two of them at most; under the lock. */
inline put_group_locked(g, n, last)
{
#ifdef MUTATE_FREE_EARLY
	gref[g] = 0;
#else
	assert(gref[g] >= (n));
	gref[g] = gref[g] - (n);
#endif
	last = (gref[g] == 0 && gstate[g] != FREE);
	if
	:: last -> recycle(g)
	:: else
	fi
}

/* What is given up after the lock. */
inline put_rest(d, a, last)
{
	if
#ifndef MUTATE_NO_ATTACH_REFERENCE
	:: last && a != NONE -> attach_put(a)
#endif
	:: else
	fi;
	if
	:: last -> dev_put(d)
	:: else
	fi;
	last = false
}

/* fault_group_answer(): the caller holds n - 1 references of its own, which are given up. */
inline answer_group(d, g, n)
{
	claim(g, won);
	if
	:: won ->
		atomic {
			a = gatt[g];
			listed[g] = false;
			ready[g] = false;
			send_answer(g, n);
			put_rest(d, a, last)
		}
	:: else ->
		/* Too late: nothing but the own reference. */
		atomic {
			a = gatt[g];
			put_group_locked(g, n - 1, last);
			put_rest(d, a, last)
		}
	fi
}

/* fault_claim_pending() and fault_poison_partials() of one attachment, or (NONE) of all; under the lock */
inline collect(d, att)
{
	i = 0;
	do
	:: i < SLOTS ->
		g = d * SLOTS + i;
		if
		:: listed[g] && (att == NONE || gatt[g] == att) && (gstate[g] == PENDING || gstate[g] == HANDLING) ->
			gstate[g] = ANSWERED;
			listed[g] = false;
			ready[g] = false;
			sending[d]++;
			mine[i] = true
		:: gstate[g] == PARTIAL && (att == NONE || gatt[g] == att) ->
			gatt[g] = NONE
		:: else
		fi;
		i++
	:: else -> break
	od;
	i = 0;
	g = 0
}

/* fault_send_claimed() */
inline answer_collected(d)
{
	do
	:: atomic {
		(mine[0] || mine[SLOTS - 1]) ->
			if
			:: mine[0] -> i = 0
			:: else -> i = SLOTS - 1
			fi;
			g = d * SLOTS + i;
			a = gatt[g];
			sending[d]--;
			send_answer(g, 1);
			put_rest(d, a, last);
			mine[i] = false;
			g = 0;
			a = 0;
			i = 0
	   }
	:: atomic { !mine[0] && !mine[SLOTS - 1] -> break }
	od
}

/* keep_answer(): in a slot of its own, or the driver comes again; under the lock */
inline keep(d, p, stray)
{
	g = NONE;
	i = 0;
	do
	:: i < SLOTS && g == NONE && !stray ->
		if
		:: gstate[d * SLOTS + i] == FREE -> g = d * SLOTS + i
		:: else
		fi;
		i++
	:: else -> break
	od;
	if
	:: g != NONE ->
		gstate[g] = ANSWERED;
		gref[g] = 1;
		gatt[g] = NONE;
		gpasid[g] = p;
		sent[g] = 0;
		unsent[g] = true;
		vref[d]++;
		in_hw[d] = false
	:: else
	fi;
	g = 0;
	i = 0
}

/* ---- A driver's interrupt thread: lookup, report ---- */

/* One request; answer at once or queue it. */
inline report(d, p, is_last)
{
	/* fault_dev_lookup() */
	atomic { readers[d]++; found = linked[d] };
	atomic {
		if
		:: found && vref[d] > 0 -> vref[d]++
		:: else -> found = false
		fi;
		readers[d]--
	};
	if
	:: !found -> /* an orphan is terminated; with -EAGAIN the driver comes again */
		atomic {
			if
			:: is_last ->
				respond(taken);
				if
				:: taken -> answered++; in_hw[d] = false
				:: else
				fi;
				taken = false
			:: else
			fi
		}
	:: else ->
		atomic {
			use_dev(d);
			at_once = false;
			/* find_partial() */
			g = NONE;
			i = 0;
			do
			:: i < SLOTS ->
				if
				:: gstate[d * SLOTS + i] == PARTIAL && gpasid[d * SLOTS + i] == p -> g = d * SLOTS + i
				:: else
				fi;
				i++
			:: else -> break
			od;
			a = current[d * NPASID + p];
			/* fault_group_new() */
			if
			:: g == NONE && dstate[d] == ON && a != NONE ->
				i = 0;
				do
				:: i < SLOTS && g == NONE ->
					if
					:: gstate[d * SLOTS + i] == FREE -> g = d * SLOTS + i
					:: else
					fi;
					i++
				:: else -> break
				od;
				if
				:: g != NONE ->
					gstate[g] = PARTIAL;
					gref[g] = 1;
					gatt[g] = a;
					gpasid[g] = p;
					sent[g] = 0;
					vref[d]++
				:: else
				fi
			:: else
			fi;
			if
			:: !is_last
			:: is_last && (g == NONE || gatt[g] == NONE || dstate[d] != ON) ->
				/* No domain, no slot, poisoned, closing: answered at once, never handled. */
				at_once = true;
				stray = (dstate[d] != ON);
				if
#ifdef MUTATE_STRAY_IS_KEPT
				:: true -> stray = false; sending[d]++
#else
				:: !stray -> sending[d]++
				:: else
#endif
				fi;
				if
				:: g != NONE -> gref[g] = 0; gstate[g] = FREE; ggen[g] = (ggen[g] + 1) % 4; vref[d]--
				:: else
				fi
			:: else ->
				/* enqueue() */
				a = gatt[g];
				use_attach(a);
#ifndef MUTATE_NO_ATTACH_REFERENCE
				aref[a]++;
#endif
				gstate[g] = PENDING;
				listed[g] = true;
				ready[g] = true
			fi;
			if
			:: !at_once ->
				dev_put(d);
				if
				:: is_last -> in_hw[d] = false
				:: else
				fi
			:: else
			fi;
			a = 0;
			i = 0;
			g = 0
		};
		if
		:: at_once ->
			atomic {
				use_dev(d);
				respond(taken);
				if
				:: taken -> answered++; in_hw[d] = false
				:: else -> keep(d, p, stray)
				fi;
				if
				:: !stray -> sending[d]--
				:: else
				fi;
				at_once = false;
				stray = false;
				taken = false;
				dev_put(d)
			}
		:: else
		fi
	fi
}

/* Device 0 sends groups of two requests, device 1 of one. Nobody tells the hardware to stop. */
proctype reporter(byte d; byte n)
{
	byte p, g, a, i;
	bool found, at_once, stray, taken;

	do
	:: atomic {
		n > 0 ->
			n--;
			in_hw[d] = true;
			owed++;
			if
			:: p = 0
			:: p = 1
			fi
	   };
	   if
	   :: d == 0 -> report(d, p, false)
	   :: else
	   fi;
#if REFUSALS
	   do
	   :: in_hw[d] -> report(d, p, true)
	   :: else -> break
	   od
#else
	   report(d, p, true)
#endif
	:: atomic { n == 0 -> finished++; break }
	od
}

/* ---- A worker: take, handle, complete ---- */

/* Workers are alike: one takes only while those before it are busy. */
proctype worker(byte w)
{
	byte d, g, a;
	bool won, last, taken;

endidle:
	do
	:: atomic {
		/* take_ready(): any that waits; more choice than the ring of devices has */
		(w == 0 || busy[0]) && (w <= 1 || busy[1]) && (ready[0] || ready[1] || ready[SLOTS] || ready[NG - 1]) ->
		if
		:: ready[0] -> g = 0
		:: ready[1] -> g = 1
		:: ready[SLOTS] -> g = SLOTS
		:: ready[NG - 1] -> g = NG - 1
		fi;
		d = g / SLOTS;
		ready[g] = false;
		if
		:: gstate[g] == PENDING -> gstate[g] = HANDLING; gref[g]++; busy[w] = true
		:: else -> g = NONE
		fi
	   };
	   if
	   :: g == NONE
	   :: else ->
		/* fault_group_handle() uses group, attachment and domain until the very end. */
		if
		:: answer_group(d, g, 2)
		:: atomic {
			/* The handler keeps it; device 0's may. */
			d == 0;
			use_group(g);
			use_attach(gatt[g]);
			kept[g] = ggen[g] + 1
		   };
		   atomic {
			a = gatt[g];
			put_group_locked(g, 1, last);
			put_rest(d, a, last)
		   }
		fi
	   fi;
	   atomic { d = 0; g = 0; a = 0; won = false; last = false; busy[w] = false }
	:: atomic { all_done -> break }
	od
}

/* ---- An owner that answers late, by cookie: fault_core_respond() ---- */

proctype owner()
{
	byte g, d, a, gen;
	bool won, last, taken;

endidle:
	do
	:: atomic {
		/* What it once was told; the slot may be another group's by the time it acts. */
		if
		:: kept[0] > 0 -> g = 0
		:: kept[SLOTS - 1] > 0 -> g = SLOTS - 1
		fi;
		gen = kept[g] - 1;
		kept[g] = 0;
		d = g / SLOTS
	   };
	   atomic {
		/* Under the lock: the generation, and whether it is unanswered. */
#ifdef MUTATE_NO_GENERATION
		won = (gref[g] > 0);
#else
		won = (gref[g] > 0 && gen == ggen[g] && (gstate[g] == PENDING || gstate[g] == HANDLING));
#endif
		if
		:: won -> gref[g]++; assert(gen == ggen[g]) /* it answers what it was told of and nothing else */
		:: else
		fi
	   };
	   if
	   :: won -> answer_group(d, g, 2)
	   :: else
	   fi;
	   atomic { g = 0; d = 0; a = 0; gen = 0; won = false; last = false }
	:: atomic { all_done -> break }
	od
}

/* ---- fault_core_expire(): sends again what the hardware did not take ---- */

#if REFUSALS
/* fault_send_unsent() of one group, in two steps; the caller keeps the device */
inline take_unsent(d, g)
{
	unsent[g] = false;
	sending[d]++
}

inline resend(d, g)
{
	atomic {
		a = gatt[g];
		sending[d]--;
		send_answer(g, 1);
		put_rest(d, a, last)
	}
}

proctype expirer()
{
	byte g, d, a;
	bool last, taken;

endidle:
	do
	:: atomic {
		/* fault_dev_next() finds what is linked */
		if
		:: unsent[0] && linked[0] -> g = 0
		:: unsent[SLOTS - 1] && linked[0] -> g = SLOTS - 1
		:: unsent[SLOTS] && linked[NDEV - 1] -> g = SLOTS
		:: unsent[NG - 1] && linked[NDEV - 1] -> g = NG - 1
		fi;
		d = g / SLOTS;
		vref[d]++
	   };
	   if
	   :: atomic { unsent[g] -> take_unsent(d, g) }; resend(d, g)
	   :: else
	   fi;
	   atomic { dev_put(d); g = 0; d = 0; a = 0; last = false }
	:: atomic { all_done -> break }
	od
}
#endif

/* ---- What happens to a device: replace, detach, off, destroy; domains are freed on the way ---- */

/* replace_attach() and what follows it in replace and detach */
inline exchange(d, p, new_att)
{
	atomic {
		old = current[d * NPASID + p];
		current[d * NPASID + p] = new_att;
		collect(d, old)
	};
	answer_collected(d);
	atomic {
		attach_put(old);
		/* fault_domain_free(): the creator's reference */
		assert(dref[old] > 0);
		dref[old]--;
		old = 0
	}
}

proctype device(byte d)
{
	byte g, a, i, old;
	bool last, taken;
	bool mine[SLOTS];

	/* fault_dev_replace(), of device 0; its hardware queue is not touched. */
	if
	:: d == 0 ->
		atomic { aref[REPLACEMENT(d)] = 1; dref[REPLACEMENT(d)] = 2 };
		exchange(d, 0, REPLACEMENT(d))
	:: else
	fi;
	/* fault_dev_detach() of the other PASID */
	exchange(d, 1, NONE);

	/* fault_off() */
	atomic { dstate[d] = CLOSING };
	/* FAULT_FENCE_REPORTS */
	(!in_hw[d]);
	do
#if REFUSALS
	:: atomic { unsent[d * SLOTS] -> take_unsent(d, d * SLOTS) }; resend(d, d * SLOTS)
	:: atomic { unsent[d * SLOTS + SLOTS - 1] -> take_unsent(d, d * SLOTS + SLOTS - 1) }; resend(d, d * SLOTS + SLOTS - 1)
#endif
	:: atomic {
		/* answer_all(): what was not taken goes first */
		!unsent[d * SLOTS] && !unsent[d * SLOTS + SLOTS - 1] ->
		collect(d, NONE);
		i = 0;
		do
		:: i < SLOTS ->
			if
			:: gstate[d * SLOTS + i] == PARTIAL ->
				gref[d * SLOTS + i] = 0;
				gstate[d * SLOTS + i] = FREE;
				ggen[d * SLOTS + i] = (ggen[d * SLOTS + i] + 1) % 4;
				vref[d]--
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	   };
	   answer_collected(d);
	   /* Answers that others are just sending. */
#ifdef MUTATE_OFF_DOES_NOT_WAIT
	   break
#elif defined(MUTATE_OFF_LOOKS_ONCE)
	   /* All quiet, but for what was not taken: that is sent again, and nobody looks whether others are sending it. */
	   !listed[d * SLOTS] && !listed[d * SLOTS + SLOTS - 1] && sending[d] == 0;
	   if
	   :: atomic { unsent[d * SLOTS] -> take_unsent(d, d * SLOTS) }; resend(d, d * SLOTS)
	   :: atomic { unsent[d * SLOTS + SLOTS - 1] -> take_unsent(d, d * SLOTS + SLOTS - 1) };
		resend(d, d * SLOTS + SLOTS - 1)
	   :: else
	   fi;
	   break
#else
	   if
	   :: atomic {
		!listed[d * SLOTS] && !listed[d * SLOTS + SLOTS - 1] && sending[d] == 0 &&
		!unsent[d * SLOTS] && !unsent[d * SLOTS + SLOTS - 1] -> break
	      }
#if REFUSALS
	   :: unsent[d * SLOTS] || unsent[d * SLOTS + SLOTS - 1]
#endif
	   fi
#endif
	od;
	atomic {
		/* fault_ops.disable: every answer of this device is with the hardware. */
		i = 0;
		do
		:: i < SLOTS ->
			assert(gstate[d * SLOTS + i] == FREE || sent[d * SLOTS + i] == 1);
			i++
		:: else -> break
		od;
		i = 0;
		dstate[d] = OFF
	};
	/* The last PASID's domain goes, too; then the device. Nothing is pending, so it is one step. */
	atomic {
		old = current[d * NPASID];
		current[d * NPASID] = NONE;
		attach_put(old);
		dref[old]--;
		old = 0
	};
	/* fault_dev_destroy(), which never finds it busy */
	atomic {
		assert(sending[d] == 0 && !unsent[d * SLOTS] && !unsent[d * SLOTS + SLOTS - 1]);
		linked[d] = false;
		dev_put(d)
	};
	/* Released: workers and readers have let go. */
	atomic { vref[d] == 0 && readers[d] == 0 -> finished++ }
}

init
{
	byte i;

	atomic {
		i = 0;
		do
		:: i < NDEV * NPASID ->
			aref[i] = 1;
			dref[i] = 2;
			current[i] = i;
			i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NG -> gatt[i] = NONE; i++
		:: else -> break
		od;
		/* Each attachment keeps its device. The model counts the creator's reference only: devices are destroyed
		 * with nothing attached. */
		vref[0] = 1;
		vref[1] = 1;
		linked[0] = true;
		linked[1] = true;
		i = 0;
		do
		:: i < WORKERS -> run worker(i); i++
		:: else -> break
		od;
		run owner();
#if REFUSALS
		run expirer();
#endif
		run reporter(0, FAULTS0);
		run reporter(1, FAULTS1);
		run device(0);
		run device(1)
	};
	/* Everything ends: what waits for ever is an invalid end state. */
	(finished == PROCESSES);
	atomic {
		assert(owed == answered);
		i = 0;
		do
		:: i < NA -> assert(aref[i] == 0 && dref[i] == 0); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < NG -> assert(gstate[i] == FREE); i++
		:: else -> break
		od;
		all_done = true
	}
}
