// What the services last said of themselves. Scripts of a page run in any order and the first answer may be there before
// the last of them: whoever comes late is told what is known.
let known = null;
const listeners = [];

/** Tells the listener what is known of the services now, if anything is, and every time that it changes. */
export function onServices(listener) {
  listeners.push(listener);
  if (known) listener(known);
}

/** Takes what the services said; listeners hear of it where it is something else than before. */
export function tellServices(services) {
  if (JSON.stringify(services) === JSON.stringify(known)) return;
  known = services;
  for (const listener of listeners) listener(services);
}
