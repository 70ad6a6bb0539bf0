package io.triptych.image;

import io.triptych.speculation.BudgetController;
import io.triptych.speculation.PassCost;
import io.triptych.speculation.WindowBudget;
import io.triptych.speculation.WindowExperience;
import java.util.HashMap;
import java.util.Map;

/** Makes the budgets of images; those that are decoded alike learn from each other. Used by the inference thread only. */
final class WindowBudgets {
    private final PassCost cost;
    private final int maximumLength;
    private final Map<String, WindowExperience> experiences = new HashMap<>();

    /**
     * @param cost of the target's passes
     * @param maximumLength the longest window
     */
    WindowBudgets(PassCost cost, int maximumLength) {
        this.cost = cost;
        this.maximumLength = maximumLength;
    }

    /** The budget of one image of a request. */
    BudgetController budget(ImageRequest request) {
        boolean guided = request.guidance() != 1;
        String way = request.speculation().mode() + " " + request.speculation().drafters() + (guided ? " guided" : "");
        WindowExperience experience = experiences.computeIfAbsent(way, w -> new WindowExperience());
        return new WindowBudget(cost, guided ? 2 : 1, maximumLength, experience);
    }
}
