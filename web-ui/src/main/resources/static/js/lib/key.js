// The API key, for services that have keys: kept for this tab alone, and sent to no one but this server.
import {byId} from './dom.js';

let key = '';
try {
  key = sessionStorage.getItem('key') ?? '';
} catch {
  // A browser that keeps nothing: the key lasts as long as the page.
}

/** Whether there is a key. */
export const hasKey = () => key !== '';

/** The header of a request that may need a key. */
export const authorization = () => hasKey() ? {Authorization: `Bearer ${key}`} : {};

/** Opens the dialog that asks for the key. */
export function askForKey() {
  const dialog = byId('key-dialog');
  byId('key-value').value = key;
  if (!dialog.open) dialog.showModal();
}

/** Brings the button and the dialog to life. */
export function keyDialog() {
  byId('key-button').addEventListener('click', askForKey);
  byId('key-close').addEventListener('click', () => byId('key-dialog').close());
  byId('key-form').addEventListener('submit', event => {
    event.preventDefault();
    key = byId('key-value').value.trim();
    try {
      sessionStorage.setItem('key', key);
    } catch {
      // As above.
    }
    byId('key-value').value = '';
    byId('key-dialog').close();
  });
}
