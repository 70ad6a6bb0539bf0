package io.triptych.speech.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NormaliserTest {
    private static final Normaliser NORMALISER = new Normaliser();

    private static void assertSaid(String written, String said) {
        assertThat(NORMALISER.plain(written.replace("\\n", "\n")).words()).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3 cats                          | three cats
            1,234,567                       | one million two hundred thirty four thousand five hundred sixty seven
            10000                           | ten thousand
            3.14                            | three point one four
            .5                              | point five
            -5 and +5                       | minus five and plus five
            007                             | zero zero seven
            12345678901234567890            | one two three four five six seven eight nine zero one two three four five six seven eight nine zero
            1st, 22nd, 103rd, 1,000th       | first, twenty second, one hundred third, one thousandth
            1/2 cup, 2/3, 3½ and 5/2        | a half cup, two thirds, three and a half and five over two
            version 1.2.3                   | version one point two point three
            10-20 pages                     | ten to twenty pages
            1990–1995                       | nineteen ninety to nineteen ninety five
            3x4 = 12                        | three times four equals twelve
            10 / 5                          | ten divided by five
            x^2 + y^3 = 8                   | x squared plus y cubed equals eight
            16:9                            | sixteen to nine
            #5                              | number five
            MP3                             | em pee three
            3 × 4 = 12, 2× faster           | three times four equals twelve, two times faster
            3x the 5 * 2                    | three times the five times two
            10÷2                            | ten divided by two
            5 - 3 = 2, 9 − 8                | five minus three equals two, nine minus eight
            ½, 2 ½ and ¼                    | one half, two and a half and a quarter
            v2.0.1                          | v two point zero point one
            won 3 – 1, then 112-108         | won three to one, then one hundred twelve to one hundred eight
            a 50/50 chance, ~30 people      | a fifty fifty chance, about thirty people
            """)
    void numbers(String written, String said) {
        assertSaid(written, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            in 1905, 2005, 1066 and 1500    | in nineteen oh five, two thousand five, ten sixty six and fifteen hundred
            the 1990s and the '60s          | the nineteen nineties and the sixties
            March 5th, 2024                 | march fifth, twenty twenty four
            Jan. 3                          | january third
            5 March 1999                    | the fifth of march, nineteen ninety nine
            May 2020                        | may twenty twenty
            May I go?                       | may i go?
            2024-03-05                      | march fifth, twenty twenty four
            3/5/24                          | march fifth, twenty twenty four
            Mon., Jan. 3.                   | monday, january third.
            3:05 p.m.                       | three oh five pee em.
            at 5 p.m. Then                  | at five pee em. then
            at 5 p.m. today                 | at five pee em today
            9:00 and 15:30                  | nine o'clock and fifteen thirty
            24/7                            | twenty four seven
            over the last 3 decades         | over the last three decades
            She wrote 2 novels.             | she wrote two novels.
            8 marks, 5 markets              | eight marks, five markets
            10 decimal places               | ten decimal places
            Windows 10 may restart          | windows ten may restart
            Orwell's novel 1984             | orwell's novel nineteen eighty four
            on the 4th of July, the 3rd may | on the fourth of july, the third may
            4 may 2020, 4th of may, 4 May   | four may twenty twenty, the fourth of may, the fourth of may
            3 Dec. 2020, in sept. 2020      | the third of december, twenty twenty, in september twenty twenty
            In Jan. we met. In Feb. We left | in january we met. in february. we left
            In Oct. John went               | in october john went
            May 3-5, 2024                   | may third to fifth, twenty twenty four
            March 10–12 or 3rd-5th May      | march tenth to twelfth or the third to the fifth of may
            Open 5:30-7:00pm                | open five thirty to seven pee em
            9am-5pm, 9-5pm, 9am–5           | nine ay em to five pee em, nine to five pee em, nine ay em to five
            9 a.m. – 5 p.m. or 9:00 - 17:00 | nine ay em to five pee em or nine o'clock to seventeen hundred
            Mon.-Fri., Jan-Mar              | monday to friday, january to march
            1980s-1990s, 1st-3rd grade      | nineteen eighties to nineteen nineties, first to third grade
            2024-03-05T14:30                | march fifth, twenty twenty four fourteen thirty
            """)
    void datesAndTimes(String written, String said) {
        assertSaid(written, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            $3.50                           | three dollars and fifty cents
            $1.01, $0.99, $1                | one dollar and one cent, ninety nine cents, one dollar
            €1,200.00                       | one thousand two hundred euros
            £5m and $2 million              | five million pounds and two million dollars
            ¥500, 5€, 50¢                   | five hundred yen, five euros, fifty cents
            50%                             | fifty percent
            5 kg, 10.5km, 1 m               | five kilograms, ten point five kilometers, one meter
            20°C, 60 mph, 3 m²              | twenty degrees celsius, sixty miles per hour, three square meters
            5-10 km                         | five to ten kilometers
            wait 2 min. more                | wait two minutes more
            +1 (555) 123-4567               | plus one, five five five, one two three, four five six seven
            555-0134                        | five five five, zero one three four
            a 5%-10% rise, 5-10%            | a five percent to ten percent rise, five to ten percent
            20°-25°, 5kg–10kg               | twenty degrees to twenty five degrees, five kilograms to ten kilograms
            $5-$10, £5–10, 5-10€            | five to ten dollars, five to ten pounds, five to ten euros
            $5-10 million                   | five to ten million dollars
            $1.5-2.5 billion, $500k-$1m     | one point five to two point five billion dollars, five hundred thousand to one million dollars
            $3.50-$4.25                     | three dollars and fifty cents to four dollars and twenty five cents
            The balance is -$50.25          | the balance is minus fifty dollars and twenty five cents
            $2/day, 5 mg/kg, 60 km/h        | two dollars per day, five milligrams per kilogram, sixty kilometers per hour
            5¢/min. or 5 µm, 5 μm           | five cents per minute or five micrometers, five micrometers
            350°F. Mix 1 tsp. salt          | three hundred fifty degrees fahrenheit. mix one teaspoon salt
            a 20-lb. dog, 20-25 min. or so  | a twenty pound dog, twenty to twenty five minutes or so
            900 sq. ft.                     | nine hundred square feet.
            ½ tsp. salt, 1/4 lb, 1 1/2 tbsp | one half teaspoon salt, a quarter pound, one and a half tablespoons
            $50k/yr. or $5 per hr           | fifty thousand dollars per year or five dollars per hour
            12.5M shares, 1.5bn people      | twelve point five million shares, one point five billion people
            """)
    void quantities(String written, String said) {
        assertSaid(written, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Dr. Smith of 12 Main St. in St. Paul. | doctor smith of twelve main street in saint paul.
            near Elm Dr. by Mt. Hood              | near elm drive by mount hood
            Mr. and Mrs. Jones                    | mister and missus jones
            Smith Jr. went. Lee Jr. Then          | smith junior went. lee junior. then
            e.g. this, i.e. that, etc.            | for example, this, that is, that, et cetera.
            He met Max. Then No. 5                | he met max. then number five
            the U.S. and the FBI's                | the you ess and the eff bee eye's
            NASA, OK                              | nasa, ok
            SHOUT AT THE DOG                      | shout at the dog
            J. R. Smith                           | jay are smith
            AT&T, R&D                             | ay tee and tee, are and dee
            2nd Lt. Smith vs. Sgt. Pepper         | second lieutenant smith versus sergeant pepper
            flight BA249, H2O, Q3                 | flight bee ay two hundred forty nine, aitch two oh, cue three
            Henry VIII, Chapter IV, World War II  | henry the eighth, chapter four, world war two
            I think I'm Louis XIV's               | i think i'm louis the fourteenth's
            YouTube                               | you tube
            html                                  | aitch tee em ell
            I'll go, they'll see                  | i'll go, they'll see
            Yesterday Dr. Smith came              | yesterday doctor smith came
            Is Dr. Jones in? Dear Dr. Watson      | is doctor jones in? dear doctor watson
            The Dr. said so on Elm Dr. She left   | the doctor said so on elm drive. she left
            Mount St. Helens, East St. Louis      | mount saint helens, east saint louis
            When St. Peter left Wall St. Then     | when saint peter left wall street. then
            In 1980 Mount St. Helens erupted      | in nineteen eighty mount saint helens erupted
            221 Baker St. London, on 5th St.      | two hundred twenty one baker street. london, on fifth street.
            The book I read, the part I liked     | the book i read, the part i liked
            the class I took, The Group I joined  | the class i took, the group i joined
            Tell Paul I said hi to Malcolm X      | tell paul i said hi to malcolm ex
            Part I. World War I began. Act I      | part one. world war one began. act one
            Part I of Chapter I, "Malcolm III"    | part one of chapter one, malcolm the third
            Queen Elizabeth I was, WWII           | queen elizabeth the first was, world war two
            McDonald's, McCartney, MacArthur      | mcdonald's, mccartney, macarthur
            McKinsey's MacBook                    | mckinsey's mac book
            H.G. Wells left the U.S. It           | aitch jee wells left the you ess. it
            red vs blue                           | red versus blue
            """)
    void abbreviationsAndCapitals(String written, String said) {
        assertSaid(written, said);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            https://www.example.com/a?x=1         | double you double you double you dot example dot com slash ay question mark ex equals one
            bob.smith@mail.co.uk                  | bob dot smith at mail dot co dot uk
            rock & roll, #tag, C++                | rock and roll, hashtag tag, see plus plus
            “Quoted” — he said… (well)            | quoted, he said. well,
            it's 'fine' rock 'n' roll             | it's fine rock n roll
            Amazon.com's, see Booking.com/a1.     | amazon dot com's, see booking dot com slash ay one.
            Node.js reads config.json. Done       | node dot jay ess reads config dot json. done
            the end.then more                     | the end. then more
            © 2024 Acme®, Brand™                  | copyright twenty twenty four acme, brand
            well-known                            | well known
            What?! Really!!!                      | what? really!
            one: two; three                       | one; two; three
            First\\nline\\n\\nNext\\n- item\\n- more | first line. next. item. more
            """)
    void signs(String written, String said) {
        assertSaid(written, said);
    }

    @Test
    void accentsAreFoldedAndOtherScriptsAreWrittenInLatin() {
        assertSaid("Naïve café in Łódź", "naive cafe in lodz");
        assertSaid("Привет", "privet");
        assertThat(NORMALISER.plain("你好").words()).matches("[a-z]+ [a-z]+");
    }

    @Test
    void whatCannotBeSaidIsLeftOutAndTold() {
        Normaliser.Plain plain = NORMALISER.plain("nice 😀♥😀 day\u0000\u0007\ud800 ok");
        assertThat(plain.words()).isEqualTo("nice day ok");
        assertThat(plain.dropped()).isEqualTo("😀♥\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\n\n", "...", "😀", "\u0000", "'", "- - -", "?!"})
    void nothingToSayIsNoWords(String text) {
        assertThat(NORMALISER.plain(text).words()).isEmpty();
    }

    /** Whatever comes, words and marks go, soon: no pattern may take more than a moment over 4096 characters. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1,",
                "a",
                "A",
                "A.",
                "1.",
                "1-",
                "1/",
                "-",
                "'",
                "$1",
                "a@",
                "a.b",
                "www.",
                "http://a",
                "1:",
                "+1 ",
                "(",
                "9 9/",
                "\n",
                "\n- ",
                "X",
                "I V ",
                "St. ",
                "😀",
                "你",
                "a'",
                "é",
                "%",
                "Mon. ",
                "1 kg ",
                "\ud800",
                "@a.b",
                "a.b.",
                "1.2",
                "$1-",
                "1am-",
                "1 pm - ",
                "Mon-",
                "1kg/",
                "Part I ",
                "9 Oak St. "
            })
    void anythingBecomesPlainWordsInTime(String part) {
        String text = part.repeat(4096 / part.length());
        Normaliser.Plain plain =
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> NORMALISER.plain(text));
        assertThat(plain.words().split(" ")).allMatch(word -> word.matches("([a-z][a-z']*[,;.!?]?)?"));
    }
}
