// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Charts, drawn with D3 as SVG: colours come from the style sheet, so that themes and paper have their own.

const charts = []; // { box, draw, label }

function drawChart(chart, width) {
	if (chart.width === width)
		return;
	chart.width = width;
	chart.box.replaceChildren();
	const svg = d3.select(chart.box).append('svg').attr('role', 'img').attr('aria-label', chart.label);
	svg.append('title').text(chart.label);
	const height = chart.draw(svg, width);
	svg.attr('viewBox', `0 0 ${width} ${height}`).attr('width', width).attr('height', height);
}

// All widths are asked for before anything is drawn: the page is laid out once, not once a chart.
function drawCharts() {
	const widths = charts.map(c => Math.max(260, Math.floor(c.box.clientWidth || 640)));
	charts.forEach((c, i) => drawChart(c, widths[i]));
}

let redraw = 0;
addEventListener('resize', () => {
	clearTimeout(redraw);
	redraw = setTimeout(drawCharts, 100);
});

// A figure: heading, what it shows, the chart, and its numbers as a table, or a function that makes it.
function figure(title, caption, legend, draw, numbers) {
	const box = el('div', { class: 'chart' });
	charts.push({ box, draw, label: title + (numbers ? '. The numbers are in the table that follows.' : '.') });
	return el('figure', {}, el('h3', {}, title), caption ? el('figcaption', {}, caption) : null, legend, box,
		typeof numbers === 'function' ? later('Numbers of this chart', numbers) : numbers ? details('Numbers of this chart', numbers) : null);
}

function swatch(color, line, dashes) {
	const svg = d3.select(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
	svg.attr('viewBox', '0 0 30 10').attr('aria-hidden', 'true');
	if (line)
		svg.append('line').attr({ x1: 0, x2: 30, y1: 5, y2: 5, class: `series s${color} ${dashes ? 'd' + color : ''}` });
	else
		svg.append('rect').attr({ width: 30, height: 10, class: 'f' + color });
	return svg.node();
}

const legendOf = (list, dashes = true) => list.length < 2 ? null :
	el('ul', { class: 'legend' }, list.map(s => el('li', {}, swatch(s.color, true, dashes), s.label)));

// Ticks of a logarithmic axis: the decades, with 2 and 5 where there are few.
function logTicks([from, to]) {
	const make = steps => {
		const ticks = [];
		for (let p = Math.floor(Math.log10(from)); p <= Math.log10(to); p++)
			for (const s of steps)
				if (s * 10 ** p >= from && s * 10 ** p <= to)
					ticks.push(s * 10 ** p);
		return ticks;
	};
	return [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]].map(make).find(t => t.length > 3) || make([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]);
}

// Every so many ticks, so that labels do not meet.
const thin = (ticks, most) => ticks.filter((t, i) => i % Math.ceil(ticks.length / most) === 0);

function scaleOf(kind, domain, range) {
	return (kind === 'log' ? d3.scale.log() : d3.scale.linear()).domain(domain).range(range);
}

function frame(svg, width, height, o) {
	const margin = { left: 58, right: 16, top: 8, bottom: 38 };
	const x = scaleOf(o.x, o.xDomain, [margin.left, width - margin.right]);
	const y = scaleOf(o.y, o.yDomain, [height - margin.bottom, margin.top]);
	const xAxis = d3.svg.axis().scale(x).orient('bottom').tickSize(-(height - margin.top - margin.bottom), 0).tickPadding(7);
	const yAxis = d3.svg.axis().scale(y).orient('left').tickSize(-(width - margin.left - margin.right), 0).tickPadding(7);
	const most = Math.max(2, Math.floor((width - 90) / 78));
	xAxis.tickFormat(o.xFormat).tickValues(o.xTicks ? thin(o.xTicks, most) : o.x === 'log' ? thin(logTicks(o.xDomain), most) : x.ticks(Math.min(most, 8)));
	yAxis.tickFormat(o.yFormat).tickValues(o.y === 'log' ? thin(logTicks(o.yDomain), 6) : y.ticks(5));
	svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${height - margin.bottom})`).call(xAxis);
	svg.append('g').attr('class', 'axis').attr('transform', `translate(${margin.left},0)`).call(yAxis);
	svg.append('line').attr({ class: 'base', x1: margin.left, x2: width - margin.right, y1: height - margin.bottom, y2: height - margin.bottom });
	svg.append('text').attr({ class: 'dim', x: (margin.left + width - margin.right) / 2, y: height - 3, 'text-anchor': 'middle' }).text(o.xLabel);
	return { x, y, margin, bottom: height - margin.bottom };
}

// series: { label, color, points: [[x, y]] }; o: frame's, and area, step.
function lineChart(svg, width, series, o) {
	const height = o.height || Math.round(Math.max(190, Math.min(280, width * 0.42)));
	const f = frame(svg, width, height, o);
	const line = d3.svg.line().x(p => f.x(p[0])).y(p => f.y(p[1])).interpolate(o.step ? 'step-after' : 'linear');
	const area = d3.svg.area().x(p => f.x(p[0])).y0(f.bottom).y1(p => f.y(p[1])).interpolate(o.step ? 'step-after' : 'linear');
	for (const s of series) {
		if (o.area)
			svg.append('path').attr('class', `area f${s.color}`).attr('d', area(s.points));
		svg.append('path').attr('class', `series s${s.color} ${o.thin ? 'thin' : 'd' + (series.length > 1 ? s.color : 0)}`).attr('d', line(s.points))
			.append('title').text(s.label);
	}
	if (o.more)
		o.more(svg, f);
	return height;
}

// Bars that begin where the one before ends. parts: { name, value, text }.
function cascade(svg, width, parts, largest) {
	const row = 24, left = 74, right = 74, top = 2;
	const x = d3.scale.linear().domain([0, largest]).range([left, width - right]);
	const bottom = top + parts.length * row;
	const axis = d3.svg.axis().scale(x).orient('bottom').tickFormat(nsTick).tickSize(-(bottom - top), 0).tickPadding(6)
		.tickValues(x.ticks(Math.max(2, Math.floor((width - left - right) / 75))));
	svg.append('g').attr('class', 'axis').attr('transform', `translate(0,${bottom})`).call(axis);
	let at = 0;
	parts.forEach((p, i) => {
		const y = top + i * row;
		svg.append('text').attr({ x: left - 8, y: y + row / 2, dy: '0.35em', 'text-anchor': 'end' }).text(p.name);
		svg.append('rect').attr({ class: 'f' + i % 8, x: x(at), y: y + 4, height: row - 8, width: p.value ? Math.max(1, x(at + p.value) - x(at)) : 0 })
			.append('title').text(`${p.name}: ${p.text}`);
		at += p.value;
		svg.append('text').attr({ x: x(at) + 6, y: y + row / 2, dy: '0.35em' }).text(p.text);
		if (i + 1 < parts.length)
			svg.append('line').attr({ class: 'base', x1: x(at), x2: x(at), y1: y + row - 4, y2: y + row + 4 });
	});
	svg.append('line').attr({ class: 'base', x1: left, x2: left, y1: top, y2: bottom });
	return bottom + 26;
}

// Buckets of a histogram: { from, to, n }. Up to 15 each value has its own; from there on an octave has eight.
function buckets(times) {
	return Object.entries(times.histogram || {}).map(([floor, n]) => {
		const from = Number(floor);
		return { from, to: Math.max(from + 1, Math.min(from + (from < 16 ? 1 : 2 ** (Math.floor(Math.log2(from)) - 3)), Number(times.max) + 1)), n: Number(n) };
	}).sort((a, b) => a.from - b.from);
}

function cumulative(list) {
	const all = list.reduce((sum, b) => sum + b.n, 0), points = [];
	let below = 0;
	for (const b of list) {
		points.push([Math.max(1, b.from), below / all]);
		below += b.n;
		points.push([Math.max(1, b.to), below / all]);
	}
	return points;
}

// As steps, with gaps at zero.
function shares(list) {
	const all = list.reduce((sum, b) => sum + b.n, 0), points = [];
	let end = null;
	for (const b of list) {
		if (end !== b.from)
			points.push(...(end === null ? [] : [[Math.max(1, end), 0]]), [Math.max(1, b.from), 0]);
		points.push([Math.max(1, b.from), b.n / all], [Math.max(1, b.to), b.n / all]);
		end = b.to;
	}
	if (end !== null)
		points.push([Math.max(1, end), 0]);
	return points;
}

const logDomain = (low, high) => {
	const wide = Math.max(high / low, 4) / (high / low);
	return [Math.max(1, low / Math.sqrt(wide) / 1.1), high * Math.sqrt(wide) * 1.1];
};
