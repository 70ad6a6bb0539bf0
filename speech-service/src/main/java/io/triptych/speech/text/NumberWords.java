package io.triptych.speech.text;

import com.ibm.icu.text.RuleBasedNumberFormat;
import java.util.Locale;

/** Numbers in English words, by the rules of Unicode's CLDR. */
final class NumberWords {
    /** Longer numbers are read digit by digit. */
    private static final int LONGEST_NUMBER = 15;

    private static final String[] DIGITS = {
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"
    };

    private final RuleBasedNumberFormat format = new RuleBasedNumberFormat(Locale.US, RuleBasedNumberFormat.SPELLOUT);

    /** A number of digits, which may hold grouping commas and a decimal point. */
    String number(String digits) {
        String[] parts = digits.replace(",", "").split("\\.", 2);
        String whole = cardinal(parts[0]);
        return parts.length == 1 ? whole : whole + " point " + digits(parts[1]);
    }

    String cardinal(String digits) {
        boolean code = digits.length() > 1 && digits.startsWith("0");
        return code || digits.length() > LONGEST_NUMBER ? digits(digits) : spelled(digits, "%spellout-cardinal");
    }

    String ordinal(String digits) {
        return digits.length() > LONGEST_NUMBER ? digits(digits) : spelled(digits, "%spellout-ordinal");
    }

    /** nineteen oh five, twenty twenty-four, two thousand. */
    String year(String digits) {
        return spelled(digits, "%spellout-numbering-year");
    }

    /** One by one; what is no digit is left out. */
    String digits(String digits) {
        StringBuilder words = new StringBuilder();
        for (char c : digits.toCharArray()) {
            if (c >= '0' && c <= '9') {
                words.append(words.isEmpty() ? "" : " ").append(DIGITS[c - '0']);
            }
        }
        return words.toString();
    }

    /** The plural of a number's last word: twenties, nineteen hundreds, sixes. */
    String plural(String number) {
        if (number.endsWith("y")) {
            return number.substring(0, number.length() - 1) + "ies";
        }
        return number + (number.endsWith("x") ? "es" : "s");
    }

    private synchronized String spelled(String digits, String rules) {
        return format.format(Long.parseLong(digits), rules).replace('-', ' ').replace(",", "");
    }
}
