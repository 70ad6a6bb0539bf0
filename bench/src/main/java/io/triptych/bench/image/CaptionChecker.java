package io.triptych.bench.image;

import io.triptych.bench.image.Caption.Place;
import io.triptych.bench.image.Caption.Relation;
import io.triptych.bench.image.Caption.Thing;
import io.triptych.bench.image.Scene.Found;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Says whether a picture shows what a caption says, attribute by attribute, from its pixels alone. */
final class CaptionChecker {
    /** What a caption says something about. */
    enum Attribute {
        NUMBER,
        SHAPE,
        COLOUR,
        SIZE,
        TEXTURE,
        PLACE,
        RELATION,
        BACKGROUND
    }

    /** How far a place may be off, as a share of the side. */
    private static final double SLACK = 0.05;

    private static final double APART = 0.3;
    private static final double ASIDE = 0.15;

    private CaptionChecker() {}

    /** Everything that a caption says and a scene does not show; empty if it is shown. */
    static Set<Attribute> wrong(Caption caption, Scene scene) {
        Set<Attribute> wrong = EnumSet.noneOf(Attribute.class);
        if (scene.background() != caption.background()) {
            wrong.add(Attribute.BACKGROUND);
        }
        if (scene.objects().size() != caption.objects().size()) {
            wrong.add(Attribute.NUMBER);
            return wrong;
        }
        Set<Attribute> best = EnumSet.allOf(Attribute.class);
        for (List<Found> order : orders(scene.objects())) {
            Set<Attribute> here = wrong(caption, order);
            best = here.size() < best.size() ? here : best;
        }
        wrong.addAll(best);
        return wrong;
    }

    /** What is wrong if the caption's objects are the found ones in this order. */
    private static Set<Attribute> wrong(Caption caption, List<Found> objects) {
        Set<Attribute> wrong = EnumSet.noneOf(Attribute.class);
        for (int i = 0; i < objects.size(); i++) {
            Thing said = caption.objects().get(i);
            Found found = objects.get(i);
            if (said.shape() != found.thing().shape()) {
                wrong.add(Attribute.SHAPE);
            }
            if (said.colour() != found.thing().colour()) {
                wrong.add(Attribute.COLOUR);
            }
            if (said.texture() != found.thing().texture()) {
                wrong.add(Attribute.TEXTURE);
            }
            if (said.size() != found.thing().size()) {
                wrong.add(Attribute.SIZE);
            }
        }
        if (caption.place() != null && !at(caption.place(), objects.get(0))) {
            wrong.add(Attribute.PLACE);
        }
        if (caption.relation() != null && !related(caption.relation(), objects.get(0), objects.get(1))) {
            wrong.add(Attribute.RELATION);
        }
        return wrong;
    }

    private static boolean at(Place place, Found found) {
        return Math.abs(found.x() - place.x) <= place.reachX + SLACK
                && Math.abs(found.y() - place.y) <= place.reachY + SLACK;
    }

    private static boolean related(Relation relation, Found first, Found second) {
        double dx = first.x() - second.x();
        double dy = first.y() - second.y();
        double apart = dx * relation.x + dy * relation.y;
        double aside = relation.x == 0 ? dx : dy;
        return apart >= APART - SLACK && Math.abs(aside) <= ASIDE + SLACK;
    }

    private static List<List<Found>> orders(List<Found> objects) {
        if (objects.isEmpty()) {
            return List.of(List.of());
        }
        List<List<Found>> orders = new ArrayList<>();
        for (int first = 0; first < objects.size(); first++) {
            List<Found> rest = new ArrayList<>(objects);
            Found taken = rest.remove(first);
            for (List<Found> order : orders(rest)) {
                List<Found> all = new ArrayList<>(List.of(taken));
                all.addAll(order);
                orders.add(all);
            }
        }
        return orders;
    }
}
