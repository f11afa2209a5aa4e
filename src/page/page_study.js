// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Where the answer turns: of one key, of several, of two at once; and which key moves it.

const costKeys = { duration: 'duration_ns', fault: 'fault_mean_ns', access: 'access_mean_ns' };
const costNames = { duration: 'Time of the whole trace', fault: 'Mean fault', access: 'Mean access' };

// The keys that were studied, as a title.
function studied(file) {
	const d = file.data;
	return d.key || (d.map ? `${d.map.x.key} and ${d.map.y.key}` : d.tornado ? 'which key moves the answer' : (d.keys || []).map(k => k.key).join(', '));
}

const turnText = (key, turns) => turns.length ? `${key}: the answer turns at ${turns.map(t => countText(t.high.value)).join(', ')}` : null;

function verdicts(file) {
	const d = file.data;
	if (d.verdict)
		return [d.verdict];
	if (d.keys)
		return d.keys.map(k => turnText(k.key, k.turns || []) || `${k.key}: ${(k.grid[0] || {}).less} takes less everywhere from ${countText(k.from)} to ${countText(k.to)}`);
	const first = d.tornado && d.tornado.keys[0];
	return first ? [`Stalls take ${nsText(d.tornado.stall_ns)}, page requests ${nsText(d.tornado.pri_ns)}; ${first.key} moves the ratio of the two most.`] : [];
}

// A band for each stretch of values, in the colour of the side that takes less.
function winners(svg, f, grid, sides) {
	grid.forEach((p, i) => {
		const at = k => f.x(Number(grid[k].value));
		const from = i ? (at(i - 1) + at(i)) / 2 : at(i), to = i + 1 < grid.length ? (at(i) + at(i + 1)) / 2 : at(i);
		if (sides.includes(p.less))
			svg.append('rect').attr({ class: 'band f' + sides.indexOf(p.less), x: from, y: f.bottom - 7, height: 7, width: Math.max(1, to - from) })
				.append('title').text(`${p.value}: less with ${p.less}`);
	});
}

// cost: side -> value of a point; sides: names; less: as the points have it, side by side with sides.
function costChart(title, caption, key, points, sides, less, cost, turns, numbers, height) {
	const grid = points.slice().sort((a, b) => Number(a.value) - Number(b.value));
	const lines = sides.map((name, i) => ({ label: name, color: i, points: grid.map(p => [Number(p.value), Number(cost(p, i))]) }));
	const [low, high] = [Number(grid[0].value), Number(grid[grid.length - 1].value)];
	const all = lines.flatMap(l => l.points.map(p => p[1]));
	const log = low > 0 && high / low > 20, logY = d3.min(all) > 0 && d3.max(all) / d3.min(all) > 20;
	const marks = (svg, f) => {
		winners(svg, f, grid, less);
		for (const t of turns) {
			const at = Number(t.high.value), x = f.x(Math.min(high, Math.max(low, at))), left = x > f.x.range()[1] - 90;
			svg.append('line').attr({ class: 'mark', x1: x, x2: x, y1: f.margin.top, y2: f.bottom });
			svg.append('text').attr({ x: x + (left ? -5 : 5), y: f.margin.top + 12, 'text-anchor': left ? 'end' : 'start' }).text(`turns at ${countText(at)}`);
		}
	};
	return figure(title, caption, legendOf(lines), (svg, width) => lineChart(svg, width, lines, {
		x: log ? 'log' : 'linear', y: logY ? 'log' : 'linear', xDomain: low < high ? [low, high] : [low - 1, high + 1],
		yDomain: logY ? logDomain(d3.min(all), d3.max(all)) : [0, d3.max(all) * 1.05 || 1], xFormat: shortCount, yFormat: nsTick, xLabel: key, more: marks, height,
		xTicks: log ? grid.map(p => Number(p.value)) : null }), numbers);
}

function oneKey(file) {
	const d = file.data, path = `data-${file.id}/grid`, key = costKeys[d.by];
	const sides = Object.keys(d.grid[0]).filter(k => d.grid[0][k] && typeof d.grid[0][k] === 'object' && d.grid[0][k][key] !== undefined);
	const rows = d.grid.map((p, i) => [value(p.value, `${path}/${i}/value`, countText(p.value)), ...sides.map(s => ns(p[s], key, `${path}/${i}/${s}`)), p.less]);
	const reasons = (d.turns || []).flatMap(t => [t.low, t.high]).concat(d.grid).flatMap(p => (p.reasons || []).map(r => `${d.key} ${p.value}: ${r.text}`));
	return [costChart(`${costNames[d.by]} by ${d.key}`, d.verdict + ' The band along the bottom has the colour of the side that takes less.', d.key, d.grid, sides, sides,
		(p, i) => p[sides[i]][key], d.turns || [], table('Values of the study', [d.key, ...sides, 'less'], rows, [sides.length + 1]), 320),
	reasons.length ? el('ul', { class: 'says' }, reasons.map(t => el('li', {}, t))) : null];
}

// The sides' names are in the record and in "less"; their costs have short ones.
function sideNames(list, sides) {
	const names = sides || [...new Set(list)].filter(n => n);
	return [['stall', 'stalls'], ['pri', 'page requests']].map(([k, other]) => names.find(n => n.endsWith('-' + k)) || other);
}

function severalKeys(file) {
	const d = file.data;
	return el('div', { class: 'grid' }, d.keys.map((k, n) => {
		const less = sideNames(k.grid.map(p => p.less), d.sides), path = `data-${file.id}/keys/${n}/grid`;
		return costChart(k.key, `${turnText(k.key, k.turns || []) || 'The answer does not turn'}; it is ${countText(k.now)} now.`, k.key, k.grid, ['stalls', 'page requests'], less,
			(p, i) => p[i ? 'pri_ns' : 'stall_ns'], k.turns || [], table(k.key, [k.key, 'stalls', 'page requests', 'less'], k.grid.map((p, i) =>
				[value(p.value, `${path}/${i}/value`, countText(p.value)), ns(p, 'stall_ns', `${path}/${i}`), ns(p, 'pri_ns', `${path}/${i}`), p.less]), [3]));
	}));
}

// By how much the side that takes less does so, of the other.
const lead = ratio => ratio > 1 ? 1 - 1 / ratio : 1 - ratio;

const tick = axis => axis.unit === 'ns' ? nsTick : shortCount;

function crossoverMap(file) {
	const m = file.data.map, xs = m.x.values, ys = m.y.values, sides = sideNames(m.winner.flat(), file.data.sides);
	const ratio = (x, y) => Number(m.ratio_ppm[y][x]) / 1e6;
	const most = d3.max(ys, (_, y) => d3.max(xs, (__, x) => lead(ratio(x, y)))) || 1;
	const draw = (svg, width) => {
		const left = 78, top = 4, cell = (width - left - 10) / xs.length, row = Math.max(24, Math.min(44, cell * 0.7)), bottom = top + row * ys.length;
		const at = y => bottom - (y + 1) * row;
		ys.forEach((_, y) => {
			svg.append('text').attr({ class: 'dim', x: left - 8, y: at(y) + row / 2, dy: '0.35em', 'text-anchor': 'end' }).text(tick(m.y)(Number(ys[y])));
			xs.forEach((__, x) => {
				const side = sides.indexOf(m.winner[y][x]), by = lead(ratio(x, y));
				const r = svg.append('rect').attr({ class: side < 0 ? 'same' : 'f' + side, x: left + x * cell, y: at(y), width: cell, height: row });
				r.style('opacity', side < 0 ? 0.15 : 0.16 + 0.4 * by / most);
				r.append('title').text(`${m.x.key} ${xs[x]}, ${m.y.key} ${ys[y]}: ` + (side < 0 ? 'the same' : `${m.winner[y][x]} takes ${percentText(by)} less`));
				if (cell >= 36)
					svg.append('text').attr({ x: left + (x + 0.5) * cell, y: at(y) + row / 2, dy: '0.35em', 'text-anchor': 'middle' }).text(side < 0 ? '=' : percentText(Math.round(by * 100) / 100));
				if (x && m.winner[y][x - 1] !== m.winner[y][x])
					svg.append('line').attr({ class: 'turn', x1: left + x * cell, x2: left + x * cell, y1: at(y), y2: at(y) + row });
				if (y && m.winner[y - 1][x] !== m.winner[y][x])
					svg.append('line').attr({ class: 'turn', x1: left + x * cell, x2: left + (x + 1) * cell, y1: at(y) + row, y2: at(y) + row });
			});
		});
		thin(d3.range(xs.length), Math.max(2, Math.floor((width - left) / 52))).forEach(x =>
			svg.append('text').attr({ class: 'dim', x: left + (x + 0.5) * cell, y: bottom + 16, 'text-anchor': 'middle' }).text(tick(m.x)(Number(xs[x]))));
		svg.append('text').attr({ class: 'dim', x: left + (width - left) / 2, y: bottom + 34, 'text-anchor': 'middle' }).text(m.x.key);
		return bottom + 40;
	};
	const numbers = table('Who takes less', [`${m.y.key} \\ ${m.x.key}`, ...xs.map(x => countText(x))], ys.map((_, y) => [countText(ys[y]), ...xs.map((__, x) =>
		[value(m.ratio_ppm[y][x], `data-${file.id}/map/ratio_ppm/${y}/${x}`, m.winner[y][x] === 'same' ? 'same' : percentText(lead(ratio(x, y)))), el('small', {}, m.winner[y][x])])]));
	return figure(`Who takes less, by ${m.x.key} and ${m.y.key}`, `${costNames[file.data.by]}; upwards: ${m.y.key}. A cell has the colour of the side that takes less, and by how much of the other; where the answer turns there is a line.`,
		el('ul', { class: 'legend' }, sides.map((s, i) => el('li', {}, swatch(i), s))), draw, numbers);
}

function tornado(file) {
	const t = file.data.tornado, now = Number(t.ratio_ppm) / 1e6, shown = t.keys.filter((k, i) => i < 6 || Number(k.swing_ppm) >= 1000).slice(0, 16);
	const ends = k => [k.low, k.high].filter(e => e && e.ratio_ppm !== undefined);
	const all = [1, now, ...shown.flatMap(k => ends(k).map(e => Number(e.ratio_ppm) / 1e6))];
	const ratioText = v => String(Number(v.toFixed(3)));
	const draw = (svg, width) => {
		const row = 24, left = Math.min(230, width * 0.4), right = 16, top = 20, bottom = top + row * shown.length;
		const wide = (d3.max(all) - d3.min(all)) * 0.06 || 0.1;
		const x = d3.scale.linear().domain([d3.min(all) - wide, d3.max(all) + wide]).range([left, width - right]);
		svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${bottom})`).call(d3.svg.axis().scale(x).orient('bottom').tickFormat(ratioText)
			.tickSize(-(bottom - top), 0).tickPadding(6).tickValues(x.ticks(Math.max(2, Math.floor((width - left) / 80)))));
		shown.forEach((k, i) => {
			svg.append('text').attr({ x: left - 8, y: top + (i + 0.5) * row, dy: '0.35em', 'text-anchor': 'end' }).text(k.key);
			[k.low, k.high].forEach((e, side) => {
				const r = e && e.ratio_ppm !== undefined ? Number(e.ratio_ppm) / 1e6 : now;
				svg.append('rect').attr({ class: 'f' + side, x: x(Math.min(now, r)), y: top + i * row + 4 + side * 8, height: 8, width: Math.abs(x(r) - x(now)) })
					.append('title').text(e && e.ratio_ppm !== undefined ? `${k.key} ${e.value}: ${ratioText(r)}` : '');
			});
		});
		svg.append('line').attr({ class: 'base', x1: x(now), x2: x(now), y1: top, y2: bottom });
		svg.append('line').attr({ class: 'mark', x1: x(1), x2: x(1), y1: top, y2: bottom });
		svg.append('text').attr({ x: x(1), y: top - 6, 'text-anchor': 'middle' }).text('both the same');
		svg.append('text').attr({ class: 'dim', x: (left + width) / 2, y: bottom + 34, 'text-anchor': 'middle' }).text('time with page requests / time with stalls');
		return bottom + 40;
	};
	const cell = (e, n, end) => !e ? '' : e.ratio_ppm === undefined ? `${countText(e.value)}: ${e.refused}` :
		[`${countText(e.value)}: `, value(e.ratio_ppm, `data-${file.id}/tornado/keys/${n}/${end}/ratio_ppm`, ratioText(Number(e.ratio_ppm) / 1e6))];
	return figure('Which keys move the answer', `Each key at its lower and its upper value; all others as configured, where the ratio is ${ratioText(now)}.`,
		el('ul', { class: 'legend' }, ['lower value', 'upper value'].map((s, i) => el('li', {}, swatch(i), s))), draw,
		table('Keys by what they move', ['key', 'now', 'at its lower value', 'at its upper value'], t.keys.map((k, n) => [el('code', {}, k.key), countText(k.now), cell(k.low, n, 'low'), cell(k.high, n, 'high')])));
}

const study = file => file.data.map ? crossoverMap(file) : file.data.tornado ? tornado(file) : file.data.keys ? severalKeys(file) : oneKey(file);
