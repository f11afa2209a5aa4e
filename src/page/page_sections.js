// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The sections of the page; each is there if its data are.

const main = document.getElementById('main');

// A result that is not as this program writes it costs its section, not the page.
function section(id, title, make) {
	let children = [];
	try {
		children = [make()].flat(9).filter(c => c);
	} catch (e) {
		console.error(title + ': ' + e.message);
		children = [el('p', { class: 'note' }, 'The result is not as expected here: ' + e.message)];
	}
	if (!children.length)
		return;
	document.getElementById('contents').append(el('li', {}, el('a', { href: '#' + id }, title)));
	main.append(el('section', { id, 'aria-labelledby': id + '-h' }, el('h2', { id: id + '-h' }, title), children));
}

const note = text => el('p', { class: 'note' }, text);
const label = run => [run.label];
// A heading with the colour of the run.
const column = run => many ? [swatch(run.color), ' ', run.label] : run.label;
const many = runs.length > 1;

// ---- what it says ----

// Of each pair of columns the sentence, and then the account; of accesses only where there is a sentence, or no fault.
function pairs(d) {
	const same = (r, p) => ['of', 'with', 'against'].every(k => r[k] === p[k]);
	let faults = false;
	return (d.owners || []).map(p => {
		const why = (d.reasons || []).find(r => same(r, p)), shown = p.of === 'fault' || why || !faults;
		faults = p.of === 'fault';
		return !shown ? null : why ? { text: why.text, account: p.text } : { text: p.text };
	}).concat(d.owners ? [] : d.reasons || []);
}

function sentences() {
	const list = [];
	for (const file of files) {
		if (file.kind === 'compare')
			list.push(...pairs(file.data));
		else if (file.kind === 'replay')
			list.push(...(file.data.why || []).map(w => (many ? runs.find(r => r.file === file).label + ': ' : '') + w.text));
		else
			list.push(...verdicts(file).map(t => files.length > 1 && !file.data.keys ? `${studied(file)}: ${t}` : t));
	}
	return list.map(t => typeof t === 'string' ? { text: t } : t).filter(t => t && t.text);
}

function tiles(run) {
	const r = run.result, p = run.path;
	const tile = (name, ...v) => v.some(x => x !== '') ? el('div', {}, el('dt', {}, name), el('dd', {}, v)) : null;
	return el('dl', { class: 'tiles' },
		tile('accesses', count(r, 'accesses', p)), tile('faults', count(r.faults, 'total', p + '/faults')),
		tile('waited', count(r.latency_ns, 'count', p + '/latency_ns')), tile('fault, mean', ns(r.latency_ns, 'mean', p + '/latency_ns')), tile('fault, 99 %', ns(r.latency_ns, 'p99', p + '/latency_ns')),
		tile('access, mean', ns(r.access_latency_ns, 'mean', p + '/access_latency_ns')),
		tile('whole trace', ns(r, 'duration_ns', p)), tile('aborted', count(r, 'aborted', p)));
}

function runsTable() {
	const head = ['accesses', 'faults', 'aborted', 'waited', 'fault, mean', 'p50', 'p99', 'max', 'access, mean', 'whole trace'];
	const kept = runs.some(r => variantOf(r).others_kept_percent !== undefined);
	return table('Runs', ['', ...head, ...(kept ? ['bystanders keep'] : [])], runs.map(run => {
		const r = run.result, p = run.path, l = r.latency_ns, v = variantOf(run);
		return [label(run), count(r, 'accesses', p), count(r.faults, 'total', p + '/faults'), count(r, 'aborted', p), count(l, 'count', p + '/latency_ns'),
			...['mean', 'p50', 'p99', 'max'].map(k => ns(l, k, p + '/latency_ns')),
			ns(r.access_latency_ns, 'mean', p + '/access_latency_ns'), ns(r, 'duration_ns', p),
			...(kept ? [v.others_kept_percent === undefined ? '' : value(v.others_kept_percent, p.replace(/result$/, 'others_kept_percent'), v.others_kept_percent + '\u00a0%')] : [])];
	}));
}

const variantOf = run => run.file.kind === 'compare' ? run.file.data.variants.find(v => v.result === run.result) : {};

// Means over seeds, with 95 % intervals where there are several.
function differences(file) {
	const names = { fault_mean_ns: 'fault, mean', fault_p99_ns: 'fault, 99 %', access_mean_ns: 'access, mean', duration_ns: 'whole trace' };
	const signed = v => (Number(v) < 0 ? '−' : '+') + nsText(Math.abs(Number(v)));
	const keys = Object.keys(names), list = (file.kind === 'compare' && file.data.differences) || [];
	return list.length ? [el('h3', {}, 'Differences' + (file.data.seeds ? ` over ${file.data.seeds} seeds` : '')),
		table('Differences', ['', ...keys.map(k => names[k])], list.map((d, i) => [`${d.with} less ${d.against}`, ...keys.map(k => d[k] ?
			[value(d[k].mean, `data-${file.id}/differences/${i}/${k}/mean`, signed(d[k].mean)), d[k].half === undefined ? '' : el('small', {}, '± ' + nsText(d[k].half))] : '')]))] : [];
}

function summary() {
	const text = sentences(), out = [];
	if (text.length)
		out.push(el('ul', { class: 'says' }, text.map(t => el('li', {}, t.text, t.account ? el('small', {}, t.account) : null))));
	if (runs.length === 1)
		out.push(tiles(runs[0]));
	else if (runs.length)
		out.push(runsTable());
	for (const file of files) {
		out.push(...differences(file));
		if (file.data.others_baseline)
			out.push(note(`Bystanders are the streams that do not fault in any variant; 100 % is what they get with ${file.data.others_baseline} and every page resident.`));
		out.push(...(file.data.notes || []).map(note));
		if (file.left_out.length)
			out.push(note(`${baseName(file.name)}: its lists of single faults (${file.left_out.join(', ')}) are not part of this page.`));
	}
	const still = runs.filter(r => !r.result.timed);
	if (still.length)
		out.push(note(`Without time (--functional): ${still.map(r => r.label).join(', ')}. There is nothing to draw of these.`));
	return out;
}

// ---- where a fault's time goes ----

function waterfalls() {
	const largest = d3.max(faulting, r => d3.sum(about.parts, p => Number(r.result.parts_ns[p].mean)));
	return el('div', { class: 'grid' }, faulting.map(run => {
		const parts = about.parts.filter(p => run.result.parts_ns[p]).map(name => {
			const v = run.result.parts_ns[name].mean;
			return { name, value: Number(v), text: nsText(v) };
		});
		const rows = (list, all, path) => list.filter(n => all[n]).map(n => [n, ...['mean', 'p50', 'p90', 'p99', 'p999', 'max'].map(k => ns(all[n], k, `${path}/${n}`))]);
		const head = ['part', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'];
		const pages = run.result.page_parts_ns;
		return figure(`${run.label}: ${nsText(run.result.latency_ns.mean)}`, null, null, (svg, width) => cascade(svg, width, parts, largest),
			[table(`Parts of a fault, ${run.label}`, head, rows(about.parts, run.result.parts_ns, run.path + '/parts_ns')),
				pages ? table(`Parts of a page request, ${run.label}`, head, rows(about.page_parts, pages, run.path + '/page_parts_ns')) : '']);
	}));
}

// Those with at least a hundredth of the largest are shown; all of them are in the table behind.
function ownersTable(of, heading) {
	const has = timed.filter(r => r.result.owners && Object.keys(r.result.owners[of] || {}).length);
	const mean = (run, owner) => Number((run.result.owners[of][owner] || {}).mean_ns || 0);
	const list = Object.keys(about.owners).map(o => [o, d3.max(has, r => mean(r, o)) || 0]).filter(o => o[1] > 0).sort((a, b) => b[1] - a[1]);
	if (!list.length)
		return null;
	const large = list.filter(o => o[1] * 100 >= list[0][1]);
	const cell = (run, owner, show) => run.result.owners[of][owner] ? show(ns(run.result.owners[of][owner], 'mean_ns', `${run.path}/owners/${of}/${owner}`)) : '';
	return el('div', {}, el('h3', {}, heading), table(heading, ['owner of the time', ...has.map(column)], large.map(([owner]) =>
		[about.owners[owner].says, ...has.map(run => cell(run, owner, v => bar(mean(run, owner) / list[0][1], run.color, v)))]), [], true),
	details(`All ${list.length} owners, and the keys that change them`, table(heading + ', all', ['owner of the time', ...has.map(r => r.label), 'keys'],
		list.map(([owner]) => [about.owners[owner].says, ...has.map(run => cell(run, owner, v => v)), el('code', {}, about.owners[owner].keys)]), [has.length + 1])));
}

const owners = () => el('div', { class: timed.length > 1 ? 'block' : 'grid' }, ownersTable('faults', 'Who owns the time of a fault, on the mean'),
	ownersTable('accesses', 'Who owns the time of an access, on the mean'));

// ---- latencies ----

function latency(key, what) {
	const list = timed.filter(r => r.result[key] && Object.keys(r.result[key].histogram || {}).length);
	if (!list.length)
		return [];
	const all = list.map(run => ({ run, label: run.label, color: run.color, list: buckets(run.result[key]) }));
	const domain = logDomain(Math.max(1, d3.min(all, a => a.list[0].from)), d3.max(all, a => a.list[a.list.length - 1].to));
	const base = { x: 'log', y: 'linear', xDomain: domain, xFormat: nsTick, yFormat: percentText, xLabel: what + ' latency' };
	const lines = make => all.map(a => ({ label: a.label, color: a.color, points: make(a.list) }));
	const steps = lines(shares);
	const most = d3.max(steps, s => d3.max(s.points, p => p[1]));
	const figures = table(`Percentiles, ${what}`, ['', 'count', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'], list.map(run =>
		[label(run), count(run.result[key], 'count', `${run.path}/${key}`), ...['mean', 'p50', 'p90', 'p99', 'p999', 'max'].map(k => ns(run.result[key], k, `${run.path}/${key}`))]));
	const counts = all.map(a => table(`Histogram, ${what}, ${a.label}`, [a.label, what === 'fault' ? 'faults' : 'accesses', 'share'], a.list.map(b =>
		[`${nsText(b.from)} – ${nsText(b.to - 1)}`, value(b.n, `${a.run.path}/${key}/histogram/${b.from}`, countText(b.n)), percentText(b.n / d3.sum(a.list, c => c.n))])));
	return el('div', { class: 'grid' },
		figure(`How long ${what === 'fault' ? 'faults' : 'accesses'} take: share that is over by then`, 'From the same buckets; within one the line is straight.', legendOf(all),
			(svg, width) => lineChart(svg, width, lines(cumulative), Object.assign({ yDomain: [0, 1] }, base)), figures),
		figure(`How many ${what === 'fault' ? 'faults' : 'accesses'} take that long`, 'Eight buckets an octave; the height is the share of a bucket.', legendOf(all),
			(svg, width) => lineChart(svg, width, steps, Object.assign({ yDomain: [0, most * 1.05], area: true }, base)), counts));
}

// ---- streams ----

const streamKey = s => s.sid + (s.iommu !== undefined ? ` of IOMMU ${s.iommu}` : '');

function streams() {
	const has = timed.filter(r => (r.result.streams || []).length);
	const keys = [...new Set(has.flatMap(r => r.result.streams.map(streamKey)))];
	const rate = s => s && Number(s.active_ns) ? Number(s.bytes) / Number(s.active_ns) : 0;
	const find = (run, key) => run.result.streams.find(s => streamKey(s) === key);
	const most = d3.max(has, r => d3.max(r.result.streams, rate));
	if (!keys.length)
		return [];
	const shown = keys.slice(0, 64);
	return [table('Throughput of each stream', ['stream', ...has.map(column)], shown.map(key => [key, ...has.map(run => {
		const s = find(run, key);
		return s && Number(s.accesses) ? bar(rate(s) / most, run.color, rateText(rate(s)), el('small', {}, Number(s.faults) ? `${countText(s.faults)} faults` : 'no fault')) : '';
	})]), [], true),
	keys.length > shown.length ? note(`The first ${shown.length} of ${keys.length} streams; the table has all.`) : null,
	details('Numbers of each stream', has.map(run => table(`Streams, ${run.label}`, [run.label, 'accesses', 'bytes', 'faults', 'active', 'mean', 'p99', 'max'],
		run.result.streams.map((s, i) => [streamKey(s), ...['accesses', 'bytes', 'faults'].map(k => count(s, k, `${run.path}/streams/${i}`)),
			ns(s, 'active_ns', `${run.path}/streams/${i}`), ...['mean', 'p99', 'max'].map(k => ns(s.latency_ns, k, `${run.path}/streams/${i}/latency_ns`))]))))];
}

// ---- resources ----

const readable = name => name.replace(/_/g, ' ').replace(/^tbu|^cpus|^tcu/, w => w.toUpperCase().replace(/S$/, 's'));
const resourceKey = (r, list) => readable(r.name) + (list.filter(o => o.name === r.name).length > 1 ? ' ' + r.index : '');

function resources() {
	const has = timed.filter(r => (r.result.resources || []).length);
	const keys = [...new Set(has.flatMap(r => r.result.resources.map(o => resourceKey(o, r.result.resources))))];
	const find = (run, key) => run.result.resources.findIndex(o => resourceKey(o, run.result.resources) === key);
	if (!keys.length)
		return [];
	return [el('p', { class: 'note' }, 'Share of its units’ time that a resource is in use, and the most units in use at once. A full bar is 100 %.'),
		table('Utilisation of each resource', ['resource', ...has.map(column)], keys.map(key => [key, ...has.map(run => {
			const i = find(run, key), o = run.result.resources[i];
			return o ? bar(Number(o.utilisation_ppm) / 1e6, run.color, value(o.utilisation_ppm, `${run.path}/resources/${i}/utilisation_ppm`, percentText(Number(o.utilisation_ppm) / 1e6)),
				el('small', {}, `${countText(o.peak)}${Number(o.capacity) ? ' of ' + countText(o.capacity) : ''} at the peak`)) : '';
		})]), [], true),
		details('Numbers of each resource', has.map(run => table(`Resources, ${run.label}`, [run.label, 'capacity', 'uses', 'busy', 'waited', 'peak', 'full for'],
			run.result.resources.map((o, i) => [resourceKey(o, run.result.resources), ...['capacity', 'uses'].map(k => count(o, k, `${run.path}/resources/${i}`)),
				...['busy_ns', 'waited_ns'].map(k => ns(o, k, `${run.path}/resources/${i}`)), count(o, 'peak', `${run.path}/resources/${i}`), ns(o, 'full_ns', `${run.path}/resources/${i}`)]))))];
}
