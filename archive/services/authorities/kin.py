"""How authorities hang together: what lies in what, and what became of what.

A district of 2019 lives on in one of 2020, and its communes in those of 2025. A record keeps the
name of its day; it is found under the names of what its places came from and of what they became.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.core.authorities import name_key
from archive.models import Authority, AuthoritySuccession

KIN_CACHE = "kin of authorities"


@dataclass(frozen=True)
class Node:
    id: str
    name: str
    type: str
    parent_id: str | None


class Kin:
    """The standing authorities of one kind with the ties between them."""

    def __init__(self, nodes: Iterable[Node], ties: Iterable[tuple[str, str, str]]) -> None:
        """`ties`: (earlier, later, relation) as `AuthoritySuccession` has them."""
        self.nodes = {node.id: node for node in nodes}
        self._inside: dict[str, set[str]] = defaultdict(set)
        self._later: dict[str, set[str]] = defaultdict(set)
        for node in self.nodes.values():
            if node.parent_id is not None:
                self._inside[node.parent_id].add(node.id)
        self._moved: set[str] = set()
        self._held_by: dict[str, set[str]] = defaultdict(set)
        for earlier, later, relation in ties:
            if relation == "became":
                self._later[earlier].add(later)
            else:
                self._inside[earlier].add(later)
                self._moved.add(later)
                self._held_by[later].add(earlier)
        self._reach: dict[str, frozenset[str]] = {}
        self._reached_by: dict[str, set[str]] | None = None
        self._labels: dict[str, str] = {}
        self._under: dict[str, frozenset[str]] = {}
        self._same_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        for node in self.nodes.values():
            self._same_name[name_key(node.name), node.type].append(node.id)

    def above(self, node_id: str) -> list[str]:
        """What it lies in, the nearest first."""
        found: list[str] = []
        node = self.nodes.get(node_id)
        while node is not None and node.parent_id is not None and node.parent_id not in found:
            found.append(node.parent_id)
            node = self.nodes.get(node.parent_id)
        return [each for each in found if each in self.nodes]

    def below(self, node_id: str) -> frozenset[str]:
        """All that lies in it, or did, and itself."""
        found = {node_id}
        level = {node_id}
        while level:
            level = {inner for each in level for inner in self._inside[each]} - found
            found |= level
        return frozenset(found & self.nodes.keys())

    def reach(self, node_id: str) -> frozenset[str]:
        """All that lies in it, and all that this became.

        Of something that nothing is known to have lain in, all counts that lies in what it became,
        but for what is known to have lain elsewhere: which part, nobody has said.
        """
        known = self._reach.get(node_id)
        if known is None:
            found = set(self.below(node_id))
            waiting = list(found)
            is_bare = len(found) == 1
            while waiting:
                for later in self._later[waiting.pop()]:
                    more = {later, *(self.below(later) - self._moved if is_bare else ())}
                    waiting += [each for each in more if each not in found]
                    found |= more
            known = self._reach[node_id] = frozenset(found & self.nodes.keys())
        return known

    def found_under(self, node_id: str) -> frozenset[str]:
        """Under which of them a record that names `node_id` is found: itself, what holds it, what
        it came from, and what it became; not what merely lies in it."""
        if node_id not in self.nodes:
            return frozenset()
        known = self._under.get(node_id)
        if known is not None:
            return known
        if self._reached_by is None:
            self._reached_by = defaultdict(set)
            for each in self.nodes:
                for reached in self.reach(each):
                    self._reached_by[reached].add(each)
        became = self.reach(node_id) - self.below(node_id)
        known = self._under[node_id] = frozenset(self._reached_by[node_id] | became)
        return known

    def counted_under(self, node_id: str) -> frozenset[str]:
        """Which of them a record that names `node_id` speaks of: itself, what holds or held it, and
        what it became. What a district's communes became is not among them: a record that names the
        district does not speak of each."""
        found = {node_id}
        waiting = [node_id]
        while waiting:
            each = waiting.pop()
            node = self.nodes.get(each)
            if node is None:
                continue
            further = self._later[each] | self._held_by[each]
            if node.parent_id is not None:
                further = {*further, node.parent_id}
            waiting += further - found
            found |= further
        return frozenset(found & self.nodes.keys())

    def gathered(self, node_id: str) -> frozenset[str]:
        """All that is counted under it, and itself: what lies or lay in it, what it came from."""
        return frozenset(each for each in self.nodes if node_id in self.counted_under(each))

    def around(self, node_id: str) -> frozenset[str]:
        """All that it has to do with, one way or the other; nothing where it is not known."""
        if node_id not in self.nodes:
            return frozenset()
        return self.reach(node_id) | self.found_under(node_id)

    def typed(self, node_id: str) -> str:
        """Its name with its type."""
        node = self.nodes[node_id]
        return typed_name(node.name, node.type)

    def label(self, node_id: str) -> str:
        """Its name with its type, and where another of that name and type has nothing to do with
        it, what it lies in: `xã Quang Trung, huyện Hòa An`."""
        known = self._labels.get(node_id)
        if known is None:
            known = self._labels[node_id] = self._make_label(node_id)
        return known

    def _make_label(self, node_id: str) -> str:
        node = self.nodes[node_id]
        label = self.typed(node_id)
        others = self._same_name[name_key(node.name), node.type]
        strangers = set(others) - self.found_under(node_id)
        parent = self.nodes.get(node.parent_id or "")
        # What lies in the province itself needs no further word, for everything does.
        if strangers and parent is not None and parent.parent_id is not None:
            return f"{label}, {self.typed(parent.id)}"
        return label


def typed_name(name: str, kind: str) -> str:
    """`huyện Hòa An`; the bare name where no type is known."""
    return f"{kind} {name}" if kind else name


def load_kin(session: Session, kind: str) -> Kin:
    """All standing authorities of the kind, read in two statements, once in a session's life.
    What changes authorities calls `finding.forget_names`."""
    known: dict[str, Kin] = session.info.setdefault(KIN_CACHE, {})
    if kind not in known:
        known[kind] = _read_kin(session, kind)
    return known[kind]


def _read_kin(session: Session, kind: str) -> Kin:
    rows = session.execute(
        select(Authority.id, Authority.name, Authority.type, Authority.parent_id).where(
            Authority.kind == kind, Authority.merged_into_id.is_(None)
        )
    ).all()
    return Kin((Node(*row) for row in rows), _ties(session, kind) if rows else ())


def _ties(session: Session, kind: str) -> Sequence[tuple[str, str, str]]:
    rows = session.execute(
        select(
            AuthoritySuccession.earlier_id,
            AuthoritySuccession.later_id,
            AuthoritySuccession.relation,
        )
        .join(Authority, Authority.id == AuthoritySuccession.earlier_id)
        .where(Authority.kind == kind)
    )
    return [(row[0], row[1], row[2]) for row in rows]
