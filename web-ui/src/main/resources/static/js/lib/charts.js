// Small pictures of numbers.
import {svg} from './dom.js';

const WIDTH = 320;

/** Horizontal bars: [{name, share (0 to 1), told, source}]. */
export function bars(rows, label) {
  const height = 30;
  return svg('svg', {class: 'chart', viewBox: `0 0 ${WIDTH} ${Math.max(1, rows.length) * height}`, role: 'img',
    'aria-label': `${label}: ${rows.map(row => `${row.name} ${row.told}`).join(', ')}`},
  ...rows.flatMap((row, i) => [
    svg('text', {x: 0, y: i * height + 11}, row.name),
    svg('text', {x: WIDTH, y: i * height + 11, 'text-anchor': 'end'}, row.told),
    svg('rect', {class: 'track', x: 0, y: i * height + 16, width: WIDTH, height: 7, rx: 2}),
    svg('g', {'data-source': row.source},
      svg('rect', {class: 'bar', x: 0, y: i * height + 16, width: Math.max(0, Math.min(1, row.share)) * WIDTH, height: 7, rx: 2})),
  ]));
}

/** Upright bars of shares by number: [{name, share}]. */
export function columns(rows, label) {
  const [height, base] = [120, 100];
  const step = WIDTH / Math.max(rows.length, 8);
  return svg('svg', {class: 'chart', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img',
    'aria-label': `${label}: ${rows.map(row => `${row.name}: ${Math.round(100 * row.share)}%`).join(', ')}`},
  svg('line', {class: 'axis', x1: 0, x2: WIDTH, y1: base, y2: base}),
  ...rows.flatMap((row, i) => [
    svg('rect', {class: 'bar', x: i * step + 2, width: step - 4, y: base - 84 * row.share, height: 84 * row.share, rx: 1}),
    rows.length <= 16 || i % 4 === 0 ? svg('text', {x: (i + 0.5) * step, y: base + 14, 'text-anchor': 'middle'}, row.name) : null,
    rows.length <= 9 ? svg('text', {x: (i + 0.5) * step, y: base - 84 * row.share - 4, 'text-anchor': 'middle'}, `${Math.round(100 * row.share)}%`) : null,
  ]));
}

/** A line through values over time; gaps where there was none. */
export function trend(values, label, most) {
  const [height, base] = [120, 100];
  const top = Math.max(2, most, ...values.filter(Number.isFinite));
  const x = i => values.length < 2 ? WIDTH : i / (values.length - 1) * WIDTH;
  const y = value => base - value / top * 88;
  let pen = 'M';
  const path = values.map((value, i) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return '';
    }
    const part = `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
    return part;
  }).join(' ');
  const known = values.filter(Number.isFinite);
  return svg('svg', {class: 'chart', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img',
    'aria-label': known.length ? `${label}: now ${known.at(-1).toFixed(2)}` : `${label}: nothing yet`},
  svg('line', {class: 'axis', x1: 0, x2: WIDTH, y1: base, y2: base}),
  svg('line', {class: 'axis', x1: 0, x2: WIDTH, y1: y(1), y2: y(1), 'stroke-dasharray': '3 3'}),
  svg('text', {x: 0, y: y(1) - 3}, '1: plain decoding'),
  svg('text', {x: WIDTH, y: 10, 'text-anchor': 'end'}, known.length ? known.at(-1).toFixed(2) : 'nothing was asked yet'),
  svg('path', {class: 'trend', d: path}));
}
