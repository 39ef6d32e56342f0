"""Pull requests of changes, run again and again on a real repository: each change is asked for once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from garboard.git.branches import Branches, branches
from garboard.git.calling import GitError
from garboard.git.checkout import Checkout, Identity
from garboard.hosts import gitea
from garboard.hosts.api import Api, HostError, Token
from garboard.hosts.remote import parse
from garboard.model.action import Action, ActionKind
from garboard.model.fix import ActionEdits, FileChange, Fixes, Proof
from garboard.model.gap import Gap
from garboard.model.pull_request import Done, RequestOutcome
from garboard.model.recommendation import Counts
from garboard.net.client import Client
from garboard.workflows import pull_requests
from garboard.workflows.fixed_parts import FixedPart
from garboard.workflows.judged_scope import JudgedScope, settled
from tests.unit.hosts.fake_gitea import FakeGitea

BOTH = frozenset(ActionKind)
DOCKERFILE = b"FROM ruby:2.5.1\nRUN apt-get install -y openssl=1\n"


def git(folder: Path, *words: str) -> str:
    who = {f"GIT_{one}": "person" for one in ("AUTHOR_NAME", "COMMITTER_NAME")}
    who |= {f"GIT_{one}": "person@example.org" for one in ("AUTHOR_EMAIL", "COMMITTER_EMAIL")}
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, env={**os.environ, **who}
    )
    return done.stdout.decode().strip()


class World:
    """A bare repository with a clone in which a person works, and a code host."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.bare, self.clone = folder / "team" / "app.git", folder / "clone"
        self.bare.mkdir(parents=True)
        git(self.bare, "init", "-q", "--bare", "-b", "main")
        git(folder, "init", "-q", "-b", "main", "clone")
        git(self.clone, "remote", "add", "origin", f"file://{self.bare}")
        self.put(DOCKERFILE)
        self.host = FakeGitea(server)

    def put(self, data: bytes) -> None:
        (self.clone / "Dockerfile").write_bytes(data)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "-m", "a person's")
        git(self.clone, "push", "-q", "origin", "main")

    def refs(self) -> dict[str, str]:
        listed = git(self.bare, "for-each-ref", "--format=%(refname:short) %(objectname)")
        return dict(line.split(" ") for line in listed.splitlines())

    def file(self, branch: str) -> bytes:
        return (git(self.bare, "show", f"{branch}:Dockerfile") + "\n").encode()

    def ask(
        self,
        fixes: Fixes,
        *,
        most: int = 5,
        dry: bool = False,
        labels: tuple[str, ...] = (),
        kinds=BOTH,
        target: str = "",
        **judged,
    ) -> list[RequestOutcome]:
        remote = parse(f"file://{self.bare}")
        token = Token("s3cret")
        with Client() as client, branches(remote.address, "", Checkout(self.clone).store) as own:
            host = gitea.repository(Api(client, self.host.api, token, token.header("token", "")), remote)
            aim = pull_requests.target_of(host, target)
            rules = pull_requests.RequestRules(
                Identity("bot", "bot@example.org"), aim.name, most=most, dry=dry, labels=labels,
                reviewers=("ann",) if labels else (),
            )  # fmt: skip
            scope = aim.scope("dockerfile")
            found = JudgedScope(settled(fixes, kinds), **judged)
            wanted = pull_requests.wanted_of(fixes, scope, lambda name: name, 65_536, marks=found.marks)
            return [*pull_requests.ask(wanted, scope, host, own, rules, judged=found)]


@pytest.fixture
def world(tmp_path: Path, httpserver: HTTPServer) -> World:
    return World(tmp_path, httpserver)


def base(tag: str, before: bytes = DOCKERFILE, total: int = 9) -> Fixes:
    after = before.replace(b"ruby:2.5.1", f"ruby:{tag}".encode())
    action = Action(
        kind=ActionKind.BASE, text=f"Change FROM to `ruby:{tag}`", reference=f"ruby:{tag}", before=total, after=1,
        risk="the same system; run your tests",
    )  # fmt: skip
    change = FileChange(file="Dockerfile", before=before, after=after)
    return Fixes(image="app:1", changes=(ActionEdits(action=action, files=(change,)),), total=total, remaining=1)


def packages(version: str, before: bytes = DOCKERFILE) -> Fixes:
    after = before.replace(b"openssl=1", f"openssl={version}".encode())
    action = Action(kind=ActionKind.RAISE, text=f"Raise openssl to {version}", before=3, after=0, risk="none")
    change = FileChange(file="Dockerfile", before=before, after=after)
    return Fixes(image="app:1", changes=(ActionEdits(action=action, files=(change,)),), total=3)


RUBY = "garboard/dockerfile/base-ruby"
PACKAGES = "garboard/dockerfile/packages"


def test_a_change_is_asked_for_once(world: World) -> None:
    (first,) = world.ask(base("2.5.7"), labels=("dependencies",))
    assert (first.done, first.branch, first.notes) == (Done.OPENED, RUBY, ())
    assert world.file(RUBY) == DOCKERFILE.replace(b"2.5.1", b"2.5.7")
    refs, writes = world.refs(), world.host.writes()
    assert "POST /api/v1/repos/team/app/issues/1/labels" in writes
    assert "POST /api/v1/repos/team/app/pulls/1/requested_reviewers" in writes
    (second,) = world.ask(base("2.5.7"))
    assert (second.done, second.address) == (Done.UNCHANGED, first.address)
    assert (world.refs(), world.host.writes()) == (refs, writes)


def test_it_is_renewed_when_the_data_change(world: World) -> None:
    world.ask(base("2.5.7"))
    (found,) = world.ask(base("2.5.8"))
    assert found.done is Done.UPDATED
    assert [one["title"] for one in world.host.pulls] == ["Change FROM to `ruby:2.5.8`"]
    assert world.file(RUBY) == DOCKERFILE.replace(b"2.5.1", b"2.5.8")
    assert git(world.bare, "rev-list", "--count", RUBY) == "2", "one commit upon the target, not one on another"
    pushed = world.refs()
    (found,) = world.ask(base("2.5.8", total=10))
    assert found.done is Done.UPDATED
    assert world.refs() == pushed, "only the figures changed"


def test_it_follows_its_target(world: World) -> None:
    world.ask(base("2.5.7"))
    moved = b"# a line\n" + DOCKERFILE
    world.put(moved)
    (found,) = world.ask(base("2.5.7", moved))
    assert found.done is Done.UPDATED
    assert world.file(RUBY) == moved.replace(b"2.5.1", b"2.5.7")
    assert len(world.host.pulls) == 1


def test_a_superseded_one_is_closed_with_its_branch(world: World) -> None:
    world.ask(base("2.5.7"))
    done = world.ask(packages("2"))
    assert [(one.done, one.branch) for one in done] == [(Done.CLOSED, RUBY), (Done.OPENED, PACKAGES)]
    assert sorted(world.refs()) == [PACKAGES, "main"]
    assert [one["state"] for one in world.host.pulls] == ["closed", "open"]
    assert world.host.comments[0][0] == 1
    done = world.ask(base("2.5.7"))
    assert [one.done for one in done] == [Done.CLOSED, Done.OPENED], "nobody but garboard had closed it"


def test_what_nobody_needs_any_more_is_closed(world: World) -> None:
    world.ask(base("2.5.7"))
    (found,) = world.ask(Fixes(image="app:1"))
    assert found.done is Done.CLOSED
    assert sorted(world.refs()) == ["main"]


def test_what_is_past_its_support_keeps_nothing_open(world: World) -> None:
    world.ask(base("2.5.7"))
    gap = Gap(stage="recommend", subject="ruby:2.5.7", reason="Ruby 2.5 is no longer maintained", support=True)
    (found,) = world.ask(Fixes(image="app:1", gaps=(gap,)))
    assert found.done is Done.CLOSED
    part = FixedPart("base-", Fixes(image=""), (("base-ruby", Fixes(image="", gaps=(gap,))),), unread=False)
    assert part.settled("base-ruby")


@pytest.mark.parametrize(
    ("fixes", "kinds"),
    [
        (Fixes(image="app:1", gaps=(Gap(stage="match", subject="a", reason="b"),)), BOTH),
        (packages("2"), BOTH - {ActionKind.BASE}),
    ],
)
def test_what_was_not_judged_is_left_alone(world: World, fixes: Fixes, kinds: frozenset[ActionKind]) -> None:
    world.ask(base("2.5.7"))
    found = world.ask(fixes, kinds=kinds)[0]
    assert (found.done, found.reason) == (Done.LEFT, "whether it is still needed was not judged")
    assert world.host.pulls[0]["state"] == "open"


def test_what_an_option_left_out_is_left_alone(world: World) -> None:
    world.ask(base("2.5.7"))
    (found,) = world.ask(Fixes(image="app:1"), narrowed=(("--severity", "critical"), ("--ignore", "A")))
    assert found.done is Done.LEFT
    assert found.reason.endswith("was not judged, as --severity, --ignore left something out")
    world.ask(base("2.5.7"), narrowed=(("--severity", "critical"),))
    assert world.ask(Fixes(image="app:1"), narrowed=(("--severity", "high"),))[0].done is Done.LEFT
    (found,) = world.ask(Fixes(image="app:1"), narrowed=(("--severity", "critical"),))
    assert found.done is Done.CLOSED, "it was made with the same left out"


def test_what_an_option_did_more_is_left_alone_without_it(world: World) -> None:
    world.ask(base("2.5.7"), widened=(("--tools", "True"),))
    (found,) = world.ask(Fixes(image="app:1"))
    assert (found.done, "made with options that do more" in found.reason) == (Done.LEFT, True)
    (found,) = world.ask(Fixes(image="app:1"), widened=(("--tools", "True"),))
    assert found.done is Done.CLOSED


def test_what_was_judged_elsewhere_is_left_alone(world: World) -> None:
    world.ask(base("2.5.7"))
    (found,) = world.ask(Fixes(image="app:1"), unlike={"base-ruby": "a/go.mod"}.__getitem__)
    assert found.done is Done.LEFT
    assert "as a/go.mod is not the same as in the branch to change" in found.reason
    assert sorted(world.refs()) == [RUBY, "main"]


def test_what_does_not_stand_the_proof_is_not_asked_for(world: World) -> None:
    import msgspec

    world.ask(packages("2"))
    failed = msgspec.structs.replace(base("2.5.7"), proof=Proof(engine="docker", failure="it does not build"))
    (found,) = world.ask(failed)
    assert (found.branch, found.done) == (PACKAGES, Done.LEFT)


def test_one_that_a_person_closed_stays_closed_until_something_else_is_to_change(world: World) -> None:
    world.ask(base("2.5.7"))
    world.host.pulls[0]["state"] = "closed"
    (found,) = world.ask(base("2.5.7"))
    assert (found.done, found.address) == (Done.LEFT, "https://gitea.test/team/app/pulls/1")
    world.put(b"# a line\n" + DOCKERFILE)
    (found,) = world.ask(base("2.5.7", b"# a line\n" + DOCKERFILE))
    assert found.done is Done.LEFT, "the same change, elsewhere in its file"
    (found,) = world.ask(base("2.5.8", b"# a line\n" + DOCKERFILE))
    assert found.done is Done.OPENED
    assert len(world.host.pulls) == 2


def test_one_that_was_merged_is_asked_for_again_where_it_is_needed_again(world: World) -> None:
    world.ask(base("2.5.7"))
    world.host.pulls[0].update(state="closed", merged=True)
    assert world.ask(base("2.5.7"))[0].done is Done.OPENED


@pytest.mark.parametrize("how", ["more", "amended", "other"])
def test_a_branch_that_a_person_committed_to_is_not_overwritten(world: World, how: str) -> None:
    world.ask(base("2.5.7"))
    git(world.clone, "fetch", "-q", "origin", RUBY)
    git(world.clone, "checkout", "-q", "-B", "work", "FETCH_HEAD" if how != "other" else "main")
    (world.clone / "Dockerfile").write_bytes(b"FROM a-person\n")
    git(world.clone, "commit", "-q", "-a", *(("--amend", "--no-edit") if how == "amended" else ("-m", "mine")))
    git(world.clone, "push", "-q", "-f", "origin", f"work:refs/heads/{RUBY}")
    refs = world.refs()
    (found,) = world.ask(base("2.5.8"))
    assert (found.done, found.reason) == (Done.LEFT, "somebody else committed to its branch")
    (found,) = world.ask(Fixes(image="app:1"))
    assert found.done is Done.LEFT
    assert world.refs() == refs
    assert world.host.pulls[0]["state"] == "open"


def test_no_more_than_so_many_are_open(world: World) -> None:
    world.host.add("garboard/other/packages", "another", "")
    (found,) = world.ask(base("2.5.7"), most=1)
    assert (found.done, found.reason) == (Done.LEFT, "1 are open, and no more than 1 may be")
    assert sorted(world.refs()) == ["main"]


def test_requests_of_others_and_of_forks_are_not_touched(world: World) -> None:
    world.host.add(PACKAGES, "from a fork", "", repo_id=2)
    world.host.add("feature/x", "a person's", "")
    world.host.add("garboard/other-1/packages", "another file's", "")
    (found,) = world.ask(base("2.5.7"))
    assert found.done is Done.OPENED
    assert [one["state"] for one in world.host.pulls] == ["open"] * 4


def test_a_dry_run_does_nothing(world: World) -> None:
    world.host.add(PACKAGES, "to close", "")
    refs = world.refs()
    done = world.ask(base("2.5.7"), dry=True)
    assert [(one.done, one.dry) for one in done] == [(Done.CLOSED, True), (Done.OPENED, True)]
    assert world.refs() == refs
    assert world.host.writes() == []


def test_a_file_that_differs_from_the_target_is_not_changed(world: World) -> None:
    (found,) = world.ask(base("2.5.7", b"FROM ruby:2.5.1\n# not committed\n"))
    assert found.done is Done.FAILED
    assert found.reason.startswith("Dockerfile is not the same as in the branch to change: ")
    assert sorted(world.refs()) == ["main"]


def refusing(world: World, text: str) -> None:
    hook = world.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho '{text}' >&2\nexit 1\n")
    hook.chmod(0o755)


def test_a_push_that_is_refused_is_of_one_request_alone(world: World) -> None:
    world.ask(packages("2"))
    refusing(world, "no workflows for s3cret")
    closed, opened = world.ask(base("2.5.7"))
    assert (closed.done, len(closed.notes)) == (Done.CLOSED, 1)
    assert f"its branch {PACKAGES} stays: the remote refuses {PACKAGES}: pre-receive hook declined" in closed.notes[0]
    assert (opened.done, opened.reason) == (
        Done.FAILED, f"the remote refuses {RUBY}: pre-receive hook declined; no workflows for s3cret"
    )  # fmt: skip
    assert [one["state"] for one in world.host.pulls] == ["closed"]


def test_the_branch_of_a_request_that_is_not_taken_goes(world: World) -> None:
    world.host.refuses = "no more of them"
    (found,) = world.ask(base("2.5.7"))
    assert (found.done, found.notes) == (Done.FAILED, ())
    assert "no more of them" in found.reason
    assert sorted(world.refs()) == ["main"]


def test_two_runs_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = Branches.commit

    def late(self: Branches, *arguments, **named) -> str:
        monkeypatch.setattr(Branches, "commit", commit)
        world.ask(base("2.5.8"))
        return self.commit(*arguments, **named)

    monkeypatch.setattr(Branches, "commit", late)
    (found,) = world.ask(base("2.5.7"))
    assert found.done is Done.FAILED
    assert "was changed in the meantime" in found.reason
    assert [one["title"] for one in world.host.pulls] == ["Change FROM to `ruby:2.5.8`"]


def test_another_run_that_opened_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    push = Branches.push

    def late(self: Branches, name: str, *arguments) -> None:
        push(self, name, *arguments)
        world.host.add(name, "the other run's", "")
        world.host.refuses = "there is one"

    monkeypatch.setattr(Branches, "push", late)
    (found,) = world.ask(base("2.5.7"))
    assert (found.done, found.reason) == (Done.UNCHANGED, "another run opened it")
    assert found.address == "https://gitea.test/team/app/pulls/1"
    assert RUBY in world.refs()


def test_labels_that_are_not_taken_are_told(world: World) -> None:
    (found,) = world.ask(base("2.5.7"), labels=("dependencies", "no-such"))
    assert (found.done, found.notes) == (Done.OPENED, ("the repository has no label no-such",))


def test_links_and_modes_in_the_target(world: World) -> None:
    path = world.clone / "Dockerfile"
    path.chmod(0o755)
    world.put(DOCKERFILE)
    world.ask(base("2.5.7"))
    assert git(world.bare, "ls-tree", RUBY).startswith("100755 ")
    path.unlink()
    path.symlink_to("elsewhere")
    git(world.clone, "commit", "-q", "-a", "-m", "a link")
    git(world.clone, "push", "-q", "origin", "main")
    (found,) = world.ask(base("2.5.8", b"elsewhere"))
    assert found.done is Done.FAILED


def test_each_target_has_its_own(world: World) -> None:
    world.ask(base("2.5.7"))
    git(world.clone, "push", "-q", "origin", "main:release")
    refs = world.refs()
    (found,) = world.ask(base("2.5.7"), target="release")
    assert found.done is Done.OPENED
    assert found.branch.startswith("garboard/dockerfile-to-release-")
    assert [one["base"]["ref"] for one in world.host.pulls] == ["main", "release"]
    assert world.refs().items() >= refs.items(), "the other one's branch stays"
    assert world.ask(base("2.5.7"), target="main")[0].branch == RUBY, "the default one by its name"
    (found,) = world.ask(Fixes(image="app:1"), target="release")
    assert (found.done, [one["state"] for one in world.host.pulls]) == (Done.CLOSED, ["open", "closed"])


def test_a_request_to_another_branch_is_none_of_this_one(world: World) -> None:
    world.ask(base("2.5.7"))
    world.host.pulls[0]["base"]["ref"] = "another"
    refs = world.refs()
    (found,) = world.ask(base("2.5.8"))
    assert (found.done, found.reason) == (Done.LEFT, "its branch is that of a request to another")
    assert world.ask(Fixes(image="app:1")) == []
    assert (world.refs(), world.host.pulls[0]["state"]) == (refs, "open")


def test_a_target_is_needed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match="cannot be the name of a branch"):
        world.ask(base("2.5.7"), target="a..b")
    with pytest.raises(GitError, match="the remote has no branch nope"):
        world.ask(base("2.5.7"), target="nope")
    monkeypatch.setattr(gitea.GiteaRepository, "default_branch", lambda _: "")
    with pytest.raises(HostError, match="names no default branch"):
        world.ask(base("2.5.7"))


def test_the_worst_are_asked_for_first() -> None:
    def part(key: str, before: Counts | None, after: Counts | None, total: int = 0) -> tuple[str, Fixes]:
        return key, Fixes(image=key, before=before, after=after, total=total)

    parts = [
        part("a", Counts(low=99), Counts()),
        part("b", Counts(critical=9), Counts(critical=9)),
        part("c", Counts(high=3), Counts()),
        part("d", Counts(critical=1), Counts(high=7)),
        part("e", Counts(high=3, low=1), Counts()),
        part("f", Counts(high=3), Counts()),
    ]
    assert [key for key, _ in pull_requests.worst_first(parts)] == ["d", "e", "c", "f", "a", "b"]


def test_scopes_are_of_one_file() -> None:
    names = ["Dockerfile", "dockerfile", "a/Dockerfile", "a-dockerfile", "../../x y;z", "é"]
    found = [pull_requests.scope_of(one) for one in names] + [pull_requests.scope_of("Dockerfile", "test")]
    assert len(set(found)) == len(found)
    assert all(one.replace("-", "").isalnum() and one.isascii() for one in found)
