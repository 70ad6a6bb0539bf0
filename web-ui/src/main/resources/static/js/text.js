import {events} from './lib/api.js';
import {byId, el, facts, figure} from './lib/dom.js';
import {offerExamples} from './lib/examples.js';
import {pace, race, verdict} from './lib/race.js';
import {onServices} from './lib/services.js';
import {describe, drawTree} from './lib/tree.js';
import {optional, workshop} from './lib/workshop.js';

const examples = {
  'A class with getters': `public final class Point {
    private final int x;
    private final int y;

    public Point(int x, int y) {
        this.x = x;
        this.y = y;
    }

    public int getX() {`,
  'A switch': `    static String name(int day) {
        switch (day) {
            case 1:
                return "Monday";
            case 2:`,
  'Javadoc': `    /**
     * Returns the number of elements in this list.
     *
     * @return`,
  'Imports': `package com.example.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import`,
  'Noise (hard to guess)': 'qX7 zv@Lw 9dk#Rr pM2;;',
};

const chat = () => byId('way').value === 'chat';
const endpoint = () => chat() ? '/chat/completions' : '/completions';

/** A text as it grows: its tokens, their sources, and all passes. */
class Writing {
  tokens = [];
  passes = [];
  text = '';
  finish = null;
  report = null;

  constructor(page, prompt) {
    this.page = page;
    page.replaceChildren(el('span', {className: 'prompt'}, prompt));
  }

  accept({data}) {
    if (!data) return;
    const choice = data.choices?.[0];
    this.text += choice?.text ?? choice?.delta?.content ?? '';
    this.finish = choice?.finish_reason ?? this.finish;
    for (const pass of data.speculation?.trace ?? []) this.add(pass);
    if (data.speculation?.contract) this.report = data.speculation;
  }

  add(pass) {
    this.passes.push(pass);
    this.tokens.push(...pass.tokens);
    const group = el('span', {className: 'pass', title: describe(pass)}, ...pass.tokens.map(token =>
      el('span', {className: 'token new', 'data-source': token.source}, token.text)));
    group.dataset.pass = this.passes.length;
    const follow = this.page.scrollHeight - this.page.scrollTop - this.page.clientHeight < 40;
    this.page.append(group);
    if (follow) this.page.scrollTop = this.page.scrollHeight;
  }

  /** Tokens by source, the most first. */
  sources() {
    const counts = new Map();
    for (const {source} of this.tokens) counts.set(source, (counts.get(source) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  figures(milliseconds, first) {
    const drafted = this.passes.reduce((sum, pass) => sum + pass.rejected.length, 0)
      + this.tokens.filter(token => token.source !== 'target').length;
    const accepted = this.tokens.filter(token => token.source !== 'target').length;
    const seconds = this.report?.seconds ?? milliseconds / 1000;
    return [
      ['tokens', this.tokens.length],
      ['passes of the model', this.passes.length],
      ['tokens per pass', figure(this.tokens.length / this.passes.length)],
      ['tokens per second', figure(this.tokens.length / seconds, 0)],
      ['guesses accepted', drafted ? `${Math.round(100 * accepted / drafted)}%` : '–', drafted ? `of ${drafted}` : ''],
      ['until the first', first === null ? '–' : figure(first, 0), first === null ? '' : 'ms'],
    ];
  }
}

const write = (body, signal) => events(`/v1${endpoint()}`, {...body, stream: true}, signal);
const stage = {writing: null, shown: 0, follow: true};

function showPass(number) {
  const {passes, page} = stage.writing;
  if (passes.length === 0) return;
  stage.shown = Math.min(Math.max(1, number), passes.length);
  stage.follow = stage.shown === passes.length;
  const pass = passes[stage.shown - 1];
  byId('tree').replaceChildren(drawTree(pass));
  byId('pass-told').textContent = describe(pass);
  const slider = byId('pass');
  slider.max = passes.length;
  slider.value = stage.shown;
  page.querySelector('.pass.shown')?.classList.remove('shown');
  page.querySelector(`[data-pass="${stage.shown}"]`)?.classList.add('shown');
}

function showLegend(writing) {
  byId('legend').replaceChildren(...writing.sources().map(([source, count]) =>
    el('li', {'data-source': source},
      el('span', {className: 'swatch'}),
      `${source === 'target' ? 'the model itself' : source}: ${count}`)));
}

async function generate(body, signal) {
  const writing = new Writing(byId('page'), prompt());
  Object.assign(stage, {writing, shown: 0, follow: true});
  byId('stage').hidden = false;
  byId('tree').replaceChildren();
  byId('account').textContent = '';
  const begin = performance.now();
  const wanted = body.max_tokens ?? body.max_completion_tokens;
  let first = null;
  byId('progress').hidden = false;
  let due = false;
  const draw = () => {
    due = false;
    facts(byId('facts'), writing.figures(performance.now() - begin, first));
    byId('progress').value = writing.tokens.length / wanted;
    showLegend(writing);
    if (stage.follow) showPass(writing.passes.length);
  };
  try {
    for await (const event of write(body, signal)) {
      writing.accept(event);
      if (writing.passes.length > 0) first ??= performance.now() - begin;
      if (!due) {
        due = true;
        requestAnimationFrame(draw);
      }
    }
    byId('account').textContent = account(writing);
  } finally {
    byId('progress').hidden = true;
    byId('stage').hidden = writing.passes.length === 0;
    draw();
  }
}

function account({report, finish}) {
  const why = finish === 'stop' ? 'It ended by itself.' : 'It reached the limit that was set.';
  return `Contract “${report.contract}”, seed ${report.seed}. ${why} The model worked ${figure(report.seconds, 3)} s on it.`;
}

async function compare(body, signal) {
  const lane = title => {
    const page = el('pre', {className: 'page', tabIndex: 0, 'aria-label': title});
    const told = el('p', {className: 'small quiet'}, 'waiting');
    const writing = new Writing(page, '');
    return {
      title,
      writing,
      element: el('div', {className: 'stack'}, page, told),
      accept(event) {
        writing.accept(event);
        told.textContent = `${writing.tokens.length} tokens in ${writing.passes.length} passes`;
      },
    };
  };
  const {fast, plain, mode} = await race({
    body, signal, lane, stream: write});
  const a = fast.shown.writing;
  const b = plain.shown.writing;
  const place = b.tokens.findIndex((token, i) => token.id !== a.tokens[i]?.id);
  const same = place < 0 && a.tokens.length === b.tokens.length && a.text === b.text;
  const passes = `${a.passes.length} passes instead of ${b.passes.length}; ${pace(fast.milliseconds, plain.milliseconds)}.`;
  verdict(same
    ? {outcome: 'identical', headline: 'Identical', details: `This page compared all ${a.tokens.length} tokens and all ${a.text.length} characters. ${passes}`}
    : {
      outcome: mode === 'exact' ? 'different' : 'other',
      headline: mode === 'exact' ? 'Different: please report this' : 'Another text, as this contract allows',
      details: `They part at token ${(place < 0 ? b.tokens.length : place) + 1}. ${passes}`,
    });
}

const prompt = () => byId('prompt').value;

workshop({
  modality: 'text',
  endpoint,
  generate,
  race: compare,
  body(form) {
    const data = new FormData(form);
    const limit = Number(data.get('max_tokens'));
    const body = chat()
      ? {messages: [{role: 'user', content: prompt()}], max_completion_tokens: limit}
      : {prompt: prompt(), max_tokens: limit};
    Object.assign(body, {temperature: Number(data.get('temperature')), seed: Number(data.get('seed'))});
    for (const name of ['top_p', 'top_k', 'min_p']) optional(body, name, data.get(name));
    if (data.get('stop')) body.stop = [data.get('stop').replaceAll('\\n', '\n')];
    return body;
  },
  drafters(form) {
    const boxes = [...form.querySelectorAll('input[name="drafter"]')];
    const chosen = boxes.filter(box => box.checked).map(box => box.value);
    return chosen.length < boxes.length ? chosen : [];
  },
});

offerExamples(Object.entries(examples));
byId('prompt').value ||= examples['A class with getters'];

byId('pass').addEventListener('input', event => showPass(Number(event.target.value)));
byId('before').addEventListener('click', () => stage.writing && showPass(stage.shown - 1));
byId('after').addEventListener('click', () => stage.writing && showPass(stage.shown + 1));
byId('page').addEventListener('click', event => {
  const pass = event.target.closest('.pass');
  if (pass) showPass(Number(pass.dataset.pass));
});

const hints = {
  'draft-model': 'a model a tenth as large',
  'suffix-automaton': 'what was written before, longest match first',
  'token-recycling': 'guesses that earlier passes threw away',
  'prompt-lookup': 'copies from the prompt',
};

// The drafters are what the service says it has.
onServices(({text}) => {
  const names = text?.drafters;
  if (!names || byId('drafters').querySelector('input')) return;
  byId('drafters').append(...names.map(name => el('label', {className: 'choice'},
    el('input', {type: 'checkbox', name: 'drafter', value: name, checked: true}),
    el('span', {className: 'swatch', 'data-source': name}),
    el('span', {}, name, el('span', {className: 'quiet small'}, hints[name] ? `: ${hints[name]}` : '')))));
});
