package io.triptych.openai;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a parameter that the OpenAI API has and this request has not. It is refused by name, unless its value is null
 * or one that asks for nothing, which some clients send always.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Unsupported.All.class)
public @interface Unsupported {
    String name();

    /** The JSON values that ask for nothing; null is always another. */
    String[] neutral() default {};

    /** Holds several. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        Unsupported[] value();
    }
}
