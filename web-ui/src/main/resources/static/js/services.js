// On every page: the lamps, the address of the API, the key for it, and a notice where the page's own service is missing.
import {el} from './lib/dom.js';
import {keyDialog} from './lib/key.js';
import {tellServices} from './lib/services.js';

keyDialog();

const told = {
  UP: 'ready',
  OUT_OF_SERVICE: 'loading its model',
  DOWN: 'not to be trusted: its self-check failed',
  ABSENT: 'not running',
};

for (const element of document.querySelectorAll('[data-base]')) {
  element.textContent = `${location.origin}/v1`;
}

async function ask() {
  let services;
  try {
    services = await (await fetch('/services')).json();
  } catch {
    services = {};
  }
  for (const lamp of document.querySelectorAll('[data-lamp]')) {
    const status = services[lamp.dataset.lamp]?.status ?? 'ABSENT';
    lamp.dataset.status = status;
    lamp.title = `The ${lamp.dataset.lamp} service is ${told[status] ?? status}`;
  }
  for (const line of document.querySelectorAll('[data-told]')) {
    line.textContent = describe(services[line.dataset.told]);
  }
  for (const notice of document.querySelectorAll('[data-absent]')) {
    const status = services[notice.dataset.absent]?.status ?? 'ABSENT';
    notice.hidden = status === 'UP';
    if (!notice.hidden && notice.dataset.status !== status) {
      notice.dataset.status = status;
      notice.replaceChildren(
        el('strong', {}, `The ${notice.dataset.absent} service is ${told[status] ?? status}.`),
        status === 'ABSENT'
          ? ' What this page shows comes from it. Start it with ./run; the page notices by itself.'
          : ' The page notices by itself when that changes.');
    }
  }
  tellServices(services);
}

function describe(service) {
  if (service?.status !== 'UP') return `The service is ${told[service?.status] ?? 'not running'}.`;
  const size = service.parameters ? `, ${Math.round(service.parameters / 1e5) / 10} million parameters` : '';
  return `Ready: ${service.model}${size}.`;
}

ask();
setInterval(() => document.hidden || ask(), 5000);
