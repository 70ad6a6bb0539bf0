// Prometheus's text format: https://prometheus.io/docs/instrumenting/exposition_formats/

/** Every sample as {name, labels, value}. */
export function parse(text) {
  const samples = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[name] = value;
    samples.push({name: match[1], labels, value: Number(match[3])});
  }
  return samples;
}

/** Questions to the samples of one service. */
export class Samples {
  #samples;

  constructor(text) {
    this.#samples = parse(text);
  }

  /** The sum of all samples of a name that carry these labels. */
  sum(name, labels = {}) {
    return this.#matching(name, labels).reduce((sum, sample) => sum + sample.value, 0);
  }

  /** Values by a label. */
  by(name, label) {
    return new Map(this.#matching(name, {}).map(sample => [sample.labels[label], sample.value]));
  }

  /** The upper end of the bucket that holds a share of all observations; undefined if there are none. */
  quantile(name, share) {
    const buckets = this.#matching(`${name}_bucket`, {})
      .map(sample => ({end: Number(sample.labels.le.replace('+Inf', 'Infinity')), count: sample.value}))
      .sort((a, b) => a.end - b.end);
    const all = buckets.at(-1)?.count ?? 0;
    return all === 0 ? undefined : buckets.find(bucket => bucket.count >= share * all).end;
  }

  #matching(name, labels) {
    return this.#samples.filter(sample => sample.name === name
      && Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  }
}
