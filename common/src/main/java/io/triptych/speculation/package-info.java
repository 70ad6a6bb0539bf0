/**
 * The draft, verify, commit loop that every modality shares, in plain Java.
 *
 * <p>Vocabulary: a <em>target</em> is the model whose output counts; a <em>drafter</em> proposes a <em>draft</em>, a
 * <em>token tree</em> of <em>nodes</em>; one forward of the target over all nodes is a <em>pass</em>; a
 * <em>verifier</em> keeps a <em>path</em> of accepted tokens and adds one more, <em>recovered</em> where a draft was
 * rejected or <em>bonus</em> where none was left; how many nodes may be scored is the <em>budget</em>; what the output
 * is promised to be is the <em>contract</em>. Read {@link io.triptych.speculation.DecodingLoop} first.
 */
package io.triptych.speculation;
