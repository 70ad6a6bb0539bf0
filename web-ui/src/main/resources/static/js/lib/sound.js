// Samples: played while they come, drawn, and put into a file.

/** Samples of 16 bits, little-endian, as numbers from -1 to 1. Keeps an odd byte for the next piece. */
export class Pcm {
  #rest = new Uint8Array();
  samples = new Float32Array();

  /** Takes a piece; returns the samples that it completes. */
  add(bytes) {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const whole = all.length - all.length % 2;
    this.#rest = all.slice(whole);
    const view = new DataView(all.buffer, 0, whole);
    const fresh = Float32Array.from({length: whole / 2}, (_, i) => view.getInt16(2 * i, true) / 32768);
    const longer = new Float32Array(this.samples.length + fresh.length);
    longer.set(this.samples);
    longer.set(fresh, this.samples.length);
    this.samples = longer;
    return fresh;
  }
}

/** Plays pieces one after another without gaps, as soon as they come. */
export class Player {
  #context;
  #at = 0;
  #pieces = 0;

  /** @param ended is called whenever all that came has been played */
  constructor(rate, ended) {
    this.rate = rate;
    this.ended = ended;
    this.#context = new AudioContext({sampleRate: rate});
  }

  play(samples) {
    if (samples.length === 0) return;
    const buffer = this.#context.createBuffer(1, samples.length, this.rate);
    buffer.copyToChannel(samples, 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    this.#pieces++;
    source.addEventListener('ended', () => {
      if (--this.#pieces === 0) this.ended();
    });
    // A little ahead of now, so that the next piece is there in time.
    this.#at = Math.max(this.#at, this.#context.currentTime + 0.05);
    source.start(this.#at);
    this.#at += buffer.duration;
  }

  get playing() {
    return this.#pieces > 0;
  }

  stop() {
    this.#context.close();
  }
}

/** A WAV file of one channel, 16 bits. */
export function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, value) => [...value].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true));
  return new Blob([view.buffer], {type: 'audio/wav'});
}

/** Draws the loudest and lowest sample of every column. */
export function drawWave(canvas, samples, colour) {
  const context = canvas.getContext('2d');
  const {width, height} = canvas;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour;
  const perColumn = Math.max(1, samples.length / width);
  for (let x = 0; x * perColumn < samples.length; x++) {
    let low = 0;
    let high = 0;
    for (let i = Math.floor(x * perColumn); i < Math.min(samples.length, (x + 1) * perColumn); i++) {
      low = Math.min(low, samples[i]);
      high = Math.max(high, samples[i]);
    }
    context.fillRect(x, height / 2 * (1 - high), 1, Math.max(1, height / 2 * (high - low)));
  }
}

const WINDOW = 512;
const hann = Float32Array.from({length: WINDOW}, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / WINDOW));

/** Draws the power at every time and pitch, over a range of 80 dB below the loudest. */
export function drawSpectrum(canvas, samples) {
  const context = canvas.getContext('2d');
  const {width, height} = canvas;
  const image = context.createImageData(width, height);
  const hop = Math.max(1, (samples.length - WINDOW) / width);
  const columns = samples.length < WINDOW ? 0 : Math.min(width, Math.ceil((samples.length - WINDOW) / hop));
  const levels = [];
  let loudest = -Infinity;
  for (let x = 0; x < columns; x++) {
    const column = powers(samples, Math.floor(x * hop));
    for (const level of column) loudest = Math.max(loudest, level);
    levels.push(column);
  }
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const bin = Math.floor((height - 1 - y) / height * WINDOW / 2);
      const share = x < columns ? Math.max(0, 1 + (levels[x][bin] - loudest) / 80) : 0;
      image.data.set(heat(share), 4 * (y * width + x));
    }
  }
  context.putImageData(image, 0, 0);
}

/** From night over madder to gold leaf. */
function heat(share) {
  const stops = [[16, 18, 24], [60, 28, 78], [168, 50, 84], [226, 134, 62], [252, 232, 170]];
  const at = Math.min(share, 0.9999) * (stops.length - 1);
  const [from, to] = [stops[Math.floor(at)], stops[Math.floor(at) + 1]];
  return [...from.map((value, i) => value + (to[i] - value) * (at % 1)), 255];
}

/** Power of every pitch in decibels, of one window (radix-2 FFT, Cooley and Tukey). */
function powers(samples, from) {
  const re = new Float32Array(WINDOW);
  const im = new Float32Array(WINDOW);
  for (let i = 0, j = 0; i < WINDOW; i++) {
    re[j] = (samples[from + i] ?? 0) * hann[i];
    let bit = WINDOW >> 1;
    while (j & bit) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
  }
  for (let size = 2; size <= WINDOW; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = -2 * Math.PI * k / size;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < WINDOW; i += size) {
        const tr = re[i + half] * c - im[i + half] * s;
        const ti = re[i + half] * s + im[i + half] * c;
        re[i + half] = re[i] - tr;
        im[i + half] = im[i] - ti;
        re[i] += tr;
        im[i] += ti;
      }
    }
  }
  return Float32Array.from({length: WINDOW / 2}, (_, i) => 10 * Math.log10(re[i] ** 2 + im[i] ** 2 + 1e-10));
}
