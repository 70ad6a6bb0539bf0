/**
 * The shapes and habits of the OpenAI HTTP API that all services share: strict reading of requests, errors, server-sent
 * events, usage, and the {@code speculation} extension.
 */
package io.triptych.openai;
