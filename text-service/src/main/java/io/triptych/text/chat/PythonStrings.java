package io.triptych.text.chat;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;

/**
 * Gives strings in templates the methods that chat templates call on Python's. Jinjava knows a string as Java's, which
 * lacks some and means another thing by {@code split}.
 */
final class PythonStrings extends CompositeELResolver {
    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    PythonStrings() {
        add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_WRITE);
    }

    @Override
    public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
        if (base instanceof String string) {
            Object result = call(string, method + "/" + arguments.length, arguments);
            if (result != null) {
                context.setPropertyResolved(true);
                return result;
            }
        }
        return super.invoke(context, base, method, types, arguments);
    }

    /** Calls a method by name and number of arguments; null for one that is not Python's. */
    private static Object call(String string, String method, Object[] arguments) {
        return switch (method) {
            case "startswith/1" -> string.startsWith(text(arguments[0]));
            case "endswith/1" -> string.endsWith(text(arguments[0]));
            case "upper/0" -> string.toUpperCase(Locale.ROOT);
            case "lower/0" -> string.toLowerCase(Locale.ROOT);
            case "title/0" -> title(string);
            case "strip/0" -> string.strip();
            case "lstrip/0" -> string.stripLeading();
            case "rstrip/0" -> string.stripTrailing();
            case "strip/1" -> stripTrailing(stripLeading(string, text(arguments[0])), text(arguments[0]));
            case "lstrip/1" -> stripLeading(string, text(arguments[0]));
            case "rstrip/1" -> stripTrailing(string, text(arguments[0]));
            case "split/0" ->
                string.isBlank() ? List.of() : List.of(string.strip().split("\\s+"));
            case "split/1" -> split(string, text(arguments[0]), -1);
            case "split/2" -> split(string, text(arguments[0]), ((Number) arguments[1]).intValue());
            case "replace/2" -> string.replace(text(arguments[0]), text(arguments[1]));
            default -> null;
        };
    }

    private static String title(String string) {
        return WORD.matcher(string)
                .replaceAll(word -> word.group().substring(0, 1).toUpperCase(Locale.ROOT)
                        + word.group().substring(1).toLowerCase(Locale.ROOT));
    }

    private static String stripLeading(String string, String characters) {
        int begin = 0;
        while (begin < string.length() && characters.indexOf(string.charAt(begin)) >= 0) {
            begin++;
        }
        return string.substring(begin);
    }

    private static String stripTrailing(String string, String characters) {
        int end = string.length();
        while (end > 0 && characters.indexOf(string.charAt(end - 1)) >= 0) {
            end--;
        }
        return string.substring(0, end);
    }

    /** Splits at most so many times, or wherever it can if that is negative. */
    private static List<String> split(String string, String separator, int times) {
        return List.of(string.split(Pattern.quote(separator), times < 0 ? -1 : times + 1));
    }

    private static String text(Object argument) {
        if (argument instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("A string's method takes a string, not " + argument);
    }
}
