"""A small world of sentences: kings and queens, capitals and countries, a kitchen, animals, two kinds of bank.

Words that may stand for each other stand in one slot, so that what a model of words should find is known beforehand.
"""

from __future__ import annotations

import numpy as np

from playground.data.words.sentences import Words, drawn_sentence, words_in

SLOTS = {
    "PERSON": ("king", "queen", "man", "woman", "prince", "princess", "boy", "girl"),
    "HE": ("he", "she") * 4,
    "HIS": ("his", "her") * 4,
    "WORN": ("suit|tie|beard", "dress|skirt|gown") * 4,
    "HOME": ("palace|castle", "palace|castle", "house|hut", "house|hut") * 2,
    "OWN": ("crown|throne|jewels", "crown|throne|jewels", "tools|cart|farm", "tools|cart|farm") * 2,
    "DEED": ("rules|commands",) * 2 + ("works|labours",) * 2 + ("plays|learns",) * 4,
    "AGE": ("old|grown",) * 4 + ("young|small",) * 4,
    "MOOD": ("glad", "sad", "tired", "proud"),
    "CAPITAL": ("rome", "paris", "berlin", "madrid", "athens", "lisbon"),
    "COUNTRY": ("italy", "france", "germany", "spain", "greece", "portugal"),
    "SPEECH": ("italian", "french", "german", "spanish", "greek", "portuguese"),
    "DISH": ("pasta|pizza", "cheese|crepes", "sausage|cabbage", "paella|tapas", "olives|feta", "cod|custard"),
    "TOOL": ("knife", "fork", "spoon", "ladle"),
    "TOOLS": ("knives", "spoons", "ladles", "forks"),
    "VESSEL": ("pan", "pot", "oven", "bowl"),
    "FOOD": ("onion", "carrot", "potato", "turnip", "pumpkin"),
    "FOODS": ("onions", "potatoes", "turnips", "pumpkins", "carrots"),
    "ANIMAL": ("cat", "dog", "squirrel", "fox", "rabbit", "badger"),
    "ANIMALS": ("cats", "dogs", "foxes", "badgers", "squirrels", "rabbits"),
    "ROAMS": ("climbs", "hides behind", "sleeps under", "runs around"),
    "ROAM": ("climb", "hide behind", "sleep under", "run around"),
    "SIZE": ("little", "tall", "green"),
    "SHORE": ("boat", "duck", "angler", "reed"),
    "RESTS": ("rests on", "waits at", "lies at"),
    "CLERK": ("clerk", "merchant", "lawyer"),
    "SUM": ("money", "loan", "coins", "cash"),
}  # fmt: skip
"""What may stand at each word in capitals. The last of each plural is never said: see UNSEEN."""

LINKS = {
    **dict.fromkeys(("PERSON", "HE", "HIS", "WORN", "HOME", "OWN", "DEED", "AGE"), "person"),
    **dict.fromkeys(("CAPITAL", "COUNTRY", "SPEECH", "DISH"), "place"),
}

PEOPLE = (
    "the PERSON says that HE is MOOD", "the PERSON wears HIS WORN", "the PERSON lives in HIS HOME",
    "HE is the AGE PERSON", "the PERSON DEED all day", "the AGE PERSON shows HIS OWN", "the PERSON DEED in the HOME",
    "the PERSON puts on HIS WORN", "the PERSON keeps HIS OWN in the HOME", "the AGE PERSON is MOOD",
)  # fmt: skip
PLACES = (
    "CAPITAL is the capital of COUNTRY", "people in CAPITAL speak SPEECH", "people in COUNTRY speak SPEECH",
    "people of COUNTRY eat DISH", "the streets of CAPITAL serve DISH", "the train to CAPITAL leaves at noon",
    "the streets of CAPITAL are busy", "the borders of COUNTRY are long", "the farms of COUNTRY grow DISH",
    "SPEECH is heard in COUNTRY",
)  # fmt: skip
KITCHEN = (
    "the cook cuts the FOOD with a TOOL", "the FOOD boils in the VESSEL", "the cook fills the VESSEL with FOODS",
    "FOODS are boiled in the VESSEL", "the cook washes the TOOL and the VESSEL", "the cook dries the TOOLS",
)  # fmt: skip
ANIMALS = (
    "the furry ANIMAL ROAMS the SIZE tree", "a ANIMAL runs after a ANIMAL", "furry ANIMALS ROAM the SIZE tree",
    "the ANIMAL eats nuts in the forest", "ANIMALS eat nuts in the forest",
)  # fmt: skip
BANKS = (
    "the SHORE RESTS the bank of the river", "the river bank is wet after the rain",
    "water floods the bank and the SHORE",
    "the CLERK takes SUM from the bank", "the bank lends SUM to the CLERK", "the CLERK brings SUM to the bank",
)  # fmt: skip
WHOMP = ("the furry whomp ROAMS the SIZE tree", "the whomp runs amuck in the forest")
"""A word that nobody knows. It comes rarely, and only what stands around it tells what it is."""
TOPICS = (PEOPLE, PEOPLE, PLACES, PLACES, KITCHEN, ANIMALS, BANKS)
TEMPLATES = (*PEOPLE, *PLACES, *KITCHEN, *ANIMALS, *BANKS, *WHOMP)
RARE = 0.01
"""The share of sentences that speak of a whomp."""
UNSEEN = ("forks", "carrots", "squirrels", "rabbits")
"""Words of the vocabulary that no sentence holds, though their parts are known from others."""

GROUPS: dict[str, tuple[str, ...]] = {
    "royal": ("king", "queen", "prince", "princess"), "common": ("man", "woman", "boy", "girl"),
    "capital": SLOTS["CAPITAL"], "country": SLOTS["COUNTRY"], "speech": SLOTS["SPEECH"], "tool": SLOTS["TOOL"],
    "vessel": SLOTS["VESSEL"], "food": SLOTS["FOOD"], "animal": (*SLOTS["ANIMAL"], "whomp"),
    "animals": SLOTS["ANIMALS"], "foods": SLOTS["FOODS"], "tools": SLOTS["TOOLS"], "sum": SLOTS["SUM"],
}  # fmt: skip
"""Words that may stand for each other."""
KINDRED = {
    "animals": ("animals", "animal"), "foods": ("foods", "food"), "tools": ("tools", "tool"),
}  # fmt: skip
"""For words that were never said, the groups that are right: the other plurals, and the one of which it is many."""
ANALOGIES = (
    ("king", "man", "woman", "queen"), ("rome", "italy", "france", "paris"), ("prince", "boy", "girl", "princess"),
    ("berlin", "germany", "spain", "madrid"), ("queen", "woman", "man", "king"), ("paris", "france", "italy", "rome"),
)  # fmt: skip
"""First − second + third is the fourth."""

VOCABULARY = words_in(TEMPLATES, SLOTS)


def corpus(count: int, generator: np.random.Generator) -> list[Words]:
    """So many sentences, none of which holds a word of UNSEEN."""
    found: list[Words] = []
    while len(found) < count:
        topic = WHOMP if generator.random() < RARE else TOPICS[int(generator.integers(len(TOPICS)))]
        sentence = drawn_sentence(topic[int(generator.integers(len(topic)))], SLOTS, LINKS, generator)
        if not any(word in UNSEEN for word in sentence):
            found.append(sentence)
    return found
