"""Sentences to learn speech from: normalised text, as symbols.py describes it, made of word lists and patterns.

    python sentences.py [--count 40]          to look at some
    Sentences(lexicon).sentence(chance)       one more, never a held-out one

Any word must come out well wherever it stands. So a part of them is grammatical, about anything, in many forms; a part is
numbers, dates, times, spelled letters and lists; and a part is words of the lexicon in any order. Held out are, by a hash,
one in HELD_OUT of all sentences, and those of heldout.tsv (as written TAB as normalised), which nothing here makes.
"""

import argparse
import hashlib
import random
import re
from pathlib import Path

from symbols import read_lexicon

HELD_OUT = 50
HELD_OUT_FILE = Path(__file__).with_name("heldout.tsv")


def listed(words):
    return words.replace("_", " ").split() if "_" not in words else [w.replace("_", " ") for w in words.split()]


PEOPLE = listed("""she he it they we you i everyone nobody somebody my_brother my_sister our_neighbor the_teacher the_doctor the_old_man
a_young_woman the_children his_mother her_father the_captain the_driver the_writer your_friend the_manager the_artist a_stranger the_queen
the_farmer the_engineer those_people the_students the_nurse the_judge a_soldier the_baker my_uncle her_aunt the_boys two_girls the_team
doctor_smith mister_brown missus_green professor_lee anna george maria peter emily jack thomas sarah michael linda david susan james laura
robert karen john helen charles alice""")
NOUNS = """house river mountain garden table window story letter train station music picture question answer problem idea book paper city
village street road bridge church school kitchen bedroom door floor wall roof tree flower leaf bird horse dog cat fish sheep cow mouse lion
bread butter cheese coffee tea water milk sugar salt apple orange banana potato dinner breakfast lunch engine machine computer phone
camera radio television newspaper magazine museum library hospital office factory market shop price money bank account ticket journey
holiday weather rain snow wind storm cloud sun moon star sky sea ocean island beach forest field farm hill valley desert lake boat ship
plane car bus bicycle wheel glass bottle cup plate knife fork spoon box bag basket shirt dress coat hat shoe pocket button ring watch
clock hour minute morning evening night week month year summer winter spring autumn language word sentence voice sound song dance game
match player winner prize science history nature law government president minister army war peace power energy light fire heat ice
metal gold silver iron stone rock sand dust oil gas paint color shape circle square line edge corner middle bottom top side surface
body head face eye ear nose mouth tooth hand finger arm leg foot heart blood skin hair doctor patient medicine illness accident
danger safety rule reason result effect cause change growth loss profit business company customer product service quality quantity
number measure distance speed weight height temperature pressure signal message network system program design model method theory
experiment research student lesson exam degree job worker boss meeting project plan report decision agreement promise secret dream
memory feeling fear anger joy love friend enemy family parent child baby husband wife king prince hero thief judge prison court""".split()
ADJECTIVES = """big small long short tall wide narrow deep high low old new young fresh early late fast slow quick hot cold warm cool dry wet
clean dirty empty full heavy light dark bright quiet loud soft hard rough smooth sharp strong weak rich poor cheap expensive easy
difficult simple strange famous popular important serious funny happy sad angry tired hungry thirsty lonely busy careful clever stupid
wise brave honest polite rude kind cruel gentle wild safe dangerous healthy sick beautiful ugly pretty lovely perfect terrible wonderful
ordinary usual special common rare public private local foreign modern ancient natural electric wooden golden red blue green yellow
white black brown gray purple pink round square flat broken final recent sudden similar different possible certain""".split()
VERBS = """saw found lost bought sold made built broke opened closed carried dropped pushed pulled lifted moved watched painted cleaned washed
cooked ate drank wrote read sent received gave took kept left followed passed crossed reached entered visited remembered forgot
described explained mentioned noticed heard touched held threw caught hit fixed repaired changed chose wanted needed liked loved hated
feared trusted helped stopped started finished measured counted collected discovered studied taught learned understood believed
ordered promised offered refused accepted paid borrowed stole hid covered filled emptied planted burned served shared""".split()
PRESENT = """see find lose buy sell make build break open close carry drop push pull lift move watch paint clean wash cook eat drink write
read send receive give take keep leave follow pass cross reach enter visit remember forget describe explain mention notice hear touch hold
throw catch hit fix repair change choose want need like love hate trust help stop start finish measure count collect discover study teach
learn understand believe order offer refuse accept pay borrow steal hide cover fill plant burn serve share""".split()
ADVERBS = """quickly slowly quietly loudly carefully suddenly finally usually often sometimes never always rarely nearly almost hardly clearly
simply probably certainly perhaps again soon already today tomorrow yesterday tonight together alone everywhere outside inside upstairs
however therefore meanwhile indeed instead later early once twice""".split()
PREPOSITIONS = """in on at under over near behind beside between before after during through across along around against without
within beyond above below toward from to with for about into onto inside outside past until since by of""".split()
DETERMINERS = """the a the the this that every some any no my your his her our their each another the_other the_first the_last the_same
many_a such_a what_a half_the all_the both_the""".replace("_", "~").split()
CONJUNCTIONS = "and but or so because although while when if since unless until where as though after before whether".split()
OPENERS = """well,|of course,|in fact,|after all,|for example,|on the other hand,|at first,|in the end,|by the way,|to be honest,|as a
 result,|in other words,|at last,|no,|yes,|oh,|please,|thank you,|good morning,|hello,|excuse me,|listen,|look,|once upon a time,|that is,""".replace("\n", "").split("|")
SAYINGS = """thank you|good morning|good night|see you later|how are you|i don't know|never mind|of course not|what's the matter|it's all right
|i can't believe it|let's go|that's right|you're welcome|we'll see|don't worry|who's there|i'd love to|they've gone|he won't come|she isn't here
|wasn't it|what time is it|where are you|come in|sit down|stop|yes|no|please|hello|wait|help|now|maybe|nothing|why not""".replace("\n", "").split("|")

ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen""".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
MONTHS = """january february march april may june july august september october november december""".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
UNITS = """dollars cents pounds euros percent kilometers meters miles feet inches kilograms grams ounces liters hours minutes seconds days
weeks months years degrees degrees_celsius miles_per_hour people times pages points square_meters megabytes gigabytes volts watts""".split()
LETTERS = """ay bee see dee ee eff jee aitch eye jay kay ell em en oh pee cue are ess tee you vee double_you ex why zee""".split()


def number(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (" " + ONES[n % 10] if n % 10 else "")
    for size, name in ((10 ** 9, "billion"), (10 ** 6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            return number(n // size) + " " + name + (" " + number(n % size) if n % size else "")


def ordinal(n):
    words = number(n).split(" ")
    last = words[-1]
    words[-1] = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join(words)


def year(chance):
    n = chance.choice([chance.randint(1100, 1999), chance.randint(1900, 2040)])
    if n // 100 == 20 and n % 100 < 10:
        return number(n)
    rest = n % 100
    return number(n // 100) + " " + ("hundred" if rest == 0 else "oh " + number(rest) if rest < 10 else number(rest))


def some_number(chance):
    kind = chance.random()
    if kind < 0.6:
        return number(chance.choice([chance.randint(0, 30), chance.randint(0, 100), chance.randint(0, 1000)]))
    if kind < 0.75:
        return number(int(10 ** chance.uniform(2, 9.5)))
    if kind < 0.9:
        return number(chance.randint(0, 200)) + " point " + " ".join(ONES[chance.randint(0, 9)] for _ in range(chance.randint(1, 3)))
    return " ".join(ONES[chance.randint(0, 9)] for _ in range(chance.randint(3, 7)))


def figures(chance):
    """Numbers as texts hold them."""
    kind = chance.randint(0, 6)
    if kind == 0:
        return chance.choice(["on ", ""]) + chance.choice(MONTHS) + " " + ordinal(chance.randint(1, 31)) + chance.choice(["", ", " + year(chance)])
    if kind == 1:
        return "the " + ordinal(chance.randint(1, 31)) + " of " + chance.choice(MONTHS) + chance.choice(["", ", " + year(chance)])
    if kind == 2:
        minute = chance.randint(0, 59)
        said = chance.choice(["o'clock", ""]) if minute == 0 else "oh " + number(minute) if minute < 10 else number(minute)
        return ("at " + number(chance.randint(1, 12)) + " " + said).strip() + chance.choice(["", " ay em", " pee em", " on " + chance.choice(DAYS)])
    if kind == 3:
        return some_number(chance) + " " + chance.choice(UNITS).replace("_", " ")
    if kind == 4:
        return " ".join(chance.choice(LETTERS) for _ in range(chance.randint(2, 5))).replace("_", " ")
    if kind == 5:
        return "the " + ordinal(int(10 ** chance.uniform(0, 3)))
    return "in " + year(chance)


class Sentences:
    """Makes sentences of a lexicon's words."""

    def __init__(self, lexicon):
        self.words = [word for word in lexicon if 1 < len(word) < 18 and not word.endswith("'")]
        self.held_out = read_held_out()

    def word(self, chance, common):
        return chance.choice(common) if chance.random() < 0.55 else chance.choice(self.words)

    def thing(self, chance):
        if chance.random() < 0.25:
            return chance.choice(PEOPLE)
        words = [chance.choice(DETERMINERS).replace("~", " ")]
        words += [self.word(chance, ADJECTIVES) for _ in range(chance.choice([0, 0, 1, 1, 2]))]
        words.append(self.word(chance, NOUNS))
        if chance.random() < 0.08:
            words[-1] += "'s"
            words.append(self.word(chance, NOUNS))
        return " ".join(words)

    def place(self, chance):
        return chance.choice(PREPOSITIONS) + " " + (figures(chance) if chance.random() < 0.15 else self.thing(chance))

    def clause(self, chance):
        words = [self.thing(chance), self.word(chance, VERBS), self.thing(chance)]
        if chance.random() < 0.2:
            words.insert(1, chance.choice(ADVERBS))
        words += [self.place(chance) for _ in range(chance.choice([0, 0, 1, 1, 2]))]
        if chance.random() < 0.15:
            words.append(chance.choice(ADVERBS))
        return " ".join(words)

    def grammatical(self, chance):
        kind = chance.random()
        if kind < 0.12:
            return chance.choice(["did", "does", "will", "can", "could", "should", "would", "has", "why did", "when did", "how will",
                                  "where can", "what did"]) + f" {self.thing(chance)} {self.word(chance, PRESENT)} {self.thing(chance)}?"
        if kind < 0.2:
            what = [self.thing(chance) for _ in range(chance.randint(3, 5))]
            return f"{chance.choice(PEOPLE)} {self.word(chance, VERBS)} {', '.join(what[:-1])}, and {what[-1]}."
        if kind < 0.28:
            return f"{self.thing(chance)} {chance.choice(['is', 'was', 'will be', 'seems', 'looked', 'are', 'were'])} " \
                   f"{chance.choice(['very ', 'so ', 'not ', 'too ', ''])}{self.word(chance, ADJECTIVES)}" \
                   f"{chance.choice(['', ' ' + self.place(chance)])}."
        if kind < 0.33:
            return f"{self.word(chance, PRESENT)} {self.thing(chance)} {self.place(chance)}" + chance.choice(".!")
        text = self.clause(chance)
        if kind < 0.5:
            text = f"{chance.choice(OPENERS)} {text}"
        elif kind < 0.7:
            text += chance.choice([", ", ", ", " ", "; "]) + chance.choice(CONJUNCTIONS) + " " + self.clause(chance)
        elif kind < 0.76:
            text = f"{self.place(chance)}, {text}"
        return text + chance.choices(".!?", [0.86, 0.07, 0.07])[0]

    def figured(self, chance):
        parts = [figures(chance) for _ in range(chance.choice([1, 1, 2, 3]))]
        text = ", ".join(parts) if chance.random() < 0.4 else " and ".join(parts)
        if chance.random() < 0.7:
            text = f"{self.clause(chance)} {text}"
        return text + chance.choice("..?,")

    def shuffled(self, chance, longest=18):
        """Words in any order, the short ones of the language among them, and pauses anywhere."""
        glue = PREPOSITIONS + CONJUNCTIONS + ADVERBS + ["the", "a", "and", "is", "was", "are", "not", "it", "he", "she", "they", "have", "been"]
        words = []
        for _ in range(chance.randint(1, longest)):
            kind = chance.random()
            words.append(chance.choice(self.words) if kind < 0.65 else chance.choice(NOUNS + VERBS + ADJECTIVES) if kind < 0.8
                         else chance.choice(glue))
            if 0.65 < kind < 0.8 and chance.random() < 0.08:
                words[-1] += "'s"
            if chance.random() < 0.1:
                words[-1] += chance.choice(",,;")
        return " ".join(words).rstrip(",;") + chance.choices(".?!,;", [0.7, 0.1, 0.08, 0.1, 0.02])[0]

    def short(self, chance):
        kind = chance.random()
        if kind < 0.4:
            return chance.choice(SAYINGS) + chance.choice(".!?,")
        return self.shuffled(chance, longest=3)

    def draw(self, chance):
        kind = chance.random()
        make = self.grammatical if kind < 0.42 else self.shuffled if kind < 0.78 else self.figured if kind < 0.9 else self.short
        return re.sub(r" +", " ", make(chance))

    def sentence(self, chance, held_out=False, longest=220):
        """One that is held out, or one that is not, of so many characters at most."""
        while True:
            text = self.draw(chance)
            if len(text) <= longest and is_held_out(text) == held_out and text not in self.held_out:
                return text


def is_held_out(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % HELD_OUT == 0


def read_held_out():
    """The benchmark's sentences, normalised."""
    return [line.split("\t")[1] for line in HELD_OUT_FILE.read_text().splitlines()] if HELD_OUT_FILE.exists() else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lexicon", type=Path)
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    sentences, chance = Sentences(read_lexicon(options.lexicon)), random.Random(1)
    for _ in range(options.count):
        print(sentences.sentence(chance))


if __name__ == "__main__":
    main()
