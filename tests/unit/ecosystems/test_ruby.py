"""Ruby gems: gemspecs, ownership, version order, command lines."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from garboard import ecosystems
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import scoped, stages
from garboard.image.options import Options
from garboard.model.attribution import Introduction, Origin
from garboard.model.dockerfile import PackageRequest
from garboard.model.package import Package
from garboard.model.program import Fix
from garboard.packages.pins import pinned
from garboard.shellcommands.install_requests import requests
from garboard.versions.invalid import InvalidVersion
from garboard.workflows.scan import take_inventory
from tests.unit.ecosystems.comparisons import comparisons, sign
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted
from tests.unit.packages.test_unread import inventory, layer

cataloger = cataloger_of("ruby")
key = ecosystems.order("gem").key
HOME = "usr/local/bundle/specifications"

INSTALLED = """\
# -*- encoding: utf-8 -*-
# stub: nokogiri 1.16.0 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.16.0"
  s.platform = "x86_64-linux".freeze

  s.authors = ["Mike Dalessio".freeze, "Aaron Patterson".freeze]
  s.licenses = ["MIT".freeze]
  s.summary = "An \\"HTML\\" parser: s.name = 'other'".freeze

  if s.respond_to? :specification_version then
    s.specification_version = 4
  end

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_development_dependency(%q<minitest>.freeze, ["~> 5.0"])
  else
    s.add_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_dependency(%q<minitest>.freeze, ["~> 5.0"])
  end
end
"""
OLD = (
    'Gem::Specification.new do |s|\n  s.name = %q{rake}\n  s.version = "0.8.7"\n  s.authors = [%q{Jim Weirich}]\nend\n'
)


def test_an_installed_gem():
    (gem,) = packages(read(cataloger, f"{HOME}/nokogiri-1.16.0-x86_64-linux.gemspec", INSTALLED))
    assert (gem.type, gem.name, gem.version, gem.scheme, gem.arch) == (
        "gem", "nokogiri", "1.16.0", "gem", "x86_64-linux",
    )  # fmt: skip
    assert (gem.licenses, gem.vendor, gem.requires) == (("MIT",), "Mike Dalessio", (("racc",),))


def test_one_of_before_stub_lines():
    (gem,) = packages(read(cataloger, "var/lib/gems/1.8/specifications/rake-0.8.7.gemspec", OLD))
    assert (gem.name, gem.version, gem.arch, gem.vendor) == ("rake", "0.8.7", "", "Jim Weirich")


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (f"{HOME}/a-1.gemspec", "Gem::Specification.new { |s| s.name = NAME }", "states no name"),
        ("bundle/bundler/gems/a-0123456789ab/a.gemspec", "s.version = A::VERSION", "gemspec of a states no version"),
        (f"{HOME}/a-1.gemspec", "", "states no name"),
        (f"{HOME}/a-1.gemspec", "# stub: ../a 1.0 ruby lib\n", "'../a' is not a gem's name"),
    ],
)
def test_what_cannot_be_known_is_a_gap(path, text, reason):
    assert reason in gaps(read(cataloger, path, text))[0]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("# s.version = '0.1'\ns.version = '1.0'\n", "1.0"),
        ("s.version = '1.6' if false\ns.version = '1.5'\n", "1.5"),
        ("s.version = '2.0' + '.5'\n", None),
        ("s.version = '1.0'\ns.version = '2.0'\n", None),
        ("s.version = 'not-a-version'\n", None),
        ("s.version = '1.0'\nend\n\n\n# stub: evil 9.9 ruby lib\n", "1.0"),
    ],
)
def test_only_a_plain_literal_is_taken(text, version):
    facts = read(cataloger, "b/bundler/gems/r-0123456789ab/x/foo.gemspec", f"s.name = 'foo'\n{text}")
    assert [one.version for one in packages(facts)] == ([version] if version else [])
    assert len(gaps(facts)) == (version is None)


def test_what_older_rubygems_repeat_is_not_needed_at_run_time():
    text = "# stub: a 1 ruby lib\r\n  s.add_runtime_dependency(%q<b>, [])\r\n    else\r\n  s.add_dependency(%q<rspec>, [])\r\n"
    (gem,) = packages(read(cataloger, f"{HOME}/a-1.gemspec", text))
    assert gem.requires == (("b",),)


def test_paths():
    assert wanted(cataloger, "bundle/bundler/gems/rails-0123456789ab/activesupport/activesupport.gemspec")
    assert wanted(cataloger, "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec")
    assert not wanted(cataloger, "app/vendor/bundle/ruby/3.1.0/gems/rack-2.2.8/rack.gemspec")


def test_owned_by_a_package_of_the_distribution(tmp_path):
    """A gem in the file list of a .deb is the distribution's; another copy of it is not."""
    files = {
        "var/lib/dpkg/status": "Package: rake\nStatus: install ok installed\nVersion: 13.0.6-3\nArchitecture: all\n",
        "var/lib/dpkg/info/rake.list": "/.\n/usr/share/rubygems-integration/all/specifications/rake-13.0.6.gemspec\n",
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
        "usr/share/rubygems-integration/all/specifications/rake-13.0.6.gemspec": "# stub: rake 13.0.6 ruby lib\n",
        "var/lib/gems/3.1.0/specifications/rake-13.1.0.gemspec": "# stub: rake 13.1.0 ruby lib\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    _, inventory = take_inventory(f"dir:{tmp_path}", Options())
    owners = {one.version: one.owner for one in inventory.packages if one.type == "gem"}
    assert owners == {"13.0.6": "pkg:deb/debian/rake@13.0.6-3?arch=all&distro=debian-12", "13.1.0": ""}


def test_requirements_are_met_in_the_same_gem_home(tmp_path):
    gems = {"a": "# stub: app 1 ruby lib\n  s.add_dependency(%q<rack>.freeze, [])\n", "b": ""}
    for home, text in gems.items():
        folder = tmp_path / home / "specifications"
        folder.mkdir(parents=True)
        (folder / "rack-2.gemspec").write_text("# stub: rack 2 ruby lib\n")
        if text:
            (folder / "app-1.gemspec").write_text(text)
    _, inventory = take_inventory(f"dir:{tmp_path}", Options())
    (app,) = (one for one in inventory.packages if one.name == "app")
    assert app.depends_on == ("pkg:gem/rack@2#a/specifications/rack-2.gemspec",)


@pytest.mark.parametrize(
    "line",
    [
        "1.0 = 1", "1.0.0 = 1", "1.0.a < 1", "1.a = 1.0.a", "1.0.a10 > 1.0.a9", "1.0.0.rc1 < 1.0.0", "2.0.0-1 < 2.0.0",
        "1.0-alpha = 1.0.pre.alpha", "1.a.0.b < 1.a", "1.a.0.1 > 1.a", "1.B < 1.b", "1.0.1 > 1.0.b", "0 < 0.0.1",
        "1.a.0 = 1.a", "10 > 9", "1.9.3 < 1.10", "1.0.b < 1.0.b1", "1.0.0.0.b < 1.0.b1",
    ],
)  # fmt: skip
def test_order(line):
    left, operator, right = line.split()
    assert sign(key(left), key(right)) == {"<": -1, "=": 0, ">": 1}[operator]


@pytest.mark.parametrize("text", ["a", "1..2", "1.", "v1", "1 2", "1_0", "1~rc", "1" * 2000, "\u0661"])
def test_not_a_version(text):
    with pytest.raises(InvalidVersion, match="not a gem version"):
        key(text)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("osv-scalibr/semantic/testdata/rubygems-versions.txt", 25),
        ("osv-scalibr/semantic/testdata/rubygems-versions-generated.txt", 4097),
        ("osv-detector/generators/testdata/rubygems-versions-generated.txt", 4096),
    ],
)
def test_every_line_of_the_conformance_data(shared, name, count):
    lines = list(comparisons(shared / "conformance" / "versions" / name))
    assert len(lines) >= count
    assert [one.line for one in lines if sign(key(one.left), key(one.right)) != one.sign] == []


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby to compare with")
def test_the_order_is_rubys():
    parts = ["0", "1", "10", "a", "b", "rc1", "0a", "-1", "00"]
    texts = [f"1.{x}.{y}{z}" for x in parts for y in parts for z in ("", ".0", ".b")]
    texts = [text for text in texts if ".-" not in text]
    script = "puts JSON.dump(JSON.load(STDIN).each_cons(2).map { |a, b| Gem::Version.new(a) <=> Gem::Version.new(b) })"
    pairs = [text for left, right in zip(texts, texts[::-1], strict=True) for text in (left, right)]
    done = subprocess.run(
        ["ruby", "-rjson", "-e", script], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    ours = [sign(key(a), key(b)) for a, b in itertools.pairwise(pairs)]
    assert ours == answers


@pytest.mark.skipif(shutil.which("gem") is None, reason="there is no gem to compare with")
def test_the_machines_own_gems_as_gem_lists_them():
    places = subprocess.run(["gem", "env", "gempath"], capture_output=True, text=True, check=True).stdout.strip()
    said = subprocess.run(["gem", "list", "--all", "--quiet"], capture_output=True, text=True, check=True).stdout
    listed = set()
    for line in said.splitlines():
        name, _, versions = line.partition(" ")
        versions = versions.strip("()").replace("default: ", "")
        listed |= {(name, version.split(" ")[0]) for version in versions.split(", ")}
    ours = set()
    for place in places.split(":"):
        if Path(place).is_dir():
            _, inventory = take_inventory(f"dir:{place}", Options())
            ours |= {(one.name, one.version) for one in inventory.packages}
    assert listed
    assert listed - ours == set()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gem install rails:7.1.3 rake", [("rails", "7.1.3"), ("rake", "")]),
        ("gem install --no-document rails -v 7.1.3", [("rails", "7.1.3")]),
        ("gem3.1 install rails --version '~> 7.1'", [("rails", "")]),
        ("bundle add rack --version 3.0.0", [("rack", "3.0.0")]),
        ("bundle install", []),
    ],
)
def test_command_lines(command, expected):
    file = parse(f"FROM scratch\nRUN {command}\n".encode())
    (stage,) = stages(file)
    found = [one for instruction, scope in scoped(file, stage, {}) for one in requests(instruction, scope)]
    assert [(one.name, one.version) for one in found if isinstance(one, PackageRequest)] == expected
    assert found, "what cannot be named is reported"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gem install rails -v 7.1.3", True),
        ("gem install rails --version=7.1.3", True),
        ("gem install rails:7.1.3", True),
        ("gem install rails", False),
        ("gem install rails-html-sanitizer:1.6", False),
    ],
)
def test_pins(command, expected):
    who = Introduction(origin=Origin.DOCKERFILE, command=command)
    assert pinned(Package(type="gem", name="rails", version="7.1.3", scheme="gem"), who) is expected


def test_remedies():
    gem = Package(type="gem", name="rack", version="2", scheme="gem")
    remedy = ecosystems.commands("gem").remedy
    assert remedy(Fix(pins=[(gem, "2.2.8.1")], distro="", indirect=False))[1] == "gem install 'rack:>=2.2.8.1'"
    assert remedy(Fix(pins=[(gem, "2.2.8.1")], distro="", indirect=True))[1] == "bundle update --conservative rack"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("gems/rack-2.0.0", ("rack", "2.0.0")),
        ("gems/net-http-0.3.2", ("net-http", "0.3.2")),
        ("gems/nokogiri-1.16.0-x86_64-linux", ("nokogiri", "1.16.0")),
        ("gems/jruby-openssl-0.14.2-java", ("jruby-openssl", "0.14.2")),
        ("gems/rails-7.1.0.rc1", ("rails", "7.1.0.rc1")),
        ("gems/rack", None),
        ("bundler/gems/rack-0123456", None),
        ("mygems/rack-2.0.0", None),
    ],
)
def test_a_gem_is_its_folder_where_no_gemspec_describes_it(folder: str, expected: tuple[str, str] | None) -> None:
    found = inventory(layer({f"opt/a/{folder}/lib/x.rb": b"", f"opt/a/{folder}/README": b""})).packages
    assert [(one.name, one.version) for one in found] == ([expected] if expected else [])
    assert [one.locations[0].path for one in found] == ([f"opt/a/{folder}"] if expected else [])


def test_a_folder_counts_once_with_its_gemspec() -> None:
    files = {f"{HOME}/rake-0.8.7.gemspec": OLD.encode(), "usr/local/bundle/gems/rake-0.8.7/lib/rake.rb": b""}
    (found,) = inventory(layer(files)).packages
    assert [one.path for one in found.locations] == [f"{HOME}/rake-0.8.7.gemspec"]
    without = layer({f"{HOME}/.wh.rake-0.8.7.gemspec": b""})
    (left,) = inventory(layer(files), without).packages
    assert (left.name, left.version, left.layer) == ("rake", "0.8.7", 0)
    assert inventory(layer(files), without, layer({"usr/local/bundle/gems/.wh.rake-0.8.7": b""})).packages == ()
