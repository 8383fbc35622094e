"""Who is here: a card read, and what to do when it cannot be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

from devices.contract import ChipCardReader, IdCardReader
from devices.errors import DeviceError, DeviceTimeout, ResidentAction
from devices.identity import IdCard, SocialSecurityCard
from devices.supervisor import Supervisor
from kiosk.availability import usable
from kiosk.pages import Action, Answer, Idle, Notice, PresentCard, Step
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Applicant

Card = IdCard | SocialSecurityCard

#: Which reader reads which card.
READERS: dict[str, type[IdCardReader | ChipCardReader]] = {
    "id_card": IdCardReader,
    "social_card": ChipCardReader,
}

#: What is wrong with a card, by the device's detail key; anything else is "please lay it again".
PROBLEMS = {
    "card-pulled": "card.problem.pulled",
    "wrong-card": "card.problem.wrong-card",
    "wrong-card-type": "card.problem.wrong-card",
    "card-must-leave": "card.problem.lift",
    "card-reads-differ": "card.problem.two-cards",
}


async def identify(visit: Visit, accepts: tuple[str, ...], step: Step | None = None) -> Applicant:
    """Ask for a card until one is read; what is known already in this visit is not asked again.

    ``accepts`` names the cards that serve here, the best first. Only a card that its reader has
    authenticated (the ID card) proves who holds it; ``Applicant.how_read`` keeps that apart.
    """
    if visit.applicant is not None and visit.applicant.how_read in accepts:
        return visit.applicant
    wanted = next((card for card in accepts if usable(visit.kiosk.devices, READERS[card])), accepts[0])
    problem: Sayable | None = None
    while True:
        page = _present(visit, wanted, accepts, problem, step)
        outcome = await visit.show_while(
            page, partial(_read, visit.kiosk.devices, wanted, visit.kiosk.site.visit.card, problem)
        )
        match outcome:
            case Answer(id="no-card"):
                await _without_card(visit)
            case Answer():
                wanted, problem = outcome.id, None
            case IdCard() | SocialSecurityCard() as card if card.is_valid_at(datetime.now(UTC)):
                visit.applicant = as_applicant(card)
                return visit.applicant
            case IdCard() | SocialSecurityCard():
                problem = text("card.problem.expired")
            case words:
                problem = words


def _present(
    visit: Visit, wanted: str, accepts: tuple[str, ...], problem: Sayable | None, step: Step | None
) -> PresentCard:
    other_cards = [
        Action(card, text(f"card.use.{card}"), card.replace("_", "-"))
        for card in accepts
        if card != wanted and usable(visit.kiosk.devices, READERS[card])
    ]
    return PresentCard(
        name=f"present-{wanted.replace('_', '-')}",
        card="id-card" if wanted == "id_card" else "social-card",
        title=text(f"card.present.{wanted}"),
        note=text(f"card.present.{wanted}.note"),
        problem=problem,
        others=(*other_cards, Action("no-card", text(f"card.none.{wanted}"))),
        step=step,
        idle=Idle.FORM,
    )


async def _read(
    devices: Supervisor, wanted: str, patience: float, told: Sayable | None
) -> Card | Sayable | None:
    """Read one card. Anything else that comes out is what to tell the resident now, None: all is well again.

    What has been ``told`` is not told again unless the resident did something: a page shown anew counts as
    life before the kiosk, and somebody who left must be noticed.
    """
    family, gone = READERS[wanted], text(f"card.problem.reader.{wanted}")
    was_gone = False
    while True:
        reader = usable(devices, family)
        if reader is None:
            was_gone = True
            if told != gone and not await _comes_back(devices, family):
                return gone
            await asyncio.sleep(0.5)
            continue
        if was_gone and told == gone:
            return None
        try:
            return await reader.read(patience)
        except DeviceError as error:
            words = _in_words(error, wanted)
            if isinstance(error, ResidentAction) or words != told:
                return words
            await asyncio.sleep(0 if isinstance(error, DeviceTimeout) else 2)


async def _comes_back(devices: Supervisor, family: type[IdCardReader | ChipCardReader]) -> bool:
    """Give a reader that is just coming back a moment, so that a hiccup does not flash a problem."""
    for _ in range(6):
        await asyncio.sleep(0.5)
        if usable(devices, family):
            return True
    return False


def _in_words(error: DeviceError, wanted: str) -> Sayable:
    match error:
        case DeviceTimeout():
            return text("card.problem.nothing-laid")
        case ResidentAction():
            return text(PROBLEMS.get(error.detail, "card.problem.unreadable"))
        case _:
            return text(f"card.problem.reader.{wanted}")


async def _without_card(visit: Visit) -> None:
    """No card at hand: say what serves instead, and where."""
    site = visit.kiosk.site.kiosk
    await visit.show(
        Notice(
            name="no-card",
            title=text("no-card.title"),
            lines=(
                text("no-card.line"),
                text("help.window", window=visit.kiosk.window),
                text("help.line", phone=site.helpline),
            ),
            picture="help-person",
            main=Action("again", text("no-card.again"), "id-card"),
        ),
        passing=True,
    )


def as_applicant(card: Card) -> Applicant:
    """An applicant as the card says; what a document does not have stays unsaid."""
    if isinstance(card, IdCard):
        return Applicant(
            document=card.document.value,
            number=card.number,
            name=card.name or card.name_en or "",
            name_en=card.name_en,
            sex=card.sex.value,
            ethnicity=card.ethnicity,
            nationality=card.nationality,
            birth_date=card.birth_date,
            address=card.address,
            issuer=card.issuer,
            valid_until=card.valid_until,
            how_read="id_card",
        )
    return Applicant(
        document="social_security_card",
        number=card.number,
        name=card.name,
        sex=card.sex.value if card.sex else None,
        ethnicity=card.ethnicity,
        birth_date=card.birth_date,
        how_read="social_card",
    )
