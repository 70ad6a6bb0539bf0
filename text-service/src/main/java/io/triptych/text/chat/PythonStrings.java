package io.triptych.text.chat;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.OutputTooBigException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.MethodNotFoundException;

/**
 * Gives strings in templates the methods that chat templates call on Python's, and no others: Jinjava knows a string as
 * Java's, which lacks some, means another thing by {@code split}, and has some that take all time or memory.
 */
final class PythonStrings extends CompositeELResolver {
    /** What a replacement may add to a string, in characters. */
    private static final int LONGEST = 16 << 20;

    private static final Pattern WORD = Pattern.compile("\\p{L}+");

    PythonStrings() {
        add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_WRITE);
    }

    @Override
    public Object invoke(ELContext context, Object base, Object method, Class<?>[] types, Object[] arguments) {
        if (base instanceof String string) {
            Object result = call(string, method + "/" + arguments.length, arguments);
            context.setPropertyResolved(true);
            return result;
        }
        return super.invoke(context, base, method, types, arguments);
    }

    /** Calls a method by name and number of arguments. */
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
            case "replace/2" -> replace(string, text(arguments[0]), text(arguments[1]));
            default -> throw new MethodNotFoundException("A string has no method " + method);
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

    /** Replaces all occurrences, unless that could make the string too long. */
    static String replace(String string, String old, String by) {
        if ((string.length() + 1L) * by.length() / Math.max(1, old.length()) > LONGEST) {
            throw new OutputTooBigException(LONGEST, by.length() * (string.length() + 1L));
        }
        return string.replace(old, by);
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
