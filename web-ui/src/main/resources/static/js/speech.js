import {events, post} from './lib/api.js';
import {byId, bytes, download, el, facts, figure} from './lib/dom.js';
import {offerExamples} from './lib/examples.js';
import {pace, race, verdict} from './lib/race.js';
import {onServices} from './lib/services.js';
import {Pcm, Player, drawSpectrum, drawWave, wav} from './lib/sound.js';
import {optional, workshop} from './lib/workshop.js';

const examples = {
  'A greeting': 'Good morning. The kettle is on, and the train leaves at ten past nine.',
  'Numbers and dates': 'On March 3rd, 2024, Dr. Ellis counted 1,250 birds in 45 minutes.',
  'A question': 'Did you hear that? It came from behind the old stone wall.',
  'A paragraph': 'The river was high after the rain. Two boats lay on the bank, and nobody was in sight. We waited for an hour, then walked home along the road.',
};

let rate = 16000;
let last = null;
let player = null;

/** Ends what the player still has of an earlier sound; the whole of it may be played again by its controls. */
function endPlayer() {
  player?.stop();
  player = null;
  dispatchEvent(new Event('quiet'));
}

function silence() {
  endPlayer();
  byId('audio').pause();
}

/** A sound as it comes: its samples, and at the end the account of it. */
class Sound {
  pcm = new Pcm();
  report = null;
  begin = performance.now();
  first = null;

  /** Takes an event; returns the samples that it brought. */
  accept({data}) {
    if (data?.type === 'speech.audio.delta') {
      this.first ??= performance.now() - this.begin;
      return this.pcm.add(bytes(data.audio));
    }
    if (data?.type === 'speech.audio.done') this.report = data.speculation;
    return new Float32Array();
  }

  get seconds() {
    return this.pcm.samples.length / rate;
  }

  /** The codes of all lines, by frame: [{source}] for each codebook. */
  frames() {
    const frames = [];
    (this.report.lines ?? []).forEach((line, index) => {
      const tokens = this.report.trace.filter(pass => pass.index === index).flatMap(pass => pass.tokens);
      const codebooks = line.frames > 0 ? Math.max(1, Math.floor(tokens.length / line.frames)) : tokens.length;
      for (let frame = 0; frame < line.frames; frame++) {
        frames.push(tokens.slice(frame * codebooks, (frame + 1) * codebooks));
      }
    });
    return frames;
  }

  figures() {
    const {report} = this;
    const elapsed = (performance.now() - this.begin) / 1000;
    return [
      ['seconds of sound', figure(this.seconds)],
      ['real-time factor', figure(report?.real_time_factor ?? elapsed / this.seconds)],
      ['until the first sound', this.first === null ? '–' : figure(this.first, 0), this.first === null ? '' : 'ms'],
      ...report ? [
        ['passes', report.passes],
        ['codes per pass', figure(report.tokens_per_pass)],
        ['of the backbone', report.backbone_passes],
        ['of the depth decoder', report.depth_passes],
        ['guesses accepted', report.drafted ? `${Math.round(100 * report.accepted / report.drafted)}%` : '–', report.drafted ? `of ${report.drafted}` : ''],
      ] : [],
    ];
  }
}

const pigment = name => getComputedStyle(document.querySelector(`[data-source="${name}"] .swatch`) ?? document.documentElement)
  .getPropertyValue('--pigment');
const ink = () => getComputedStyle(document.documentElement).color;

function draw(sound) {
  drawWave(byId('wave'), sound.pcm.samples, ink());
  drawSpectrum(byId('spectrum'), sound.pcm.samples);
  byId('wave').setAttribute('aria-label', `Waveform of ${sound.seconds.toFixed(1)} seconds`);
  byId('spectrum').setAttribute('aria-label', `Spectrogram of ${sound.seconds.toFixed(1)} seconds`);
}

/** Frames from left to right, codebooks from top to bottom; who proposed a code gives its colour. */
function drawFrames(frames) {
  const sources = new Map();
  frames.flat().forEach(({source}) => sources.set(source, (sources.get(source) ?? 0) + 1));
  byId('legend').replaceChildren(...[...sources].map(([source, count]) => el('li', {'data-source': source},
    el('span', {className: 'swatch'}), `${source === 'target' ? 'the model itself' : source}: ${count}`)));
  // A canvas has at most 65535 pixels in a row, in some browsers half of that: long speech has narrower cells.
  const width = Math.min(Math.max(Math.floor(32000 / frames.length), 1), 14);
  const height = 14;
  const gap = width > 4 ? 1 : 0;
  const canvas = byId('frames');
  canvas.width = frames.length * width;
  canvas.height = Math.max(...frames.map(frame => frame.length), 1) * height;
  const colours = new Map([...sources.keys()].map(source => [source, resolved(pigment(source))]));
  const context = canvas.getContext('2d');
  frames.forEach((frame, x) => frame.forEach(({source}, y) => {
    context.fillStyle = colours.get(source);
    context.globalAlpha = source === 'target' ? 0.35 : 1;
    context.fillRect(x * width + gap, y * height + 1, width - 2 * gap, height - 2);
  }));
  const own = sources.get('target') ?? 0;
  const all = frames.flat().length;
  canvas.setAttribute('aria-label', `${frames.length} frames, ${all} codes: ${all - own} confirmed guesses, ${own} by the model itself`);
}

/** A colour as a canvas understands it: without light-dark() and variables. */
function resolved(colour) {
  const probe = el('span');
  probe.style.color = colour;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const speak = (body, signal) => events('/v1/audio/speech', {...body, response_format: 'pcm', stream_format: 'sse'}, signal);

async function generate(body, signal) {
  silence();
  const sound = new Sound();
  player = new Player(rate, () => dispatchEvent(new Event('quiet')));
  byId('stage').hidden = true;
  byId('legend').replaceChildren();
  byId('frames').width = 0;
  byId('frames').setAttribute('aria-label', 'No frames yet');
  byId('audio').hidden = true;
  byId('keep').hidden = true;
  byId('account').textContent = '';
  for await (const event of speak(body, signal)) {
    const fresh = sound.accept(event);
    player?.play(fresh); // none once it was stopped
    draw(sound);
    facts(byId('facts'), sound.figures());
    byId('stage').hidden = false;
  }
  const {report} = sound;
  last = {sound, body};
  drawFrames(sound.frames());
  const audio = byId('audio');
  URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(wav(sound.pcm.samples, rate));
  audio.hidden = false;
  byId('keep').hidden = false;
  byId('account').textContent = `Contract “${report.contract}”, seed ${report.seed}. `
    + (report.finish_reason === 'stop' ? 'The model ended by itself.' : 'It was ended because it took longer than its words plausibly do.')
    + (report.bound ? ` No code's odds differ from the model's by more than ${report.bound} in total variation.` : '');
}

async function compare(body, signal) {
  silence();
  const lane = title => {
    const sound = new Sound();
    const canvas = el('canvas', {className: 'wave', width: 600, height: 120, role: 'img', 'aria-label': `${title}: waveform`});
    const told = el('p', {className: 'small quiet'}, 'waiting');
    return {
      title,
      sound,
      element: el('div', {className: 'stack'}, canvas, told),
      accept(event) {
        sound.accept(event);
        drawWave(canvas, sound.pcm.samples, ink());
        told.textContent = `${sound.seconds.toFixed(2)} s of sound${sound.report ? ` in ${sound.report.passes} passes` : ''}`;
      },
    };
  };
  const {fast, plain, mode} = await race({body, signal, lane, stream: speak});
  const a = fast.shown.sound;
  const b = plain.shown.sound;
  const codes = sound => sound.report.trace.flatMap(pass => pass.tokens.map(token => token.id));
  const [ours, theirs] = [codes(a), codes(b)];
  const differing = theirs.filter((code, i) => code !== ours[i]).length + Math.abs(ours.length - theirs.length);
  const sounds = a.pcm.samples.length === b.pcm.samples.length && a.pcm.samples.every((value, i) => value === b.pcm.samples[i]);
  const passes = `${a.report.passes} passes instead of ${b.report.passes}; ${pace(fast.milliseconds, plain.milliseconds)}.`;
  verdict(differing === 0 && sounds
    ? {outcome: 'identical', headline: 'Identical', details: `This page compared all ${ours.length} codes and all ${a.pcm.samples.length} samples. ${passes}`}
    : {
      outcome: mode === 'exact' ? 'different' : 'other',
      headline: mode === 'exact' ? 'Different: please report this' : 'Another recording, as this contract allows',
      details: `${differing} codes differ. ${passes}`,
    });
}

workshop({
  modality: 'speech',
  endpoint: () => '/audio/speech',
  generate,
  race: compare,
  playing: () => player?.playing,
  body(form) {
    const data = new FormData(form);
    const body = {input: data.get('input'), seed: Number(data.get('seed')), speed: Number(data.get('speed'))};
    if (data.get('voice')) body.voice = data.get('voice');
    optional(body, 'temperature', data.get('temperature'));
    return body;
  },
  drafters: form => [new FormData(form).get('speech_drafter')].filter(Boolean),
});

byId('stop').addEventListener('click', silence);
byId('audio').addEventListener('play', endPlayer);
addEventListener('pagehide', silence);
byId('save').addEventListener('click', async () => {
  const format = byId('format').value;
  byId('save').disabled = true;
  try {
    // The same seed makes the same sound again, this time as a whole file, which has no room for a trace.
    const speculation = {...last.body.speculation, trace: false};
    const response = await post('/v1/audio/speech', {...last.body, speculation, response_format: format});
    download(await response.blob(), `triptych-${last.body.seed}.${format === 'opus' ? 'ogg' : format}`);
  } catch (e) {
    byId('status').textContent = `The download failed: ${e.message}`;
  } finally {
    byId('save').disabled = false;
  }
});

offerExamples(Object.entries(examples));
byId('prompt').value ||= examples['A greeting'];

onServices(({speech}) => {
  rate = speech?.sampleRate ?? rate;
  offer(byId('voice'), speech?.voices);
  offer(byId('drafter'), speech?.drafters);
});
addEventListener('themechange', () => last && draw(last.sound));

function offer(select, names) {
  if (!names || select.options[0].value !== '') return;
  select.replaceChildren(...names.map(name => el('option', {value: name}, name)));
}
