/** The HTTP surface of the image service, in the shapes of the OpenAI API. */
package io.triptych.image.web;
