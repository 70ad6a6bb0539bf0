package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import io.triptych.speculation.Contract;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.Collections;
import java.util.List;

/** The request extension {@code speculation}: how this request may be made faster. Every part may be left out. */
@Schema(description = "How this request may be made faster. Leaving it out means mode exact.")
public record SpeculationRequest(
        @Schema(description = "What the output is promised to be, or off for plain decoding", defaultValue = "exact")
        Mode mode,

        @Schema(description = "The drafters to use; all that go together if left out") @Size(max = 16)
        List<@NotNull String> drafters,

        @Min(0)
        @Max(MAXIMUM_BUDGET)
        @Schema(description = "The most draft nodes per pass; adapted to what pays if left out")
        Integer budget,

        @Schema(description = "Tell for every pass which tokens came from which drafter and what was rejected")
        Boolean trace) {

    /** The most draft nodes that one pass can be asked to score. */
    public static final int MAXIMUM_BUDGET = 63;

    /** A contract, or no speculation at all. */
    public enum Mode {
        @JsonProperty("exact")
        EXACT(Contract.EXACT),
        @JsonProperty("distribution")
        DISTRIBUTION(Contract.DISTRIBUTION),
        @JsonProperty("relaxed")
        RELAXED(Contract.RELAXED),
        @JsonProperty("off")
        OFF(Contract.EXACT);

        private final Contract contract;

        Mode(Contract contract) {
            this.contract = contract;
        }

        /** What the response promises; plain decoding keeps the exact contract by itself. */
        public Contract contract() {
            return contract;
        }
    }

    /** The extension with nothing said. */
    public static final SpeculationRequest DEFAULT = new SpeculationRequest(null, null, null, null);

    public SpeculationRequest {
        mode = mode == null ? Mode.EXACT : mode;
        drafters =
                drafters == null ? List.of() : Collections.unmodifiableList(drafters); // nulls are told by validation
        trace = trace != null && trace;
    }
}
