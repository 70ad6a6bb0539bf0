package io.triptych.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
    @Test
    void quartilesLieOnOrBetweenTheMeasurements() {
        assertThat(Summary.of(5, 1, 4, 2, 3)).isEqualTo(new Summary(5, 1, 2, 3, 4, 5));
        assertThat(Summary.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Summary(4, 1, 1.75, 2.5, 3.25, 4));
        assertThat(Summary.of(7)).isEqualTo(new Summary(1, 7, 7, 7, 7, 7));
    }

    @Test
    void oneOutlierMovesTheMaximumAlone() {
        Summary quiet = Summary.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Summary disturbed = Summary.of(1, 2, 3, 4, 5, 6, 7, 8, 900);

        assertThat(disturbed.maximum()).isEqualTo(900);
        assertThat(disturbed.medianAndQuartiles(2)).isEqualTo(quiet.medianAndQuartiles(2));
    }

    @Test
    void printsWithPointsWhateverTheLocale() {
        assertThat(Summary.of(1.5, 2.5, 3.5).medianAndQuartiles(1)).isEqualTo("2.5 [2.0 to 3.0]");
        assertThat(Summary.of(1.5, 2.5, 3.5).range(2)).isEqualTo("1.50 to 3.50");
    }

    @Test
    void nothingMeasuredIsAnError() {
        assertThatIllegalArgumentException().isThrownBy(Summary::of);
    }
}
