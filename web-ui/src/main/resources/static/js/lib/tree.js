// The draft of one pass as a tree: accepted path on top, wrong guesses below, where they branched off.
import {svg} from './dom.js';

const WIDTH = 112;
const HEIGHT = 30;
const BOX = {width: 92, height: 22};
const ROOT = 22;
const MARGIN = 12;

/**
 * Draws a pass.
 *
 * @param pass a trace: {tokens: [{text, source}], rejected: [{text, source, depth, parent}]}
 * @return an <svg>, as large as it needs to be
 */
export function drawTree(pass) {
  const nodes = [{depth: 0, row: 0, kept: true, text: '●', source: 'target'}];
  const path = [nodes[0]];
  pass.tokens.forEach((token, i) => {
    const node = {...token, depth: i + 1, kept: true, above: path[i], row: 0};
    path.push(node);
    nodes.push(node);
  });
  const rejected = pass.rejected.map(token => ({...token, kept: false}));
  rejected.forEach(node => {
    // Below the accepted node before it, which a limit may have cut off; then below the last that is shown.
    node.above = node.parent === undefined
      ? path[Math.min(node.depth - 1, path.length - 1)]
      : rejected[node.parent];
  });
  nodes.push(...rejected);
  const rows = layOut(path, rejected);
  const depth = Math.max(...nodes.map(node => node.depth));

  const gap = WIDTH - BOX.width;
  const x = node => MARGIN + (node.depth === 0 ? 0 : ROOT + gap + (node.depth - 1) * WIDTH);
  const y = node => MARGIN + node.row * HEIGHT;
  const drawing = svg('svg', {
    width: MARGIN * 2 + ROOT + depth * WIDTH,
    height: MARGIN * 2 + rows * HEIGHT - (HEIGHT - BOX.height),
    role: 'img',
    'aria-label': describe(pass),
  });
  for (const node of nodes.filter(n => n.above).sort((a, b) => a.kept - b.kept)) {
    const from = {x: x(node.above) + (node.above.depth === 0 ? ROOT : BOX.width), y: y(node.above) + BOX.height / 2};
    const to = {x: x(node), y: y(node) + BOX.height / 2};
    const bend = gap / 2;
    drawing.append(svg('path', {
      class: node.kept ? 'edge kept' : 'edge',
      d: `M${from.x} ${from.y} C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`,
    }));
  }
  for (const node of nodes) {
    const width = node.depth === 0 ? ROOT : BOX.width;
    drawing.append(svg('g', {
      class: node.kept ? 'node kept' : 'node lost',
      'data-source': node.source,
      transform: `translate(${x(node)} ${y(node)})`,
    },
    svg('title', {}, title(node)),
    svg('rect', {width, height: BOX.height, rx: 3}),
    svg('text', {x: width / 2, y: 15, 'text-anchor': 'middle'}, label(node))));
  }
  return drawing;
}

/** Gives every wrong guess a row of its own branch; returns the number of rows. */
function layOut(path, rejected) {
  const children = new Map();
  for (const node of rejected) {
    children.set(node.above, [...(children.get(node.above) ?? []), node]);
  }
  let rows = 1;
  const place = (node, row) => {
    node.row = row;
    (children.get(node) ?? []).forEach((child, i) => place(child, i === 0 ? row : rows++));
  };
  // From the far end back, so that branches nearer to the root hang lower and no lines cross.
  for (const node of [...path].reverse()) {
    for (const child of children.get(node) ?? []) place(child, rows++);
  }
  return rows;
}

function label(node) {
  const text = visible(node.text ?? String(node.id));
  return text.length > 11 ? `${text.slice(0, 10)}…` : text;
}

/** White space made visible. */
function visible(text) {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll(' ', '·');
}

function title(node) {
  if (node.depth === 0) return 'Where the pass begins: the last token before it';
  const text = visible(node.text ?? String(node.id));
  if (node.source === 'target') return `${text}: added by the model itself`;
  return `${text}: guessed by ${node.source}, ${node.kept ? 'accepted' : 'rejected'}`;
}

export function describe(pass) {
  const accepted = pass.tokens.filter(token => token.source !== 'target').length;
  const drafted = accepted + pass.rejected.length;
  return drafted === 0
    ? `Pass ${pass.pass}: no guesses, one token by the model itself`
    : `Pass ${pass.pass}: ${accepted} of ${drafted} guesses accepted, ${pass.tokens.length} tokens in all`;
}
