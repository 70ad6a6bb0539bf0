import {byId, el} from './dom.js';

/**
 * Offers examples: a press of a button puts its text where the prompt stands.
 *
 * @param examples pairs of a name and a text, or a function that makes one up
 */
export function offerExamples(examples) {
  byId('examples').append(...examples.map(([name, text]) => {
    const chip = el('button', {type: 'button', className: 'chip'}, name);
    chip.addEventListener('click', () => {
      byId('prompt').value = typeof text === 'function' ? text() : text;
      byId('prompt').focus();
    });
    return chip;
  }));
}
