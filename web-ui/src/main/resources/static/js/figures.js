import {bars, columns, trend} from './lib/charts.js';
import {byId, el, facts, figure} from './lib/dom.js';
import {authorization} from './lib/key.js';
import {Samples} from './lib/prometheus.js';
import {races} from './lib/race.js';
import {onServices} from './lib/services.js';

const EVERY = 2000;
const KEPT = 90;
const panels = [...document.querySelectorAll('[data-figures]')].map(panel => ({
  panel,
  modality: panel.dataset.figures,
  part: name => panel.querySelector(`[data-${name}]`),
  history: [],
  before: null,
}));

let paused = false;
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').textContent = paused ? 'Go on' : 'Pause';
  byId('pause').setAttribute('aria-pressed', paused);
});

// A service that is not there is not asked: the lamps know.
let services = null;

async function ask(panel) {
  if ((services[panel.modality]?.status ?? 'ABSENT') === 'ABSENT') {
    panel.part('state').textContent = `the ${panel.modality} service is not running`;
    panel.part('body').hidden = true;
    panel.before = null;
    return;
  }
  try {
    const response = await fetch(`/services/${panel.modality}/actuator/prometheus`, {headers: authorization()});
    if (response.status === 401) throw new Error('needs an API key: the button for it is at the foot of the page');
    if (!response.ok) throw new Error((await response.json()).error.message);
    show(panel, new Samples(await response.text()));
  } catch (e) {
    panel.part('state').textContent = e.message;
    panel.part('body').hidden = true;
    panel.before = null;
  }
}

function show(panel, samples) {
  const tokens = samples.sum('triptych_tokens_total');
  const passes = samples.sum('triptych_passes_total');
  const drafts = samples.sum('triptych_drafts_total');
  const drafted = samples.by('triptych_draft_tokens_total', 'drafter');
  const accepted = samples.by('triptych_accepted_tokens_total', 'drafter');
  const requests = samples.sum('triptych_tokens_per_second_count');
  const memory = samples.sum('jvm_memory_used_bytes') / 2 ** 20;
  const first = samples.quantile('triptych_time_to_first_token_seconds', 0.5);
  panel.part('state').textContent = requests ? `${requests} requests` : 'ready, nothing was asked yet';
  panel.part('body').hidden = false;
  facts(panel.part('facts'), [
    ['tokens per pass', figure(tokens / passes)],
    ['tokens', tokens.toLocaleString('en')],
    ['passes', passes.toLocaleString('en')],
    ['tokens per second, mean of requests', figure(samples.sum('triptych_tokens_per_second_sum') / requests, 0)],
    ['half begin within', first === undefined ? '–' : Number.isFinite(first) ? figure(first * 1000, 0) : 'over 10 000', 'ms'],
    ['waiting now', samples.sum('triptych_queue_depth')],
    ['memory of Java', figure(memory, 0), 'MiB'],
  ]);
  const before = panel.before ?? {tokens, passes};
  panel.history.push(passes > before.passes ? (tokens - before.tokens) / (passes - before.passes) : NaN);
  panel.history.splice(0, panel.history.length - KEPT);
  panel.before = {tokens, passes};
  panel.part('trend').replaceChildren(trend(panel.history, 'Tokens per pass', 4));
  panel.part('drafters').replaceChildren(drafted.size === 0 ? nothing() : bars([...drafted].map(([name, all]) => {
    const share = (accepted.get(name) ?? 0) / all;
    return {name, source: name, share, told: `${Math.round(100 * share)}% of ${all.toLocaleString('en')}`};
  }), 'Accepted by drafter'));
  const depths = [...samples.by('triptych_accepted_per_position_total', 'position')]
    .map(([position, count]) => ({name: position, share: count / drafts}))
    .sort((a, b) => a.name - b.name)
    .slice(0, 24);
  panel.part('positions').replaceChildren(depths.length === 0 ? nothing() : columns(depths, 'Passes accepted at least so deep'));
}

const nothing = () => el('p', {className: 'small quiet'}, 'No guesses yet.');

function showRaces() {
  const shown = races().slice(-12).reverse();
  byId('race-list').replaceChildren(shown.length === 0
    ? el('p', {className: 'small quiet'}, 'None yet: the pages of text, images and speech have a button for it.')
    : el('div', {className: 'scroll', tabIndex: 0, role: 'group', 'aria-label': 'Races'}, el('table', {},
      el('thead', {}, el('tr', {}, ...['Page', 'Seed', 'With speculation', 'Plain', 'Speed-up'].map((name, i) =>
        el('th', {scope: 'col', className: i > 1 ? 'number' : ''}, name)))),
      el('tbody', {}, ...shown.map(race => el('tr', {},
        el('td', {}, race.page.slice(1)),
        el('td', {}, String(race.seed)),
        el('td', {className: 'number'}, `${figure(race.fast / 1000)} s`),
        el('td', {className: 'number'}, `${figure(race.plain / 1000)} s`),
        el('td', {className: 'number'}, `${figure(race.plain / race.fast)}x`)))))));
}

async function round() {
  if (!paused && !document.hidden) {
    await Promise.all(panels.map(ask));
    byId('asked').textContent = `as of ${new Date().toLocaleTimeString()}`;
  }
  setTimeout(round, EVERY);
}

showRaces();
onServices(now => {
  const first = !services;
  services = now;
  if (first) round();
});
