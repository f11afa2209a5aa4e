// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What happened over time, the slowest faults, what was run; and the order of it all.

// ---- over time ----

const withSeries = timed.filter(r => r.result.series && (r.result.series.tracks || []).length);
const noSeries = el('p', { class: 'note' }, 'No run of this page has a record over time; ', el('code', {}, 'faultline replay --series'), ' makes one: queues, slots, credits, each stream.');

const trackName = (t, list) => readable(t.name) + (list.filter(o => o.name === t.name).length > 1 ? ' ' + t.index : '');

// The values of a track as steps; the last bucket may be shorter, which a mean knows and a sum does not.
function steps(run, values, scale) {
	const width = Number(run.result.series.bucket_ns), end = Number(run.result.duration_ns);
	const points = values.map((v, i) => [i * width, v * scale(i === values.length - 1 && end > i * width ? Math.min(width, end - i * width) : width)]);
	points.push([Math.max(end, (values.length - 1) * width), points[points.length - 1][1]]);
	return points;
}

function overTime(title, lines, o, numbers) {
	const end = d3.max(lines, l => l.points[l.points.length - 1][0]);
	const top = Math.max(d3.max(lines, l => d3.max(l.points, p => p[1])), o.least || 0) || 1;
	return figure(title, o.caption, legendOf(lines, false), (svg, width) => lineChart(svg, width, lines, Object.assign({
		x: 'linear', y: 'linear', xDomain: [0, end], yDomain: [0, top * 1.05], xFormat: nsTick, step: true, thin: true, xLabel: 'time since the run began', height: 190 }, o)), numbers);
}

// Every bucket of these tracks; the numbers as they are in the result.
function bucketsTable(run, tracks, key, unit) {
	const s = run.result.series, path = t => `${run.path}/series/tracks/${s.tracks.indexOf(t)}/${key}`;
	return table(unit, ['from', ...tracks.map(t => trackName(t, s.tracks))], tracks[0][key].map((_, i) =>
		[nsText(i * Number(s.bucket_ns)), ...tracks.map(t => value(t[key][i], path(t) + '/' + i, key === 'mean_ppm' ? String(t[key][i] / 1e6) : countText(t[key][i])))]));
}

// A run has few streams, or the first of many.
function streamsOverTime(run) {
	const all = run.result.series.tracks.filter(t => t.kind === 'sum' && t.unit === 'bytes' && t.sum.length);
	const busy = all.filter(t => t.sum.some(v => Number(v)));
	const tracks = busy.slice(0, 8);
	if (!tracks.length)
		return null;
	const lines = tracks.map((t, i) => ({ label: 'stream ' + t.sid, color: i, points: steps(run, t.sum.map(Number), width => 1 / width) }));
	return overTime(`${many ? run.label + ': t' : 'T'}hroughput of ${tracks.length > 1 ? 'the streams' : 'the stream'}`, lines, {
		yFormat: v => shortCount(v * 1000) , caption: 'MB/s' + (busy.length > tracks.length ? `; the first ${tracks.length} of ${busy.length} streams` : '') },
	() => bucketsTable(run, tracks, 'sum', 'bytes by time'));
}

function levelOverTime(run, t) {
	const s = run.result.series, name = trackName(t, s.tracks);
	const lines = [{ label: 'most', color: 1, points: steps(run, t.max.map(Number), () => 1) },
		{ label: 'mean', color: 0, points: steps(run, t.mean_ppm.map(Number), () => 1e-6) }];
	return overTime((many ? run.label + ': ' : '') + name, lines, { yFormat: shortCount, least: Number(t.capacity) <= 4 ? Number(t.capacity) : 0,
		caption: `${t.unit} in use${Number(t.capacity) ? ', of ' + countText(t.capacity) : ''}` }, () => [bucketsTable(run, [t], 'mean_ppm', 'mean by time'), bucketsTable(run, [t], 'max', 'most by time')]);
}

// What is left to a stream, run by run: of those that fault in none, or of all.
function streamsByRun() {
	const bytes = (run, sid) => run.result.series.tracks.find(t => t.kind === 'sum' && t.unit === 'bytes' && t.sid === sid);
	const sids = [...new Set(withSeries.flatMap(r => r.result.streams.map(s => s.sid)))].filter(sid => withSeries.every(r => bytes(r, sid)));
	const quiet = sids.filter(sid => withSeries.every(r => r.result.streams.every(s => s.sid !== sid || !Number(s.faults))));
	return (quiet.length ? quiet : sids).slice(0, 6).map(sid => overTime(`Throughput of stream ${sid}${quiet.length ? ', a bystander' : ''}`, withSeries.map(run =>
		({ label: run.label, color: run.color, points: steps(run, bytes(run, sid).sum.map(Number), width => 1 / width) })), { yFormat: v => shortCount(v * 1000), caption: 'MB/s' },
	() => withSeries.map(run => [el('h4', {}, run.label), bucketsTable(run, [bytes(run, sid)], 'sum', 'bytes by time')])));
}

function series() {
	if (!withSeries.length)
		return timed.length ? [noSeries] : [];
	const used = run => run.result.series.tracks.filter(t => t.kind === 'level' && t.max.some(v => Number(v)));
	const wanted = t => /queue|slots|credits|workers|link/.test(t.name);
	return [withSeries.length > 1 ? el('div', { class: 'grid' }, streamsByRun()) : null, ...withSeries.map(run => el('div', { class: 'grid' }, streamsOverTime(run), used(run).filter(wanted).map(t => levelOverTime(run, t))))];
}

// ---- the slowest faults ----

function story(run, fault, i) {
	const path = `${run.path}/slowest_faults/${i}`, parts = about.parts.filter(p => fault.parts_ns[p] !== undefined);
	const total = Number(fault.end_ns) - Number(fault.begin_ns);
	const owners = Object.entries(fault.owners_ns || {}).map(([o, v]) => [o, Number(v)]).sort((a, b) => b[1] - a[1]);
	const [first] = owners;
	const caption = [`${fault.access} of ${fault.iova} by stream ${fault.sid}`, fault.pasid !== undefined ? `, PASID ${fault.pasid}` : '',
		`, ${fault.outcome.replace(/_/g, ' ')}`, fault.joined ? ', joined a request on its way' : '', `, begun at ${nsText(fault.begin_ns)}`,
		first && total && about.owners[first[0]] ? `; ${nsText(first[1])}, ${Math.floor(first[1] * 100 / total)} %, ${about.owners[first[0]].says}` : ''].join('');
	return figure(`${i + 1}. ${nsText(total)}`, caption, null, (svg, width) => cascade(svg, width, parts.map(name =>
		({ name, value: Number(fault.parts_ns[name]), text: nsText(fault.parts_ns[name]) })), total || 1),
	[table(`Parts of fault ${i + 1}`, ['part', 'takes'], parts.map(p => [p, ns(fault.parts_ns, p, path + '/parts_ns')])),
		table(`Owners of fault ${i + 1}`, ['owner of the time', 'has'], owners.map(([o]) => [about.owners[o] ? about.owners[o].says : o, ns(fault.owners_ns, o, path + '/owners_ns')]))]);
}

const STORIES = 6;

function slowest() {
	return timed.filter(r => (r.result.slowest_faults || []).length).flatMap(run => [many ? el('h3', {}, run.label) : null,
		el('div', { class: 'grid' }, run.result.slowest_faults.slice(0, STORIES).map((f, i) => story(run, f, i))),
		run.result.slowest_faults.length > STORIES ? details(`All ${run.result.slowest_faults.length}`, table(`Slowest faults, ${run.label}`,
			['', 'takes', 'stream', 'address', 'begun', ...about.parts], run.result.slowest_faults.map((f, i) => [String(i + 1), nsText(Number(f.end_ns) - Number(f.begin_ns)), f.sid, f.iova,
				ns(f, 'begin_ns', `${run.path}/slowest_faults/${i}`), ...about.parts.map(p => ns(f.parts_ns, p, `${run.path}/slowest_faults/${i}/parts_ns`))]))) : null]);
}

// ---- what was run ----

const recorded = [...runs, ...studies.filter(s => s.data.run).map(s => Object.assign({}, s.runs[0], { file: s, label: baseName(s.name), record: s.data.run, path: `data-${s.id}` }))].filter(r => r.record);
const preset = run => run.preset ? 'preset ' + run.preset : 'defaults';

function configuration() {
	const has = recorded.filter(r => r.record.config && r.differs);
	const keys = [...new Set(has.flatMap(r => r.differs.map(d => d.key)))];
	const of = (run, key) => run.differs.find(d => d.key === key);
	const all = [...new Set(has.flatMap(r => Object.keys(r.record.config)))];
	const cell = (run, key) => {
		const d = of(run, key), v = value(run.record.config[key] || '', `${run.path}/run/config/${key}`, run.record.config[key] || '–');
		return d ? [v, el('small', {}, `${preset(run)}: ${d.preset || '–'}`)] : v;
	};
	if (!has.length)
		return [];
	const row = key => Object.assign([el('code', {}, key), ...has.map(r => cell(r, key))], { differs: has.some(r => of(r, key)) });
	const help = key => has.map(r => of(r, key)).find(d => d).help;
	return [keys.length ? table('Keys that differ', ['key', ...has.map(r => r.label)], keys.map(key => [[el('code', {}, key), el('small', {}, help(key))], ...has.map(r => cell(r, key))])) :
		el('p', {}, `Every key has the value of its ${has.every(r => !r.preset) ? 'default' : 'preset'}.`),
	later(`All ${all.length} keys`, () => table('Configuration', ['key', ...has.map(r => r.label)], all.map(row)))];
}

function records() {
	const line = (name, get) => [name, ...recorded.map(r => get(r.record, r.path + '/run', r))];
	const rows = [line('trace', r => r.trace && el('code', {}, r.trace.name)), line('CRC-32', (r, p) => r.trace && value(r.trace.crc32, p + '/trace/crc32', r.trace.crc32)),
		line('records', (r, p) => count(r.trace, 'records', p + '/trace')), line('IOMMU and faults', r => `${r.iommu}, ${r.faults}`),
		line('seed', (r, p) => count(r, 'seed', p)), line('repeated', (r, p) => count(r, 'repeat', p)),
		line('pages resident', r => r.resident_ppm === undefined ? '' : percentText(Number(r.resident_ppm) / 1e6)),
		line('options', r => (r.options || []).length ? el('code', {}, r.options.join(' ')) : '–'), line('configuration', (r, p, run) => preset(run)),
		line('version', r => r.version), line('result', (r, p, run) => el('code', {}, run.file.name))];
	return recorded.length ? [table('Records of the runs', ['', ...recorded.map(r => r.label)], rows, recorded.map((_, i) => i + 1)),
		el('p', { class: 'note' }, 'A replay is repeated with ', el('code', {}, 'faultline replay --like RESULT.json'), '; the same trace, configuration and seed give the same result, byte for byte.')] : [];
}

// ---- the page ----

function heading() {
	const traces = [...new Set(recorded.map(r => r.record.trace && baseName(r.record.trace.name)).filter(t => t))];
	const kinds = [...new Set(files.map(f => f.kind === 'study' ? 'study ' + f.data.study : f.kind))];
	if (traces.length)
		document.getElementById('title').textContent = traces.join(', ');
	document.getElementById('subtitle').textContent = `${kinds.join(', ')}: ${[...runs.map(r => r.label), ...studies.map(studied)].join(', ')}`;
	document.getElementById('footer').textContent = `Faultline ${about.version}. The results are within this page as JSON, unchanged; it loads nothing else.`;
}

heading();
section('summary', 'Summary', summary);
section('crossover', 'Where the answer turns', () => studies.map(study));
section('waterfall', 'Where a fault’s time goes', () => [faulting.length ? [note('Mean of each part of a fault; each begins where the one before ends.'), waterfalls()] : null,
	timed.length ? owners() : null]);
section('latency', 'Latencies', () => [latency('latency_ns', 'fault'), latency('access_latency_ns', 'access')]);
section('streams', 'Streams', streams);
section('time', 'Over time', series);
section('slowest', 'Slowest faults', slowest);
section('resources', 'Resources', resources);
section('configuration', 'Configuration', configuration);
section('records', 'Run records', records);
drawCharts();
// For whoever measures: ms from the navigation until these scripts began, and until all was drawn.
document.documentElement.setAttribute('data-began', String(Math.round(began)));
document.documentElement.setAttribute('data-drawn', String(Math.round(performance.now())));
