/**
 * How a token is chosen from logits: parameters, processors, distributions, and noise that is a function of (seed,
 * stream, position, token) alone, so that no order of evaluation can change an outcome.
 */
package io.triptych.sampling;
