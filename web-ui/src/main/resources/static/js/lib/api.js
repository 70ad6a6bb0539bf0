import {askForKey, authorization} from './key.js';

/** What the API refused or broke off, in its own words. */
export class ApiFailure extends Error {
  constructor(status, answer) {
    super(answer?.error?.message ?? 'the answer was no JSON');
    this.status = status;
    this.answer = answer;
  }
}

/** Sends a request; its answer is a Response with status 200. Where a key is missing, the page asks for it. */
export async function post(path, body, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', ...authorization()},
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) {
    if (response.status === 401) askForKey();
    throw new ApiFailure(response.status, await response.json().catch(() => null));
  }
  return response;
}

/**
 * Sends a request for a stream and yields what that tells: {comment} or {data}, a JSON object, as soon as it comes
 * (server-sent events, WHATWG HTML section 9.2). Leaving the loop, or the signal, stops the request.
 */
export async function* events(path, body, signal) {
  const response = await post(path, body, signal);
  yield* readEvents(response.body);
}

/** The same of the body of an answer that is there already. */
export async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const {value, done} = await reader.read();
      if (done) {
        throw new ApiFailure(200, {error: {message: 'the stream ended before its [DONE]'}});
      }
      const blocks = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parse(block);
        if (event === 'done') return;
        if (event?.data?.error) throw new ApiFailure(200, event.data);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function parse(block) {
  const data = [];
  let comment;
  for (const line of block.split('\n')) {
    if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
    else if (line.startsWith(':')) comment = line.slice(1).trim();
  }
  if (data.length === 0) return comment === undefined ? null : {comment};
  const text = data.join('\n');
  return text === '[DONE]' ? 'done' : {data: JSON.parse(text)};
}
