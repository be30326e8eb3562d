"""How is a freeze lengthened, shortened or lifted, and on whose sign-offs?

What lets traffic widen again (lifting, shortening, a narrower scope) takes the sign-offs that the policy asks for.
One person alone lengthens a freeze, and takes back what they declared themselves while it has not begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leverframe.actions.freezes import KIND, end, put
from leverframe.actions.house import House, first_role, need_reason, permit, record, refuse, tell
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.freezes import DeclaredFreeze
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.verdicts import Conflict, Invalid, Refused, Verdict, failed, passed
from leverframe.rules.freezes import begun, covers, faults_of
from leverframe.rules.policies import holders, may
from leverframe.rules.sign_offs import spoken
from leverframe.store import freezes, requests, sign_offs
from leverframe.store.database import Db

FilledSeat = tuple[str, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Loosening:
    """A wish to lift a freeze, or to put a `looser` one in its place: which seats are filled, and whether it is done.

    `stands` is the freeze that stands now.
    """

    stands: DeclaredFreeze
    looser: Freeze | None
    because: str
    asked_by: str
    seats: tuple[FilledSeat, ...]
    done: bool = False


def amend(house: House, actor: Actor, id: str, freeze: Freeze, because: str, role: str = "") -> Loosening:
    """Put another freeze in the place of one: at once where it forbids as much and more, else on sign-offs."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, old = house.clock.now(), house.policy(db), _standing(db, id)
        if faults := [*faults_of(freeze, policy)]:
            raise Invalid(faults)
        if covers(freeze, old.freeze, policy.calendar):
            right = permit(policy, actor, "freeze.declare")
            new = replace(old, freeze=freeze, declared_by=actor.name, declared_at=now, replaces=id, told_at=None)
            return Loosening(put(house, db, actor, right, new, now, "lengthened"), None, reason, actor.name, (), True)
        return _loosen(house, db, actor, role, old, freeze, reason, now)


def lift(house: House, actor: Actor, id: str, because: str, role: str = "") -> Loosening:
    """Ask that a freeze be lifted, or sign that; it is lifted when all seats are filled."""
    reason = need_reason(because)
    with house.store.write() as db:
        return _loosen(house, db, actor, role, _standing(db, id), None, reason, house.clock.now())


def sign(house: House, actor: Actor, id: str, because: str, role: str = "") -> Loosening:
    """Sign what is asked of a freeze, whatever it is; where nothing is asked, ask that it be lifted."""
    reason = need_reason(because)
    with house.store.write() as db:
        old = _standing(db, id)
        asked = requests.open_on(db, KIND, id)
        looser = from_document(Freeze, asked.body["looser"]) if asked and asked.body["looser"] else None
        return _loosen(house, db, actor, role, old, looser, reason, house.clock.now())


def keep(house: House, actor: Actor, id: str, because: str) -> DeclaredFreeze:
    """End the wish to loosen a freeze: it stands as it is. One person who may declare freezes is enough."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, old = house.clock.now(), _standing(db, id)
        role = permit(house.policy(db), actor, "freeze.declare")
        standing = requests.open_on(db, KIND, id)
        if standing is None:
            raise Refused([failed("state", f"nobody asks to loosen {id}", remedy="it stands as it is")])
        requests.close(db, standing.id, "refused", actor.name, now)
        sign_offs.void(db, id, now, f"refused: {reason}")
        record(db, now, actor, "freeze.kept", id, reason, role=role)
        db.after_commit(lambda: house.stir("change"))
        return old


def _standing(db: Db, id: str) -> DeclaredFreeze:
    freeze = freezes.get(db, id)
    if not freeze.stands:
        because = f"{id} was ended by {freeze.ended_by}: {freeze.ended_because}"
        raise Refused([failed("state", because, remedy="the list of freezes shows what stands")])
    return freeze


def _loosen(
    house: House,
    db: Db,
    actor: Actor,
    role: str,
    old: DeclaredFreeze,
    looser: Freeze | None,
    because: str,
    now: datetime,
) -> Loosening:
    policy = house.policy(db)
    if _is_own(policy, actor, old, now):
        return _carry_out(house, db, actor, "declared it", Loosening(old, looser, because, actor.name, ()), now)
    asked = ask_for(db, actor, policy, old, looser, because, now)
    standing = sign_offs.standing(db, old.id)
    if role or _sits_in(policy, actor):
        role = role or _sits_in(policy, actor)
        refuse(_may_sign(policy, actor, role, standing))
        sign_offs.add(db, SignOff(old.id, actor.name, role, f"request:{asked.id}", now, because))
        record(db, now, actor, "freeze.loosening_signed", old.id, because, role=role)
        standing = sign_offs.standing(db, old.id)
    db.after_commit(lambda: house.stir("change"))
    wish = Loosening(old, looser, asked.body["because"], asked.asked_by, _filled(policy, standing))
    if any(len(names) < count for _, count, names in wish.seats):
        return wish
    return _carry_out(house, db, actor, role or "clock", wish, now)


def _is_own(policy: Policy, actor: Actor, old: DeclaredFreeze, now: datetime) -> bool:
    """Say whether this person only takes back what they declared, before it has held anything."""
    unheld = not begun(old.freeze, policy.calendar, now)
    return actor.is_person and old.declared_by == actor.name and not old.replaces and unheld


def ask_anew(
    db: Db, actor: Actor, policy: Policy, old: DeclaredFreeze, looser: Freeze | None, because: str, now: datetime
) -> requests.Request:
    """Ask for what a file says now of a freeze, in the place of what was asked of it before."""
    asked = requests.open_on(db, KIND, old.id)
    if asked is not None and asked.body["looser"] != to_document(looser):
        requests.close(db, asked.id, "asked anew", actor.name, now)
        sign_offs.void(db, old.id, now, because)
    return ask_for(db, actor, policy, old, looser, because, now)


def ask_for(
    db: Db, actor: Actor, policy: Policy, old: DeclaredFreeze, looser: Freeze | None, because: str, now: datetime
) -> requests.Request:
    """Return the wish that is open on a freeze, written now where nobody has asked yet."""
    if not _sits_in(policy, actor):
        refuse([may(policy, actor, "freeze.declare")])
    wish = to_document(looser)
    if (asked := requests.open_on(db, KIND, old.id)) is not None:
        if asked.body["looser"] != wish:
            remedy = f"sign that, or have it refused first: leverframe freeze keep {old.id}"
            raise Conflict(f"{asked.asked_by} asks for something else of {old.id} already", remedy=remedy)
        return asked
    asked = requests.open(db, KIND, old.id, {"looser": wish, "because": because}, actor.name, now)
    what = f"shorten or narrow it: {because}" if looser else f"lift it: {because}"
    record(db, now, actor, "freeze.loosening_asked", old.id, what, facts={"looser": wish})
    tell(
        db,
        "freeze.loosening_asked",
        {"freeze": old.id, "because": what, "by": actor.name},
        key=f"{old.id}/{asked.id}",
    )
    return asked


def _carry_out(house: House, db: Db, actor: Actor, role: str, wish: Loosening, now: datetime) -> Loosening:
    old, by = wish.stands, ", ".join(name for _, _, names in wish.seats for name in names) or actor.name
    if wish.looser is not None:
        new = replace(old, freeze=wish.looser, declared_by=actor.name, declared_at=now, replaces=old.id, told_at=None)
        return replace(wish, stands=put(house, db, actor, role, new, now, "loosened"), done=True)
    lifted = end(db, old.id, actor.name, now, wish.because)
    record(db, now, actor, "freeze.lifted", old.id, f"{wish.because}; by {by}", role=role)
    tell(db, "freeze.lifted", {"freeze": old.id, "because": wish.because, "by": by}, key=f"{old.id}/lifted")
    db.after_commit(lambda: house.stir("change"))
    return replace(wish, stands=lifted, done=True)


def _seats(policy: Policy) -> tuple[Seat, ...]:
    """Return whose sign-offs loosen a freeze: the policy's own, where it says nothing of freezes."""
    return policy.freeze_seats or policy.policy_seats


def _sits_in(policy: Policy, actor: Actor) -> str:
    """Return the first asked role that this person holds."""
    return first_role([seat.role for seat in _seats(policy)], actor, None)


def _filled(policy: Policy, signed: Sequence[SignOff]) -> tuple[FilledSeat, ...]:
    """Say for each seat who has signed and still holds its role."""
    found = []
    for seat in _seats(policy):
        people = holders(policy, seat.role)
        found.append(
            (seat.role, seat.count, tuple(s.person for s in signed if s.role == seat.role and s.person in people))
        )
    return tuple(found)


def _may_sign(policy: Policy, actor: Actor, role: str, standing: Sequence[SignOff]) -> list[Verdict]:
    return [_is_person(actor), _holds(policy, actor, role), _signs_once(actor, standing)]


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} signs in their own session")
    return failed("session", "a token never signs", remedy="sign in as a person", who=actor.name)


def _holds(policy: Policy, actor: Actor, role: str) -> Verdict:
    asked, people = [seat.role for seat in _seats(policy)], holders(policy, role)
    if role not in asked:
        said = ", ".join(spoken(each) for each in asked) or "nobody"
        return failed("seat", f"{spoken(role)} is not asked here", remedy=f"it asks for {said}")
    if actor.name not in people:
        who = ", ".join(sorted(people)) or "nobody holds it"
        return failed("role", f"{actor.name} does not hold the role {spoken(role)}", remedy=f"ask {who}", who=who)
    return passed("seat", f"{actor.name} signs as {spoken(role)}")


def _signs_once(actor: Actor, standing: Sequence[SignOff]) -> Verdict:
    if any(signed.person == actor.name for signed in standing):
        because = f"{actor.name} has signed already; one person counts once"
        return failed("once", because, remedy="another person must sign")
    return passed("once", f"{actor.name} has not signed yet")


def can_sign_as(db: Db, policy: Policy, actor: Actor, freeze: DeclaredFreeze) -> tuple[str, ...]:
    """Return the asked roles in which this reader may sign that a freeze is loosened."""
    standing = sign_offs.standing(db, freeze.id)
    roles = [seat.role for seat in _seats(policy)]
    return tuple(role for role in roles if not any(v.refuses for v in _may_sign(policy, actor, role, standing)))


def loosening_of(db: Db, policy: Policy, freeze: DeclaredFreeze) -> Loosening | None:
    """Return the wish that is open on a freeze."""
    asked = requests.open_on(db, KIND, freeze.id)
    if asked is None:
        return None
    looser = from_document(Freeze, asked.body["looser"]) if asked.body["looser"] else None
    filled = _filled(policy, sign_offs.standing(db, freeze.id))
    return Loosening(freeze, looser, asked.body["because"], asked.asked_by, filled)
