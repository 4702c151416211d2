"""Owns taking a rule apart: clauses, which of them forbid, and the words that are only how one forbids. Knows no concept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Stance = Literal["forbids", "permits", "only", "says"]

_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|‘([^’]+)’|「([^」]+)」|『([^』]+)』|(?<!\w)\'([^\']+)\'(?!\w)')
_CLAUSE = re.compile(
    r"[.;:,!?\n]+|\bbut\b|\bbecause\b|\bsince\b|\bso\b(?= (?:no|don|never|please|keep))|(?<=지만)\s|(?<=는데)\s|(?<=니까)\s"
)
_EXCEPT = re.compile(r"\b(?:except(?: for)?|other than|apart from|unless|aside from)\b")
_EXCEPT_KO = re.compile(r"(\S+?)(?:만|은|는)?\s?(?:빼고|제외하고)(?:는|요)?\s?(?=다|모두|전부|나머지)")

_FORBIDS = re.compile(
    r"\b(?:no|not|never|don'?t|do not|doesn'?t|won'?t|can'?t|cannot|without|avoid|nothing|none|neither|nor|hate|dislike|"
    r"scared|afraid|terrified|"
    r"refuse|forbid|forbidden|ban|banned|stop|leave|keep|allergic|phobia|skip|exclude|uncomfortable|stay away|free of|"
    r"prohibited|object to|rather not)\b"
    r"|금지|싫|안\s?(?:돼|되|됨|됩|됨|나|넣|보|하|쓰|입|시|만)|말아|말고|말\s?것|마세요|마라|하지\s?마|지\s?마|지\s?말|빼|제외|없이|없는|없었|절대|못\s|무서|무섭|불편|거부|"
    r"반대|사양|삼가|않|노출\s?x|ㄴㄴ|꺼려|질색|혐오"
)
_PERMITS = re.compile(
    r"\b(?:fine|ok|okay|allowed|welcome|don'?t mind|do not mind|feel free|happy with|all right|alright|permitted|go ahead|is good)\b"
    r"|괜찮|상관없|허용|환영|좋아요|좋습니다|가능|(?<!안)(?<!안 )돼요|(?<!안)(?<!안 )됩니다"
)
_NOT_PERMITS = re.compile(
    r"\b(?:not|n'?t|never|isn'?t|aren'?t) (?:\w+ )?(?:fine|ok|okay|allowed|welcome|happy|all right|good|permitted)\b|안\s?괜찮|불가능"
)
_ONLY = re.compile(r"(?<!not )\bonly\b|\bjust (?:show|put|use)\b|\S만\s?(?:보여|나오|입|넣|쓰|해|가능|허용|돼|됩|괜찮|만들|원)")

STOP = frozenset(
    """
    a an the this that these those my me i i'm im i'd i've you your we us our he him his she her it its they them their who which
    what when
    where and or of in on at to for from with by as about into near around over under through up out off down any anything all some every
    each other others else such kind kinds sort type like than then too very really also just even more most much many lot lots please
    thanks thank pls kindly is are was were be been being am do does did done doing don't dont don doesn't didn't won't can't
    cannot can could would
    should will shall may might must no not never none nothing neither nor without avoid hate dislike scared afraid terrified refuse
    forbid forbidden ban banned stop leave keep keeps allergic phobia skip exclude uncomfortable stay away free prohibited object rather
    want wants wanted let lets make makes making made put puts place show shows showing shown have has having had get gets getting use
    using used film films video videos scene scenes picture pictures image images clip clips content stuff thing things footage movie
    background foreground frame shot cameo avatar likeness face body character name voice role part anywhere anyone anybody
    someone somebody people person
    ever always involve involves involving related relating include includes including feature featuring featured contain
    contains containing
    depict depicting depicted appear appears appearing see seen seeing look looks looking talk talks talking say says saying said
    tell play playing act acting
    dress dressed if so because since but only myself mine own way ways together next close front else's allow allowed ok okay fine
    time times day today now again go going come comes coming give i'll there here scenario scenarios brand brands company
    companies set setting shots take taking given
    """.split()  # noqa: SIM905
)
"""English words that say nothing about what a rule is about."""

JOINING = frozenset({"or", "and", "nor"})
JOINING_KO = ("이나", "나", "랑", "이랑", "과", "와", "하고", "또는", "혹은", "그리고", "및")

WEAK_VERBS = frozenset(
    """
    ride eat wear hold drive sit stand walk run touch drink carry watch visit hang handle buy sell meet enter lie
    """.split()  # noqa: SIM905
)
"""Verbs that a rule says beside what it means: in `riding a motorcycle` the motorcycle counts."""

UNCLEAR = frozenset(
    """
    embarrass embarrassing humiliate humiliating weird bad offensive disrespectful inappropriate creepy gross cringe cringey
    dangerous illegal harmful hurtful
    private personal unprofessional unflattering controversial sensitive tasteless rude mean evil wrong immoral unethical shame shameful
    silly dumb ridiculous upset upsetting disgusting hurt hurtful reputation career boss parents mother job values dignity uncool
    degrade degrading
    """.split()  # noqa: SIM905
)
"""English words that need judgement: a rule of them is never understood whole."""

UNCLEAR_KO = re.compile(r"창피|부끄|이상한|불쾌|민망|나쁜|품위|명예|위험한|불법|사생활|개인적|곤란|수치|추하|추한|웃긴|우스|부적절|무례")

FRAME_KO = re.compile(
    r"(?:나|내|저|제|우리|본인)(?:가|는|를|을|의|한테|에게|도)?|나오(?:는|게|지|면)|나온|나와|나오|거|것|게|걸|건|거는|거요|것은|것도|거나|때|수|"
    r"장면\S{0,2}|모습\S{0,2}|영상\S{0,2}|얼굴\S{0,3}|목소리\S{0,2}|사진\S{0,2}|내용\S{0,2}|얘기\S{0,2}|이야기\S{0,2}|역할\S{0,2}|관련\S{0,3}|관한|"
    r"대한|대해\S{0,1}|종류\S{0,2}|부분\S{0,2}|"
    r"싫\S*|금지\S*|안|안돼\S*|돼\S{0,2}|됩니다|됨|되\S{0,2}|말\S{0,2}|마|마요|마세요|마라|말아\S{0,2}|주세요|줘|줘요|줄래요|빼\S{0,2}|빼고|제외\S*|절대\S{0,2}|전혀|하지|"
    r"시키\S*|넣\S*|쓰\S{0,3}|보여\S*|보이\S*|만들\S*|입히\S*|입은|입는|입고|입지|태우\S*|타는|타고|타지|먹는|먹고|먹지|마시는|마시고|피우는|두지|두고|있는|없는|없이|들게|하게|하는|한|하고|하지|"
    r"그런|이런|저런|같은|제발|부탁\S*|권유\S*|추천\S*|무서\S*|무섭\S*|불편\S*|거부\S*|반대\S*|사양\S*|않\S*|싶\S*|못|원\S*|노|등장\S*|출연\S*|사용\S*|이용\S*|그냥|"
    r"그리고|또는|혹은|이나|랑|이랑|함께|같이|다|모두|전부|"
    r"근처\S{0,2}|주변\S{0,2}|옆\S{0,2}|앞\S{0,2}|뒤\S{0,2}|속\S{0,2}|왜냐하면|너무|정말|진짜|좀|조금|더|많이|말고요|빼줘|이라는|라는|보는|가는|노는|누가|누구|어떤|모든|아무|제게|저에게"
)
"""Korean words of a rule that say nothing about what it is about."""

_PARTICLE_KO = re.compile(
    r"(?<=[가-힣])(?:에서는|에서|에게|한테|으로|이나|이랑|하고|까지|부터|처럼|들을|들이|들은|들과|들|을|를|이|가|은|는|의|와|과|도|로|나|랑|만|에|요)$"
)
_VERBAL_KO = re.compile(
    r"(?:하는|되는|우는|르는|리는|기는|이는|던|게|지|고|며|면|서|운|한|할|된|될|히|다|까|러|려고|도록|거나|세요|습니다|해요|해|함|기)$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a rule, folded, and what it does; `exempt`: what it lets be after all."""

    text: str
    stance: Stance
    exempt: str = ""


def quoted(rule: str) -> tuple[list[str], str]:
    """Split a rule into what it quotes and the rest."""
    found = [next(part for part in match.groups() if part is not None) for match in _QUOTED.finditer(rule)]
    return found, _QUOTED.sub(" ", rule)


def clauses(folded: str) -> list[Clause]:
    """Take a rule apart. A short clause after one that forbids goes on forbidding: `no guns, blood, war`."""
    made: list[Clause] = []
    for piece in _CLAUSE.split(folded):
        text = " ".join(piece.split())
        if not text:
            continue
        first, *rest = _EXCEPT.split(text, maxsplit=1)
        stance = _stance(first)
        if stance == "says" and made and made[-1].stance in {"forbids", "permits"} and len(first.split()) <= 3:
            stance = made[-1].stance
        made += _with_exception(first, stance, " ".join(rest))
    if not any(clause.stance in {"forbids", "only", "permits"} for clause in made):
        return [Clause(clause.text, "forbids", clause.exempt) for clause in made]
    return made


def _with_exception(text: str, stance: Stance, exception: str) -> list[Clause]:
    """What is excepted from a ban is let be; what is excepted from a permission is banned: `anything is fine except snakes`."""
    korean = _EXCEPT_KO.search(text)
    if stance == "permits" and (exception or korean):
        return [Clause(exception or (korean.group(1) if korean else ""), "forbids")]
    return [Clause(text, stance, exception)]


def nouns_ko(token: str) -> str:
    """Give what a Korean word of a rule names, its particle taken off; empty where it names nothing."""
    if FRAME_KO.fullmatch(token) or UNCLEAR_KO.search(token):
        return ""
    bare = _PARTICLE_KO.sub("", token)
    if bare == token and len(token) > 1 and _VERBAL_KO.search(token):
        return ""
    return "" if FRAME_KO.fullmatch(bare) else bare


def _stance(text: str) -> Stance:
    if _PERMITS.search(text) and not _NOT_PERMITS.search(text):
        return "only" if _ONLY.search(text) else "permits"
    if _FORBIDS.search(text) or _NOT_PERMITS.search(text):
        return "forbids"
    return "only" if _ONLY.search(text) else "says"
