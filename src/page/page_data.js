// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The results within the page, and how their values are written.
'use strict';

const began = performance.now();

const about = JSON.parse(document.getElementById('about').textContent);
const files = about.files.map((file, i) =>
	Object.assign({ id: i, data: JSON.parse(document.getElementById('data-' + i).textContent) }, file));
const studies = files.filter(f => f.kind === 'study');

const baseName = path => path.replace(/^.*\//, '');

// Every replay of every file: { name, path, result, record, preset, differs, color }.
const runs = [];
for (const file of files) {
	const list = file.kind === 'replay' ? [[file.data, 'data-' + file.id]] :
		file.kind === 'compare' ? file.data.variants.map((v, i) => [v.result, `data-${file.id}/variants/${i}/result`]) : [];
	list.forEach(([result, path], i) => runs.push(Object.assign({}, file.runs[i],
		{ file, path, result, record: result.run || null })));
}
for (const run of runs)
	run.label = runs.some(r => r !== run && r.name === run.name) ? `${run.name} (${baseName(run.file.name)})` : run.name;
// The same file twice is still two runs.
runs.forEach((run, i) => {
	if (runs.some((r, k) => k < i && r.label === run.label))
		run.label += ' #' + (i + 1);
	run.color = i % 8;
});
const timed = runs.filter(r => r.result.timed);
const faulting = timed.filter(r => r.result.latency_ns && +r.result.latency_ns.count > 0);

// ---- values as text ----

// At most three decimals and no rounding up, as the command writes a time.
function nsText(value) {
	const v = Number(value);
	for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]]) {
		if (v < size)
			continue;
		const decimals = String(Math.floor((v % size) * 1000 / size)).padStart(3, '0').replace(/0+$/, '');
		return Math.floor(v / size) + (decimals ? '.' + decimals : '') + '\u00a0' + unit;
	}
	return v + '\u00a0ns';
}
const countText = value => Number.isSafeInteger(Number(value)) ? Number(value).toLocaleString('en') : String(value);
const percentText = share => (share * 100 >= 10 || share === 0 ? Math.round(share * 1000) / 10 :
	Number((share * 100).toPrecision(2))) + '\u00a0%';
const rateText = bytesPerNs => {
	const mb = bytesPerNs * 1000;
	return (mb >= 100 ? Math.round(mb).toLocaleString('en') : Number(mb.toPrecision(3))) + '\u00a0MB/s';
};
// Of an axis: as short as can be.
const nsTick = v => nsText(Math.round(v));
const shortCount = v => v >= 1e9 ? v / 1e9 + ' G' : v >= 1e6 ? v / 1e6 + ' M' : v >= 1e4 ? v / 1e3 + ' k' : String(+v.toPrecision(6));

// ---- elements ----

function el(tag, attributes, ...children) {
	const e = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	for (const child of children.flat(9))
		if (child !== null && child !== undefined)
			e.append(child);
	return e;
}

// A value of the results: what it is, where it is from, and how people write it.
const value = (v, path, text) => el('data', { value: String(v), 'data-path': path }, text);
// What nothing was counted of has no time.
const ns = (object, key, path) => object && object[key] !== undefined && Number(object.count) !== 0 ? value(object[key], path + '/' + key, nsText(object[key])) : '';
const count = (object, key, path) => object && object[key] !== undefined ? value(object[key], path + '/' + key, countText(object[key])) : '';

// rows: lists of cells; a cell is text, an element, or null. left: columns of text besides the first. bars: in each cell.
function table(caption, headings, rows, left = [], bars = false) {
	const cls = i => left.includes(i) ? { class: 'text' } : {};
	return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
		el('table', Object.assign({ 'aria-label': caption }, bars ? { class: headings.length === 2 ? 'bars one' : 'bars' } : {}),
			el('thead', {}, el('tr', {}, headings.map((h, i) => el('th', Object.assign({ scope: 'col' }, cls(i)), h)))),
			el('tbody', {}, rows.map(row => el('tr', row.differs ? { class: 'differs' } : {}, row.map((cell, i) =>
				i ? el('td', cls(i), cell) : el('th', { scope: 'row' }, cell)))))));
}

const details = (summary, ...inner) => el('details', {}, el('summary', {}, summary), inner);

// What is long is made when someone opens it.
function later(summary, make) {
	const d = details(summary);
	d.addEventListener('toggle', () => d.append(...[make()].flat(9)), { once: true });
	return d;
}

// A bar of a table cell; the number stands beside it.
function bar(share, color, ...text) {
	const b = el('span', { class: 'bar b' + color, 'aria-hidden': 'true' });
	b.style.width = Math.max(0, Math.min(1, share)) * 100 + '%';
	return el('span', { class: 'track' }, text, share > 0 ? b : null);
}
