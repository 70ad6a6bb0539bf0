// What the three workshops share: the form and its settings, one request at a time, failures, copies of the request.
import {byId, el} from './dom.js';
import {onServices} from './services.js';
import {curl, java} from './snippets.js';

const promises = {
  exact: 'The default. Guesses are kept only where they equal what the model takes itself under this seed: the result is the same as with speculation off, to the last bit.',
  off: 'No guesses: one pass for every token. This is what the others are compared with.',
  distribution: 'Guesses are kept by rejection sampling: results are as likely as without speculation, but the same seed gives another one.',
  relaxed: 'Plausible guesses are kept even where the model would not have taken them: more guesses count, and the odds change. Never the default.',
};

/**
 * Brings a workshop's page to life.
 *
 * @param modality whose service is asked
 * @param endpoint tells the path of the API, as the form has it
 * @param body reads the form: the request without speculation
 * @param generate async (body, signal): makes one and shows it
 * @param race async (body, signal): makes it both ways
 * @param playing (): whether what was made is still being played; an event "quiet" tells that it no longer is
 * @param drafters (form): the names of those that are wanted; none for all
 */
export function workshop({modality, endpoint, body, generate, race, playing = () => false, drafters = () => []}) {
  const form = byId('workshop');
  const buttons = {go: byId('go'), race: byId('race'), stop: byId('stop')};
  const status = byId('status');
  const failure = byId('failure');
  let running = null;
  const mayStop = () => { buttons.stop.disabled = !running && !playing(); };
  addEventListener('quiet', mayStop);

  let model;
  onServices(services => { model = services[modality]?.model ?? model; });
  const whole = () => ({...(model && {model}), ...body(form), speculation: speculation(form, drafters(form))});

  async function run(what, name) {
    if (running || !form.reportValidity()) return;
    running = new AbortController();
    failure.hidden = true;
    form.setAttribute('aria-busy', 'true');
    buttons.go.disabled = buttons.race.disabled = true;
    mayStop();
    status.textContent = `${name}…`;
    if (matchMedia('(max-width: 60rem)').matches && what === generate) byId('result').scrollIntoView();
    const begin = performance.now();
    try {
      await what(whole(), running.signal);
      status.textContent = `Done in ${((performance.now() - begin) / 1000).toFixed(2)} s.`;
    } catch (e) {
      if (running.signal.aborted) {
        status.textContent = 'Stopped. The service was told and spends nothing more on it.';
      } else {
        status.textContent = 'Failed.';
        show(failure, e);
      }
    } finally {
      running = null;
      form.removeAttribute('aria-busy');
      buttons.go.disabled = buttons.race.disabled = false;
      mayStop();
    }
  }

  form.addEventListener('submit', event => {
    event.preventDefault();
    run(generate, 'Generating');
  });
  buttons.race.addEventListener('click', () => run(race, 'Racing'));
  buttons.stop.addEventListener('click', () => running?.abort());
  addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(generate, 'Generating');
    } else if (event.key === 'Escape') {
      buttons.stop.click();
    }
  });
  addEventListener('pagehide', () => running?.abort());

  const mode = byId('mode');
  const explain = () => { byId('mode-hint').textContent = promises[mode.value]; };
  mode.addEventListener('change', explain);
  explain();
  byId('dice').addEventListener('click', () => { byId('seed').value = Math.floor(Math.random() * 1e6); });
  for (const range of form.querySelectorAll('input[type="range"]')) {
    const output = form.querySelector(`output[for="${range.id}"]`);
    const tell = () => { output.textContent = range.value; };
    range.addEventListener('input', tell);
    tell();
  }
  copies(endpoint, whole);
}

/** The extension as the form has it. */
function speculation(form, drafters) {
  const data = new FormData(form);
  const extension = {mode: data.get('mode'), trace: true};
  if (extension.mode !== 'off') {
    if (drafters.length > 0) extension.drafters = drafters;
    if (data.get('budget')) extension.budget = Number(data.get('budget'));
  }
  return extension;
}

/** Adds a number to a request if its field is filled. */
export function optional(body, name, value) {
  if (value !== null && value !== undefined && String(value).trim() !== '') body[name] = Number(value);
}

/** Shows an error as the API gave it. */
function show(panel, failure) {
  const status = failure.status ? `The API answered ${failure.status}` : 'The request failed';
  panel.replaceChildren(el('strong', {}, `${status}: `), failure.message);
  if (failure.answer) {
    panel.append(el('pre', {}, JSON.stringify(failure.answer, null, 1)));
  }
  panel.hidden = false;
}

function copies(endpoint, whole) {
  const dialog = byId('snippet');
  const open = async (title, text) => {
    byId('snippet-title').textContent = title;
    byId('snippet-text').textContent = text;
    dialog.showModal();
    try {
      await navigator.clipboard.writeText(text);
      byId('snippet-note').textContent = 'Copied.';
    } catch {
      byId('snippet-note').textContent = 'The browser does not let the page copy: select the text instead.';
    }
  };
  byId('copy-curl').addEventListener('click', () => open('As curl', curl(endpoint(), whole())));
  byId('copy-java').addEventListener('click', () => open('As Java, with openai-java', java(endpoint(), whole())));
  byId('snippet-close').addEventListener('click', () => dialog.close());
}
