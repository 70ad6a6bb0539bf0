// The official client for Node, which knows nothing of us: what it got from the address and with the key it is given, as JSON.
import OpenAI from 'openai';

const [baseURL, apiKey, speaks] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const text = { model: 'triptych-text', prompt: 'public int getX() {', max_tokens: 24, temperature: 0, seed: 1 };

const models = [];
for await (const model of client.models.list()) {
  models.push(model.id);
}

const whole = (await client.completions.create(text)).choices[0].text;
let streamed = '';
for await (const chunk of await client.completions.create({ ...text, stream: true })) {
  streamed += chunk.choices[0]?.text ?? '';
}

const chat = await client.chat.completions.create({
  model: 'triptych-text',
  messages: [{ role: 'user', content: text.prompt }],
  max_tokens: 24,
  temperature: 0,
  seed: 1,
});

const picture = await client.images.generate({ model: 'triptych-image', prompt: 'a red circle in the center on a white background' });

let speech = '';
if (speaks === 'true') {
  const answer = await client.audio.speech.create({ model: 'triptych-speech', voice: 'grace', input: 'Good morning.', response_format: 'wav' });
  speech = Buffer.from(await answer.arrayBuffer()).toString('base64');
}

let refused;
try {
  await client.completions.create({ ...text, best_of: 3 });
} catch (e) {
  refused = { name: e.constructor.name, status: e.status, param: e.param };
}

console.log(JSON.stringify({ models, whole, streamed, chat: chat.choices[0].message.content, picture: picture.data[0].b64_json, speech, refused }));
