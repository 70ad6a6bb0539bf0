// The request of the page as others would send it. Where the page has a key, they take theirs from the environment.
import {hasKey} from './key.js';

const base = () => `${location.origin}/v1`;

/** The request without the trace, which is for drawing: speech has it in streams of events alone. */
function untraced(body) {
  const {trace, ...speculation} = body.speculation;
  return {...body, speculation};
}

/** The file that an answer is kept in. */
function file(endpoint, body) {
  if (endpoint === '/audio/speech') return `speech.${body.response_format ?? 'mp3'}`;
  return `image.${body.output_format === 'jpeg' ? 'jpg' : body.output_format ?? 'png'}`;
}

/** A shell command. The body stands in single quotes, where only those need care. */
export function curl(endpoint, body) {
  const json = JSON.stringify(untraced(body), null, 2).replaceAll("'", "'\\''");
  const output = endpoint === '/audio/speech' ? ` -o ${file(endpoint, body)}` : '';
  const key = hasKey() ? ' -H "Authorization: Bearer $TRIPTYCH_API_KEY"' : '';
  return `curl ${base()}${endpoint}${output}${key} -H 'Content-Type: application/json' -d '${json}'`;
}

const clients = {
  '/completions': {
    imports: ['com.openai.models.completions.CompletionCreateParams'],
    params: 'CompletionCreateParams',
    fields: {model: 'model', prompt: 'prompt', max_tokens: 'maxTokens', temperature: 'temperature', top_p: 'topP', seed: 'seed', stop: 'stop'},
    use: 'System.out.println(client.completions().create(params).choices().get(0).text());',
  },
  '/chat/completions': {
    imports: ['com.openai.models.chat.completions.ChatCompletionCreateParams'],
    params: 'ChatCompletionCreateParams',
    fields: {model: 'model', messages: 'messages', max_completion_tokens: 'maxCompletionTokens', temperature: 'temperature', top_p: 'topP', seed: 'seed', stop: 'stop'},
    use: 'System.out.println(client.chat().completions().create(params).choices().get(0).message().content().orElse(""));',
  },
  '/images/generations': {
    imports: ['com.openai.models.images.ImageGenerateParams', 'java.nio.file.Files', 'java.nio.file.Path', 'java.util.Base64'],
    params: 'ImageGenerateParams',
    fields: {model: 'model', prompt: 'prompt'},
    use: `String image = client.images().generate(params).data().orElseThrow().get(0).b64Json().orElseThrow();
        Files.write(Path.of("FILE"), Base64.getDecoder().decode(image));`,
  },
  '/audio/speech': {
    imports: ['com.openai.core.http.HttpResponse', 'com.openai.models.audio.speech.SpeechCreateParams', 'java.nio.file.Files', 'java.nio.file.Path'],
    params: 'SpeechCreateParams',
    fields: {model: 'model', input: 'input', voice: 'voice', speed: 'speed'},
    use: `try (HttpResponse speech = client.audio().speech().create(params)) {
            Files.copy(speech.body(), Path.of("FILE"));
        }`,
  },
};

/** A program for the official client; what it has no method for goes along as an additional property. */
export function java(endpoint, body) {
  const client = clients[endpoint];
  const lines = Object.entries(untraced(body)).map(([name, value]) => setter(client.fields[name], name, value));
  const program = `class Example {
    public static void main(String[] args) throws Exception {
        OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl("${base()}").apiKey(${hasKey() ? 'System.getenv("TRIPTYCH_API_KEY")' : '"any"'}).build();
        ${client.params} params = ${client.params}.builder()
${lines.map(line => `                ${line}`).join('\n')}
                .build();
        ${client.use.replace('FILE', file(endpoint, body))}
    }
}
`;
  const imports = ['com.openai.client.OpenAIClient', 'com.openai.client.okhttp.OpenAIOkHttpClient', 'com.openai.core.JsonValue',
    ...client.imports, 'java.util.List', 'java.util.Map']
    .filter(name => new RegExp(`\\b${name.split('.').pop()}\\b`).test(program));
  return `${imports.sort().map(name => `import ${name};`).join('\n')}\n\n${program}`;
}

function setter(method, name, value) {
  if (name === 'messages') {
    return value.map(message => `.addUserMessage(${literal(message.content)})`).join('\n                ');
  }
  if (name === 'stop' && method) return `.stopOfStrings(${literal(value)})`;
  if (method) return `.${method}(${literal(value)}${method === 'temperature' || method === 'topP' || method === 'speed' ? 'd' : ''})`;
  return `.putAdditionalBodyProperty("${name}", JsonValue.from(${literal(value)}))`;
}

function literal(value) {
  if (Array.isArray(value)) return `List.of(${value.map(literal).join(', ')})`;
  if (value !== null && typeof value === 'object') {
    return `Map.of(${Object.entries(value).map(([key, v]) => `"${key}", ${literal(v)}`).join(', ')})`;
  }
  const beyondInt = Number.isInteger(value) && value !== (value | 0);
  return JSON.stringify(value) + (beyondInt ? 'L' : '');
}
