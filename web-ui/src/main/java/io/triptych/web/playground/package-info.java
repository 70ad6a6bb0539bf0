/** The pages. They are plain HTML, styled once, and live through modules of JavaScript that use the gateway alone. */
package io.triptych.web.playground;
