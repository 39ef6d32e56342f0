"""Programs that are not package managers: those that fetch addresses, and those that run other commands."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from garboard.model.program import words

DOWNLOADERS: Final = MappingProxyType(
    {
        "curl": words(
            "-o --output -H --header -d --data --data-raw --data-binary --data-urlencode -u --user -A --user-agent -e "
            "--referer -x --proxy -X --request -m --max-time -b --cookie -c --cookie-jar -F --form -T --upload-file -w "
            "--write-out -K --config -E --cert --cacert --capath --key --retry --retry-delay --retry-max-time "
            "--connect-timeout -r --range -z --time-cond -Y --speed-limit -y --speed-time --resolve --limit-rate "
            "--output-dir --max-redirs --proto --proto-redir --tls-max --ciphers --tlsv1.2 -D --dump-header --url"
        )
        - {"--tlsv1.2"},
        "wget": words(
            "-O --output-document -o --output-file -P --directory-prefix -T --timeout -t --tries --header -U --user-agent "
            "--user --password --post-data --post-file -a --append-output -w --wait --waitretry -e --execute --referer "
            "--ca-certificate --certificate --private-key -Q --quota -l --level -A --accept -R --reject --limit-rate -i"
        ),
    }
)
"""Programs that fetch addresses, and their options with a value."""

WRAPPERS: Final = MappingProxyType(
    {
        "sudo": (words("-u -g -h -p -C -D -R -r -t -T -U --user --group --chdir"), 0),
        "doas": (words("-u -C"), 0),
        "env": (words("-u -C --unset --chdir"), 0),
        "command": (frozenset[str](), 0),
        "builtin": (frozenset[str](), 0),
        "exec": (words("-a"), 0),
        "nice": (words("-n --adjustment"), 0),
        "ionice": (words("-c -n -p"), 0),
        "time": (words("-f -o"), 0),
        "nohup": (frozenset[str](), 0),
        "timeout": (words("-k -s --kill-after --signal"), 1),
        "chroot": (words("--userspec --groups"), 1),
        "gosu": (frozenset[str](), 1),
        "su-exec": (frozenset[str](), 1),
        "setpriv": (words("--reuid --regid --groups"), 0),
        "busybox": (frozenset[str](), 0),
        "stdbuf": (words("-i -o -e"), 0),
        "eatmydata": (frozenset[str](), 0),
        "fakeroot": (frozenset[str](), 0),
        "corepack": (frozenset[str](), 0),
        "xargs": (
            words("-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-procs --replace --max-lines"),
            0,
        ),
    }
)
"""Programs that run the rest of their words: their options with a value, and how many operands come first."""
