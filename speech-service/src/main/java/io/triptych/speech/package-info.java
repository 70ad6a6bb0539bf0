/** The speech service: text is cut into lines, lines become frames of codes, and frames become sound. */
package io.triptych.speech;
