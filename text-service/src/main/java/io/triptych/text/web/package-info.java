/** The HTTP surface of the text service, in the shapes of the OpenAI API. */
package io.triptych.text.web;
