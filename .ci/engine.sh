#!/bin/bash
# A current Docker engine with BuildKit on Debian 12, whose own docker.io is too old to write the layouts of today.
#
#   engine.sh start [ROOT]   starts what is not running, and prints what to set: DOCKER_HOST=… and so on
#   engine.sh stop  [ROOT]   ends what start began
#
# Debian 13's packages run in a root folder of their own. The engine's mounts are in a mount namespace of its own, so
# that they go with it, and nothing of the host's (sockets, bridges, iptables, ~/.docker) is used or changed: it runs
# beside any other engine. There are two, which differ in where images are kept: the classic store, and containerd's.
# Needs root, mmdebstrap, and Debian's archive the first time.
set -euo pipefail

root=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/garboard-e2e/engine}
stores=(classic containerd)

say() { echo "engine: $*" >&2; }

pid_of() { # the daemon of a store, if it runs: a number in a file may be another process by now
  local pid
  pid=$(cat "$root/run/$1.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && [ "$(readlink "/proc/$pid/root")" = "$root" ] && echo "$pid"
}

answers() { curl --silent --fail --max-time 5 --unix-socket "$root/run/$1.sock" http://engine/_ping >/dev/null 2>&1; }

bootstrap() {
  [ -e "$root/.whole" ] && return
  command -v mmdebstrap >/dev/null || { say "mmdebstrap is needed: apt-get install mmdebstrap"; exit 1; }
  say "installing into $root"
  rm -rf "$root"
  mkdir -p "$root"
  mmdebstrap --quiet --variant=apt --include=docker.io,docker-buildx,ca-certificates,iptables trixie "$root" >&2
  touch "$root/.whole"
}

launch() {
  # No collection of the builds' cache while they run: it takes away layers that others have begun to build upon.
  local store=$1 own='"experimental": true' # `docker build --squash` is one
  [ "$store" = containerd ] && own='"features": {"containerd-snapshotter": true}'
  local settings="{\"builder\": {\"gc\": {\"enabled\": false}}, $own}"
  rm -f "$root/run/$store.pid" "$root/run/$store.sock"
  mkdir -p "$root/etc/docker" "$root/var/log"
  echo "$settings" >"$root/etc/docker/$store.json"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  # --rbind: a nested /proc or /sys may not be mounted anew. The folder itself is bound to be a mount point, which
  # runc needs its root to be.
  # shellcheck disable=SC2016
  setsid unshare --mount --propagation private sh -c '
    mount --bind "$1" "$1"
    for folder in proc sys dev; do mount --rbind "/$folder" "$1/$folder"; done
    exec chroot "$1" dockerd --config-file "/etc/docker/$2.json" --data-root "/var/lib/engine-$2" \
      --exec-root "/run/engine-$2" --pidfile "/run/$2.pid" --host "unix:///run/$2.sock" --bridge=none --iptables=false
  ' sh "$root" "$store" >"$root/var/log/$store.log" 2>&1 </dev/null &
}

start() {
  bootstrap
  local store
  for store in "${stores[@]}"; do
    if answers "$store"; then continue; fi
    end "$store"
    say "starting ($store)"
    launch "$store"
  done
  for store in "${stores[@]}"; do
    for _ in $(seq 120); do answers "$store" && continue 2; sleep 0.5; done
    say "it does not answer; the end of $root/var/log/$store.log:"
    tail -n 20 "$root/var/log/$store.log" >&2
    exit 1
  done
  echo "DOCKER_HOST=unix://$root/run/classic.sock"
  echo "GARBOARD_E2E_CONTAINERD_HOST=unix://$root/run/containerd.sock"
  echo "GARBOARD_E2E_BUILDX=$root/usr/libexec/docker/cli-plugins/docker-buildx"
}

end() {
  local pid
  pid=$(pid_of "$1") || return 0
  say "stopping ($1)"
  kill "$pid"
  for _ in $(seq 60); do pid_of "$1" >/dev/null || return 0; sleep 0.5; done
  kill -KILL "$pid"
}

case ${1:-} in
start)
  mkdir -p "$(dirname "$root")"
  root=$(realpath "$root")
  exec 9>"$root.lock" # two runs at once start one engine
  flock 9
  start 9>&- ;;
stop) root=$(realpath "$root"); for store in "${stores[@]}"; do end "$store"; done ;;
*) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
