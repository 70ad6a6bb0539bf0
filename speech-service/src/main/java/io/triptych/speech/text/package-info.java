/** From any text to what the model reads: plain words, pieces of a few seconds, symbols of sounds. */
package io.triptych.speech.text;
