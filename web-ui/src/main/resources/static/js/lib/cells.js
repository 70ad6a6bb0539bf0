// The codes of a picture as a square of cells, coloured by what the pass that settled them brought.
import {svg} from './dom.js';

/** A grid of side x side cells that knows how far the picture is. */
export class Cells {
  passes = [];
  #cells = [];

  constructor(side) {
    this.side = side;
    this.element = svg('svg', {class: 'cells', viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': 'No codes yet'});
    for (let i = 0; i < side * side; i++) {
      const cell = svg('rect', {x: i % side, y: Math.floor(i / side), width: 1, height: 1});
      this.#cells.push(cell);
      this.element.append(cell);
    }
  }

  /** What a pass added, as the stream tells while it draws: how many codes there are now. */
  reached(tokens) {
    const from = this.passes.at(-1)?.to ?? 0;
    if (tokens > from) {
      this.passes.push({from, to: tokens, window: tokens - from, guessed: tokens - from - 1});
      this.show(this.passes.length);
    }
  }

  /** The whole story, told at the end: which codes were guesses, and how long each window was. */
  told(trace) {
    let at = 0;
    this.passes = trace.map(({tokens, rejected}) => {
      const pass = {
        from: at,
        to: at + tokens.length,
        window: tokens.length + rejected.length,
        guessed: tokens.filter(token => token.source !== 'target').length,
        own: tokens.map(token => token.source === 'target'),
      };
      at = pass.to;
      return pass;
    });
    this.show(this.passes.length, true);
  }

  /** Shows the picture's codes as they were after a pass. */
  show(number, ended = false) {
    const most = Math.max(2, ...this.passes.map(pass => pass.to - pass.from));
    this.passes.forEach((pass, i) => {
      for (let cell = pass.from; cell < pass.to; cell++) {
        const shown = i < number;
        const fresh = i === number - 1 && !ended;
        this.#paint(cell, !shown ? '' : fresh ? 'fresh' : pass.own?.[cell - pass.from] ? 'alone' : 'kept',
          (pass.to - pass.from - 1) / (most - 1));
      }
    });
    const last = this.passes[number - 1];
    if (last && !ended) {
      for (let cell = last.to; cell < Math.min(last.from + last.window, this.side ** 2); cell++) this.#paint(cell, 'guess', 0);
    }
    this.element.setAttribute('aria-label', this.describe(number));
  }

  describe(number) {
    const pass = this.passes[number - 1];
    return pass
      ? `Pass ${number} of ${this.passes.length}: ${pass.to - pass.from} settled, ${pass.guessed} by guesses; ${pass.to} of ${this.side ** 2} codes in all`
      : 'No codes yet';
  }

  #paint(cell, name, share) {
    this.#cells[cell]?.setAttribute('class', name);
    this.#cells[cell]?.style.setProperty('--share', share);
  }
}
