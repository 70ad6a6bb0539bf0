import {events} from './lib/api.js';
import {Cells} from './lib/cells.js';
import {byId, bytes, download, el, facts, figure} from './lib/dom.js';
import {offerExamples} from './lib/examples.js';
import {pace, race, verdict} from './lib/race.js';
import {optional, workshop} from './lib/workshop.js';

const words = {
  size: ['', 'small ', 'large '],
  texture: ['', '', 'striped ', 'dotted ', 'checkered '],
  colour: ['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'],
  shape: ['circle', 'square', 'triangle', 'star', 'heart', 'ring', 'diamond', 'cross'],
  place: ['on the left', 'on the right', 'at the top', 'at the bottom', 'in the center'],
  relation: ['left of', 'right of', 'above', 'below'],
  background: ['on a white background', 'on a gray background', 'on a black background', 'on a beige background',
    'on a navy background', 'at sunset', 'at night', 'on a meadow'],
};
const pick = list => list[Math.floor(Math.random() * list.length)];
const examples = [
  'a large purple circle in the center at sunset',
  'a small yellow star above a red heart at night',
  'three green squares on a beige background',
  'a large striped blue ring on the left on a white background',
];

/** A caption of the language that the default model was trained on. */
function surprise() {
  const object = colour => {
    const size = pick(words.size);
    const phrase = `${size}${size === 'small ' ? '' : pick(words.texture)}${colour} ${pick(words.shape)}`;
    return `${/^[aeiou]/.test(phrase) ? 'an' : 'a'} ${phrase}`;
  };
  const colour = pick(words.colour);
  const scene = Math.random() < 0.5
    ? `${object(colour)} ${pick(words.place)}`
    : `${object(colour)} ${pick(words.relation)} ${object(pick(words.colour.filter(c => c !== colour)))}`;
  return `${scene} ${pick(words.background)}`;
}

/** A picture as it grows: previews, codes, and at the end the file. */
class Drawing {
  image = el('img', {alt: 'No picture yet', hidden: true});
  blank = el('div', {className: 'blank'}, 'the first preview comes soon');
  figure = el('figure', {}, this.blank, this.image);
  cells = null;
  grid = el('figure', {});
  file = null;
  report = null;
  begin = performance.now();
  first = null;

  constructor(prompt) {
    this.prompt = prompt;
  }

  accept({comment, data}) {
    const told = /(\d+) of (\d+) tokens/.exec(comment ?? '');
    if (told) {
      this.#cells(Math.round(Math.sqrt(Number(told[2])))).reached(Number(told[1]));
      this.whole = Number(told[2]);
    }
    if (!data) return;
    if (data.type === 'image_generation.partial_image') {
      this.first ??= performance.now() - this.begin;
      this.#show(data, 'A preview');
    } else {
      this.file = data.b64_json;
      this.format = data.output_format;
      this.report = data.speculation;
      this.#show(data, this.prompt);
      this.#cells(Math.round(Math.sqrt(data.speculation.tokens))).told(data.speculation.trace);
    }
  }

  get share() {
    return (this.cells?.passes.at(-1)?.to ?? 0) / (this.whole ?? 256);
  }

  figures() {
    const passes = this.cells?.passes ?? [];
    const tokens = passes.at(-1)?.to ?? 0;
    return [
      ['codes', tokens],
      ['passes of the model', passes.length],
      ['codes per pass', figure(tokens / passes.length)],
      ['seconds', figure(this.report?.seconds ?? (performance.now() - this.begin) / 1000)],
      ['guesses accepted', this.report?.drafted ? `${Math.round(100 * this.report.accepted / this.report.drafted)}%` : '–',
        this.report?.drafted ? `of ${this.report.drafted}` : ''],
      ['until the first preview', this.first === null ? '–' : figure(this.first, 0), this.first === null ? '' : 'ms'],
    ];
  }

  #show(data, alt) {
    this.image.src = `data:image/${data.output_format};base64,${data.b64_json}`;
    this.image.alt = alt;
    this.image.hidden = false;
    this.blank.remove();
  }

  #cells(side) {
    if (!this.cells) {
      this.cells = new Cells(side);
      this.grid.append(this.cells.element);
    }
    return this.cells;
  }
}

const draw = (body, signal) => events('/v1/images/generations', {...body, stream: true, partial_images: 3}, signal);
const stage = {drawing: null, shown: 0};

function showPass(number) {
  const cells = stage.drawing?.cells;
  if (!cells || cells.passes.length === 0) return;
  stage.shown = Math.min(Math.max(1, number), cells.passes.length);
  cells.show(stage.shown);
  tellPass();
}

function tellPass() {
  const {cells} = stage.drawing;
  byId('pass').max = cells.passes.length;
  byId('pass').value = stage.shown;
  byId('pass-told').textContent = `${cells.describe(stage.shown)}.`;
}

async function generate(body, signal) {
  const drawing = new Drawing(body.prompt);
  Object.assign(stage, {drawing, shown: 0});
  byId('easel').replaceChildren(drawing.figure, drawing.grid);
  byId('stage').hidden = false;
  byId('save').disabled = true;
  byId('account').textContent = '';
  byId('progress').hidden = false;
  try {
    for await (const event of draw(body, signal)) {
      drawing.accept(event);
      byId('progress').value = drawing.share;
      facts(byId('facts'), drawing.figures());
    }
    stage.shown = drawing.cells.passes.length;
    tellPass();
    const {report} = drawing;
    byId('account').textContent = `Contract “${report.contract}”, seed ${report.seed}.`
      + (report.bound ? ` No code's odds differ from the model's by more than ${report.bound} in total variation.` : '');
    byId('save').disabled = false;
    hang(drawing, body);
  } finally {
    byId('progress').hidden = true;
    byId('stage').hidden = !drawing.cells;
  }
}

/** Puts a picture into the gallery, with the way back to its settings. */
function hang(drawing, body) {
  byId('gallery-empty').hidden = true;
  const again = el('button', {type: 'button', className: 'plain small'}, 'Use its settings');
  again.addEventListener('click', () => {
    const settings = {
      prompt: body.prompt,
      seed: drawing.report.seed,
      mode: body.speculation.mode,
      budget: body.speculation.budget,
      guidance: body.guidance_scale,
      negative: body.negative_prompt,
      temperature: body.temperature,
      top_p: body.top_p,
      top_k: body.top_k,
      format: body.output_format,
    };
    for (const [id, value] of Object.entries(settings)) {
      byId(id).value = value ?? '';
      for (const type of ['input', 'change']) byId(id).dispatchEvent(new Event(type));
    }
    byId('prompt').focus();
  });
  const save = el('button', {type: 'button', className: 'plain small'}, 'Download');
  save.addEventListener('click', () => keep(drawing));
  byId('gallery').prepend(el('figure', {},
    el('img', {src: drawing.image.src, alt: body.prompt}),
    el('figcaption', {}, `${body.prompt}, seed ${drawing.report.seed}, ${drawing.report.passes} passes`),
    el('div', {className: 'row'}, again, save)));
}

function keep(drawing) {
  const name = `triptych-${drawing.report.seed}.${drawing.format === 'jpeg' ? 'jpg' : drawing.format}`;
  download(new Blob([bytes(drawing.file)], {type: `image/${drawing.format}`}), name);
}

async function compare(body, signal) {
  const lane = title => {
    const drawing = new Drawing(body.prompt);
    const told = el('p', {className: 'small quiet'}, 'waiting');
    return {
      title,
      drawing,
      element: el('div', {className: 'stack'}, el('div', {className: 'easel'}, drawing.figure, drawing.grid), told),
      accept(event) {
        drawing.accept(event);
        told.textContent = `${drawing.cells?.passes.at(-1)?.to ?? 0} codes in ${drawing.cells?.passes.length ?? 0} passes`;
      },
    };
  };
  const {fast, plain, mode} = await race({body, signal, lane, stream: draw});
  const a = fast.shown.drawing;
  const b = plain.shown.drawing;
  const codes = drawing => drawing.report.trace.flatMap(pass => pass.tokens.map(token => token.id));
  const [ours, theirs] = [codes(a), codes(b)];
  const differing = theirs.filter((code, i) => code !== ours[i]).length;
  const passes = `${a.report.passes} passes instead of ${b.report.passes}; ${pace(fast.milliseconds, plain.milliseconds)}.`;
  const same = differing === 0 && ours.length === theirs.length && a.file === b.file;
  verdict(same
    ? {outcome: 'identical', headline: 'Identical', details: `This page compared all ${ours.length} codes and all ${bytes(a.file).length} bytes of the two files. ${passes}`}
    : {
      outcome: mode === 'exact' ? 'different' : 'other',
      headline: mode === 'exact' ? 'Different: please report this' : 'Another picture, as this contract allows',
      details: `${differing} of ${theirs.length} codes differ. ${passes}`,
    });
}

workshop({
  modality: 'image',
  endpoint: () => '/images/generations',
  generate,
  race: compare,
  body(form) {
    const data = new FormData(form);
    const body = {
      prompt: data.get('prompt'),
      seed: Number(data.get('seed')),
      guidance_scale: Number(data.get('guidance_scale')),
      temperature: Number(data.get('temperature')),
      output_format: data.get('output_format'),
    };
    if (data.get('negative_prompt')) body.negative_prompt = data.get('negative_prompt');
    for (const name of ['top_p', 'top_k']) optional(body, name, data.get(name));
    return body;
  },
});

offerExamples([['Surprise me', surprise], ...examples.map(text => [text, text])]);
byId('prompt').value ||= examples[0];
byId('pass').addEventListener('input', event => showPass(Number(event.target.value)));
byId('before').addEventListener('click', () => showPass(stage.shown - 1));
byId('after').addEventListener('click', () => showPass(stage.shown + 1));
byId('save').addEventListener('click', () => keep(stage.drawing));
