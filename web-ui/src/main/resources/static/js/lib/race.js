// Two ways of making the same thing, side by side and at their own pace.
import {byId, el} from './dom.js';

/**
 * Runs both ways after each other, because a service runs one request at a time and they would disturb each other. The
 * first is recorded, and replayed at its real pace beside the second. Speculation goes first: it must not draft from what
 * the plain run has just written.
 *
 * @param stream (body, signal): yields what comes of a request
 * @param lane (title): what shows one run: {element, accept(event)}
 * @return the two lanes with their milliseconds: {fast, plain}
 */
export async function race({body, signal, stream, lane}) {
  const fast = runner(lane('With speculation'));
  const plain = runner(lane('Plain decoding'));
  byId('lanes').replaceChildren(fast.element, plain.element);
  byId('verdict').hidden = true;
  byId('race-panel').hidden = false;
  byId('race-panel').scrollIntoView({block: 'nearest'});
  const mode = body.speculation.mode === 'off' ? 'exact' : body.speculation.mode;

  const recording = [];
  await fast.run(
    stream({...body, speculation: {...body.speculation, mode}}, signal),
    event => recording.push({at: fast.elapsed(), event}),
  );

  const replayed = replay(fast, lane('With speculation'), recording, signal);
  const {drafters, budget, ...extension} = body.speculation;
  await plain.run(stream({...body, speculation: {...extension, mode: 'off'}}, signal));
  await replayed;
  note(body, fast.milliseconds, plain.milliseconds);
  return {fast, plain, mode};
}

function runner(shown) {
  const clock = el('div', {className: 'clock'}, '0.00 s');
  const element = el('div', {className: 'lane'}, el('h3', {}, shown.title), clock, shown.element);
  let begin = 0;
  let frame = 0;
  const elapsed = () => performance.now() - begin;
  const tick = () => {
    clock.textContent = `${(elapsed() / 1000).toFixed(2)} s`;
    frame = requestAnimationFrame(tick);
  };
  return {
    element,
    shown,
    elapsed,
    accept: shown.accept,
    start() {
      begin = performance.now();
      tick();
    },
    /** Shows what comes, until that ends or fails. */
    async run(events, heard = () => {}) {
      this.start();
      try {
        for await (const event of events) {
          heard(event);
          this.accept(event);
        }
      } finally {
        this.finish();
      }
    },
    finish(milliseconds = elapsed()) {
      cancelAnimationFrame(frame);
      this.milliseconds = milliseconds;
      clock.textContent = `${(milliseconds / 1000).toFixed(2)} s`;
    },
  };
}

/** Shows a recorded run again; ends at once when the other is stopped. */
async function replay(original, shown, recording, signal) {
  const again = runner(shown);
  original.element.replaceWith(again.element);
  again.start();
  for (const {at, event} of recording) {
    while (again.elapsed() < at && !signal.aborted) {
      await new Promise(resolve => setTimeout(resolve, Math.min(50, at - again.elapsed())));
    }
    again.accept(event);
  }
  again.finish(original.milliseconds);
}

/** What a race found, said so that it can be checked. */
export function verdict({outcome, headline, details}) {
  const panel = byId('verdict');
  panel.dataset.outcome = outcome;
  panel.replaceChildren(el('strong', {}, headline), el('p', {}, details));
  panel.hidden = false;
}

/** The races of this browser session, the last one last. */
export function races() {
  try {
    return JSON.parse(sessionStorage.getItem('races') ?? '[]');
  } catch {
    return []; // A browser that keeps nothing.
  }
}

/** The page of figures shows it. */
function note(body, fast, plain) {
  const all = [...races(), {page: location.pathname, fast, plain, seed: body.seed}];
  try {
    sessionStorage.setItem('races', JSON.stringify(all.slice(-50)));
  } catch {
    // As above.
  }
}

/** How two runs compare in time, in words. */
export function pace(fast, plain) {
  const ratio = plain / fast;
  return ratio >= 1
    ? `${ratio.toFixed(2)} times as fast as plain decoding (${(fast / 1000).toFixed(2)} s against ${(plain / 1000).toFixed(2)} s)`
    : `slower this time: ${(fast / 1000).toFixed(2)} s against ${(plain / 1000).toFixed(2)} s of plain decoding`;
}
