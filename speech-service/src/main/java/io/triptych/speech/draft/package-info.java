/** Speculation inside the frames of speech: what drafts their codes, and how requests choose. */
package io.triptych.speech.draft;
