/** From samples to files: how speech is encoded and how its tempo is changed, both by FFmpeg's libraries. */
package io.triptych.speech.audio;
