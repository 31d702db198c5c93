#!/bin/sh
# PID 1 of a fresh machine: ROOT NAME. Its own processes, mounts, host name, /proc, /dev and /run; no systemd.
set -eu
root=$1 name=$2
hostname "$name"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mount -t tmpfs -o mode=0755 tmpfs "$root/dev"
mkdir -m 1777 "$root/run/lock" "$root/dev/shm"
mkdir "$root/dev/pts" "$root/dev/net"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for link in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${link#*:}" "$root/dev/${link%:*}"; done
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 net/tun:10:200; do
  number=${node#*:}
  mknod -m 0666 "$root/dev/${node%%:*}" c "${number%:*}" "${number#*:}"
done
echo "127.0.0.1 localhost $name" >"$root/etc/hosts"
echo "$name" >"$root/etc/hostname"
# Its root is the root of its mount namespace, as on a real machine: libvirt enters its guests' namespaces, and a mere
# chroot would land it outside.
mkdir -p "$root/.outside"
cd "$root"
pivot_root . .outside
# shellcheck disable=SC2016
exec chroot . /bin/sh -c 'cd /; umount -l /.outside && rmdir /.outside; echo ready; trap : TERM INT HUP; while :; do sleep 86400 & wait || :; done'
