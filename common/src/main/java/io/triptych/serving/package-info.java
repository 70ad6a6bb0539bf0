/**
 * What every service needs around its model, whatever the modality: one native thread behind a bounded queue, thread
 * settings made safe before the engine loads, metrics and health. Read {@link io.triptych.serving.InferenceExecutor}
 * first.
 */
package io.triptych.serving;
