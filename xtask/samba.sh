#!/bin/sh
# Syncs to a share of Samba on this machine while another client holds a file of it.
#
#   xtask/samba.sh [PROGRAM]      (default: target/debug/iisle)
#
# Needs root, and of Debian: samba smbclient gvfs-fuse gvfs-backends libglib2.0-bin dbus. Without them it
# says so and succeeds. A kernel that mounts cifs is not needed: the share is mounted in user space, where
# modes, hard links and the size of the volume are not to be had, as on many shares.
set -eu

program=$(realpath "${1:-target/debug/iisle}")
for needed in smbd smbclient smbpasswd gio dbus-run-session; do
    command -v "$needed" >/dev/null || { echo "skipped: there is no $needed"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "skipped: only root may listen on port 445"; exit 0; }
[ -x /usr/libexec/gvfsd-fuse ] && [ -e /dev/fuse ] || { echo "skipped: no gvfs-fuse"; exit 0; }

if [ -z "${IISLE_SAMBA:-}" ]; then
    IISLE_SAMBA=$(mktemp -d)
    export IISLE_SAMBA
    trap 'kill "$(cat "$IISLE_SAMBA/smbd.pid")" 2>/dev/null; rm -rf "$IISLE_SAMBA"' EXIT
    cd "$IISLE_SAMBA"
    mkdir share home run mount private lock
    chmod 700 run
    cat >smb.conf <<END
[global]
  workgroup = WG
  server role = standalone server
  smb ports = 445
  bind interfaces only = yes
  interfaces = lo
  private dir = $IISLE_SAMBA/private
  lock directory = $IISLE_SAMBA/lock
  state directory = $IISLE_SAMBA/lock
  cache directory = $IISLE_SAMBA/lock
  pid directory = $IISLE_SAMBA
  ncalrpc dir = $IISLE_SAMBA/lock/ncalrpc
  log file = $IISLE_SAMBA/log
  disable spoolss = yes
  load printers = no
[site]
  path = $IISLE_SAMBA/share
  read only = no
  force user = root
END
    printf 'pw\npw\n' | smbpasswd -c smb.conf -s -a root >/dev/null
    smbd -D -s smb.conf
    status=0
    # The session is this script once more.
    dbus-run-session -- "$OLDPWD/${0#"$OLDPWD"/}" "$program" 2>session.log || status=$?
    [ "$status" = 0 ] || cat session.log
    exit "$status"
fi

cd "$IISLE_SAMBA"
export XDG_RUNTIME_DIR="$IISLE_SAMBA/run" HOME="$IISLE_SAMBA/home"
/usr/libexec/gvfsd --no-fuse &
service=$!
sleep 1
/usr/libexec/gvfsd-fuse "$IISLE_SAMBA/mount" -f &
mount=$!
trap 'kill $mount $service 2>/dev/null' EXIT
sleep 1
printf 'root\nWG\npw\n' | gio mount smb://127.0.0.1/site >/dev/null
site="$IISLE_SAMBA/mount/smb-share:server=127.0.0.1,share=site/shop"

# expect CODE WORDS...: a sync that must end so. The service in between is told the times of files and
# forgets them some seconds later, amid a sync now and then: such a sync changes nothing, and is repeated.
expect() {
    wanted=$1
    shift
    for try in 1 2 3 4 5; do
        code=0
        "$program" sync new "$site" "$@" >said 2>&1 || code=$?
        [ "$code" = 0 ] || ! grep -qE 'changed since the sync was planned|not written as it was read' said || continue
        [ "$code" = "$wanted" ] || break
        echo "sync $*: $code, as it must be (try $try)"
        return
    done
    echo "sync $*: $code instead of $wanted"
    cat said
    exit 1
}

# same PATH TEXT: what the share must hold.
same() {
    [ "$(cat "share/shop/$1")" = "$2" ] || { echo "$1 is not \"$2\""; exit 1; }
}

mkdir -p new/bin
echo '<configuration/>' >new/web.config
echo one >new/bin/App.dll
expect 0
echo second >new/bin/App.dll
echo more >new/more.txt
expect 0 --offline always
same bin/App.dll second

mkfifo words
smbclient -U root%pw //127.0.0.1/site <words >/dev/null 2>&1 &
exec 9>words
printf '%s\n' 'open shop\bin\App.dll' >&9
sleep 1
echo 'a third one' >new/bin/App.dll
echo last >new/last.txt
expect 2 --offline always --lock-timeout 1 --offline-timeout 1
same bin/App.dll second
[ ! -e share/shop/last.txt ] && [ ! -e share/shop/app_offline.htm ] || { echo "something is left"; exit 1; }
echo 'close 1' >&9
exec 9>&-
sleep 1
expect 0
same bin/App.dll 'a third one'
same last.txt last
echo "a share that another client holds: as it must be"
