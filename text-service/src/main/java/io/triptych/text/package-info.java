/**
 * Text generation: what lies between an HTTP request in {@code web}, the tokens of {@code chat}, the drafters of
 * {@code draft} and the loop of {@code io.triptych.speculation}. Read {@link io.triptych.text.TextEngine} first.
 */
package io.triptych.text;
