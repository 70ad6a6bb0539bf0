package io.triptych.speculation;

import io.triptych.sampling.Categorical;

/**
 * What the target may emit after each node of a tree: its logits after every processor, along the path to that node,
 * exactly as plain decoding would process them there.
 */
@FunctionalInterface
public interface TargetDistribution {
    /** The distribution of the token that follows a node. */
    Categorical after(int node);
}
