package io.triptych.text.chat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites a Jinja template where Jinjava would, without an error, read it otherwise than Jinja. Only code is touched:
 * neither the text around it nor the strings in it.
 */
final class JinjavaDialect {
    private static final String STRING = "(?:\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+')";

    /**
     * A comment, or code in braces; a brace in a string does not end it. What is not closed reaches to the end, so that no
     * part of a template is searched twice.
     */
    private static final Pattern COMMENT_OR_CODE = Pattern.compile(
            "\\{#.*?(?:#}|\\z)|\\{[{%][^\"'%}]*+(?:(?:" + STRING + "|[\"']|[%}](?!}))[^\"'%}]*+)*+(?:[%}]}|\\z)",
            Pattern.DOTALL);

    private static final String OPERAND = "(?:[A-Za-z_][\\w.]*+(?:\\[[^\\]]*+])*+|\\d++|" + STRING + ")";

    /**
     * What is misread, each in a group of its own: {@code not a == b} and {@code not a is defined}, of which Jinjava takes
     * {@code not a} first; {@code (a=b|length - 1)}, of which it takes {@code b} alone for the argument; and
     * {@code [::-1]}, which it does not know.
     */
    private static final Pattern MISREAD = Pattern.compile(
            "(?<string>" + STRING + ")"
                    + "|\\bnot\\s++(?<negated>" + OPERAND + "\\s*+(?:(?:[=!<>]=|[<>]|\\b(?:not\\s++)?in\\b)\\s*+"
                    + OPERAND
                    + "|\\bis\\s++(?:not\\s++)?\\w++))"
                    + "|(?<==)\\s*+(?<argument>\\w++\\s*+\\|\\s*+length\\s*+[-+]\\s*+\\d++)(?=\\s*+[,)])"
                    + "|(?<reversed>\\[::-1])",
            Pattern.DOTALL);

    private JinjavaDialect() {}

    static String of(String template) {
        String rewritten = COMMENT_OR_CODE
                .matcher(template)
                .replaceAll(part -> Matcher.quoteReplacement(
                        part.group().startsWith("{#") ? part.group() : rewriteCode(part.group())));
        // Jinja drops a newline at the end of the template; Jinjava would drop one at the end of its output.
        return rewritten.endsWith("\n") ? rewritten.substring(0, rewritten.length() - 1) : rewritten;
    }

    private static String rewriteCode(String code) {
        Matcher matcher = MISREAD.matcher(code);
        StringBuilder rewritten = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(rewritten, Matcher.quoteReplacement(rewrite(matcher)));
        }
        return matcher.appendTail(rewritten).toString();
    }

    private static String rewrite(Matcher misread) {
        if (misread.group("negated") != null) {
            return "not (" + misread.group("negated") + ")";
        }
        if (misread.group("argument") != null) {
            return "(" + misread.group("argument") + ")";
        }
        return misread.group("reversed") != null ? "|reverse" : misread.group();
    }
}
