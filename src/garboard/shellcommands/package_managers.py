"""What each package manager's command line means: its verbs, the options that take a value, its way to name packages.

To know another package manager is to add one entry to MANAGERS.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.shellcommands import package_specs
from garboard.shellcommands.package_specs import Naming


class Manager(NamedTuple):
    """One program.

    ``verbs`` are the words after which packages stand, each of one or two words (``global add``); none where packages
    may stand at once, given one of ``actions`` (``rpm -i``; none: always). ``with_value`` are the options whose value
    is a word of its own, ``manifests`` the options that name a file of packages, ``bare`` what the verb installs
    without operands (``""``: nothing), ``version_options`` those that give the version of what is named.
    """

    ecosystem: str
    naming: Naming
    verbs: frozenset[str] = frozenset()
    with_value: frozenset[str] = frozenset()
    actions: tuple[str, ...] = ()
    manifests: frozenset[str] = frozenset()
    bare: str = ""
    opaque: frozenset[str] = frozenset()
    version_options: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _verbs(text: str) -> frozenset[str]:
    return frozenset(one.strip() for one in text.split(","))


_APT: Final = Manager(
    "deb",
    package_specs.apt,
    verbs=_verbs("install, reinstall"),
    with_value=_set("-t --target-release --default-release -o --option -c --config-file -a --host-architecture"),
    opaque=_set("build-dep satisfy"),
)
_DPKG: Final = Manager(
    "deb",
    package_specs.deb_file,
    actions=("-i", "--install", "--unpack"),
    with_value=_set("--root --admindir --instdir -D --debug"),
)
_APK: Final = Manager(
    "apk",
    package_specs.apk,
    verbs=_verbs("add"),
    with_value=_set(
        "-t --virtual -X --repository -p --root --arch --keys-dir --repositories-file --wait --cache-dir "
        "--cache-max-age --progress-fd --timeout"
    ),
)
_DNF: Final = Manager(
    "rpm",
    package_specs.rpm,
    verbs=_verbs("install, in, reinstall, localinstall, install-n, install-nevra, update, upgrade"),
    with_value=_set(
        "-c --config --enablerepo --disablerepo --enable-repo --disable-repo --repo --repoid --repofrompath --installroot "
        "--releasever -x --exclude --excludepkgs --setopt -d --debuglevel -e --errorlevel --rpmverbosity --advisory "
        "--bz --cve --color --comment --destdir --downloaddir --forcearch -R --randomwait --disableplugin --enableplugin"
    ),
    opaque=_set("groupinstall module swap builddep distro-sync group"),
)
_ZYPPER: Final = Manager(
    "rpm",
    package_specs.zypper,
    verbs=_verbs("install, in"),
    with_value=_set(
        "-R --root --installroot -r --repo --from -t --type -D --reposd-dir -C --cache-dir -c --config --releasever "
        "-p --plus-repo --plus-content -n --name --gpg-auto-import --download --solver-focus --userdata"
    )
    - {"-n", "--gpg-auto-import"},
    opaque=_set("source-install si install-new-recommends inr"),
    groups=_set("-t --type"),
)
_RPM: Final = Manager(
    "rpm",
    package_specs.rpm_file,
    actions=("-i", "-U", "-F", "--install", "--upgrade", "--freshen"),
    with_value=_set("--root --dbpath --prefix --relocate --define -D -E --excludepath --rcfile --macros -r"),
)
_PIP: Final = Manager(
    "pypi",
    package_specs.pip,
    verbs=_verbs("install"),
    with_value=_set(
        "-r --requirement -c --constraint -e --editable -t --target --platform --python-version --implementation --abi "
        "--root --prefix --src -i --index-url --extra-index-url -f --find-links --no-binary --only-binary --progress-bar "
        "--proxy --retries --timeout --exists-action --trusted-host --cert --client-cert --cache-dir --log --report "
        "--upgrade-strategy --python --config-settings -C --global-option --use-feature --group --root-user-action"
    ),
    manifests=_set("-r --requirement -e --editable --group"),
)
_UV_OPTIONS: Final = _set(
    "-r --requirement --requirements -c --constraint --constraints -e --editable -p --python -i --index-url --index "
    "--default-index --extra-index-url -f --find-links --prefix -t --target --cache-dir --extra --group --with --from "
    "--directory --project --config-file --index-strategy --link-mode --resolution --prerelease --exclude-newer -b --build-constraint "
    "--overrides --no-binary --only-binary --python-version --python-platform --package -P --upgrade-package --no-group --only-group"
)
_UV: Final = Manager(
    "pypi",
    package_specs.pip,
    verbs=_verbs("pip install, add, tool install"),
    with_value=_UV_OPTIONS,
    manifests=_set("-r --requirement --requirements -e --editable"),
    opaque=_verbs("sync, pip sync"),
)
_POETRY: Final = Manager(
    "pypi",
    package_specs.pip,
    verbs=_verbs("add, self add"),
    with_value=_set(
        "-G --group -E --extras --python --platform --source -C --directory -P --project --with --without --only"
    ),
    opaque=_verbs("install, sync, update"),
)
_NPM_OPTIONS: Final = _set(
    "--prefix --registry --cache --tag --omit --include --loglevel --workspace -w --userconfig --globalconfig --only "
    "--install-strategy --script-shell --before -C --dir --network-timeout --cwd --modules-folder --cache-folder "
    "--filter -F --reporter --network-concurrency --store-dir --mutex --fetch-timeout --fetch-retries"
)
_NPM: Final = Manager(
    "npm", package_specs.npm, verbs=_verbs("install, i, add, in, isntall"), with_value=_NPM_OPTIONS, bare="package.json",
    opaque=_set("ci clean-install install-clean"),
)  # fmt: skip
_YARN: Final = Manager(
    "npm", package_specs.npm, verbs=_verbs("add, global add"), with_value=_NPM_OPTIONS, opaque=_verbs("install, ")
)
_PNPM: Final = Manager(
    "npm", package_specs.npm, verbs=_verbs("add, install, i"), with_value=_NPM_OPTIONS, bare="package.json"
)
_GEM: Final = Manager(
    "gem",
    package_specs.gem,
    verbs=_verbs("install, i"),
    with_value=_set(
        "-v --version -s --source -i --install-dir -n --bindir --platform -P --trust-policy -p --http-proxy --config-file "
        "--without --build-root -B"
    ),
    version_options=_set("-v --version"),
    manifests=_set("-g --file"),
)
_BUNDLE: Final = Manager(
    "gem",
    package_specs.gem,
    verbs=_verbs("add"),
    with_value=_set(
        "-v --version -g --group -s --source --jobs -j --path --gemfile --without --with --retry --git --branch"
    ),
    version_options=_set("-v --version"),
    opaque=_verbs("install, update, "),
)
_GO: Final = Manager(
    "golang",
    package_specs.go,
    verbs=_verbs("install, get"),
    with_value=_set(
        "-C -p -asmflags -buildmode -compiler -gccgoflags -gcflags -ldflags -mod -modfile -overlay -pgo -pkgdir -tags -toolexec -o"
    ),
    opaque=_verbs("mod download"),
    bare="the module of this folder",
)
_CARGO: Final = Manager(
    "cargo",
    package_specs.cargo,
    verbs=_verbs("install, binstall"),
    with_value=_set(
        "--version --vers --git --branch --tag --rev --path --root --index --registry --features -F --profile -j --jobs "
        "--target --target-dir --config -Z --color --bin --example"
    ),
    manifests=_set("--git --path"),
    version_options=_set("--version --vers"),
)
_COMPOSER: Final = Manager(
    "composer",
    package_specs.composer,
    verbs=_verbs("require, req, global require"),
    with_value=_set("-d --working-dir --prefer-install --ignore-platform-req --apcu-autoloader-prefix"),
    opaque=_verbs("install, update, i"),
)
_CONDA: Final = Manager(
    "conda",
    package_specs.conda,
    verbs=_verbs("install, create"),
    with_value=_set("-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --root-prefix -r"),
    manifests=_set("-f --file"),
    opaque=_verbs("env create, env update"),
)

MANAGERS: Final = MappingProxyType(
    {
        "apt": _APT, "apt-get": _APT, "aptitude": _APT, "dpkg": _DPKG, "apk": _APK,
        "dnf": _DNF, "dnf5": _DNF, "yum": _DNF, "microdnf": _DNF, "tdnf": _DNF, "zypper": _ZYPPER, "rpm": _RPM,
        "pip": _PIP, "pip3": _PIP, "pipx": _PIP, "uv": _UV, "poetry": _POETRY,
        "npm": _NPM, "yarn": _YARN, "pnpm": _PNPM, "gem": _GEM, "bundle": _BUNDLE, "bundler": _BUNDLE,
        "go": _GO, "cargo": _CARGO, "composer": _COMPOSER, "conda": _CONDA, "mamba": _CONDA, "micromamba": _CONDA,
    }
)  # fmt: skip

DOWNLOADERS: Final = MappingProxyType(
    {
        "curl": _set(
            "-o --output -H --header -d --data --data-raw --data-binary --data-urlencode -u --user -A --user-agent -e "
            "--referer -x --proxy -X --request -m --max-time -b --cookie -c --cookie-jar -F --form -T --upload-file -w "
            "--write-out -K --config -E --cert --cacert --capath --key --retry --retry-delay --retry-max-time "
            "--connect-timeout -r --range -z --time-cond -Y --speed-limit -y --speed-time --resolve --limit-rate "
            "--output-dir --max-redirs --proto --proto-redir --tls-max --ciphers --tlsv1.2 -D --dump-header --url"
        )
        - {"--tlsv1.2"},
        "wget": _set(
            "-O --output-document -o --output-file -P --directory-prefix -T --timeout -t --tries --header -U --user-agent "
            "--user --password --post-data --post-file -a --append-output -w --wait --waitretry -e --execute --referer "
            "--ca-certificate --certificate --private-key -Q --quota -l --level -A --accept -R --reject --limit-rate -i"
        ),
    }
)
"""Programs that fetch addresses, and their options with a value."""

WRAPPERS: Final = MappingProxyType(
    {
        "sudo": (_set("-u -g -h -p -C -D -R -r -t -T -U --user --group --chdir"), 0),
        "doas": (_set("-u -C"), 0),
        "env": (_set("-u -C --unset --chdir"), 0),
        "command": (frozenset[str](), 0),
        "builtin": (frozenset[str](), 0),
        "exec": (_set("-a"), 0),
        "nice": (_set("-n --adjustment"), 0),
        "ionice": (_set("-c -n -p"), 0),
        "time": (_set("-f -o"), 0),
        "nohup": (frozenset[str](), 0),
        "timeout": (_set("-k -s --kill-after --signal"), 1),
        "chroot": (_set("--userspec --groups"), 1),
        "gosu": (frozenset[str](), 1),
        "su-exec": (frozenset[str](), 1),
        "setpriv": (_set("--reuid --regid --groups"), 0),
        "busybox": (frozenset[str](), 0),
        "stdbuf": (_set("-i -o -e"), 0),
        "eatmydata": (frozenset[str](), 0),
        "fakeroot": (frozenset[str](), 0),
        "corepack": (frozenset[str](), 0),
        "xargs": (
            _set("-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-procs --replace --max-lines"),
            0,
        ),
    }
)
"""Programs that run the rest of their words: their options with a value, and how many operands come before."""
