/** The HTTP surface of the speech service, in the shapes of the OpenAI API. */
package io.triptych.speech.web;
