#!/bin/sh
# PID 1 of one test host: FOLDER NAME [libvirtd options]. Ending it is that host's power cut.
set -eu
folder=$1 name=$2
shift 2
read -r _ # the test bed has plugged the network in
hostname "$name"
ip link set lo up
mount -t sysfs sysfs /sys # this namespace's interfaces, not the machine's
mount --bind "$folder/etc" /etc/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/log" /var/log
mount --bind "$folder/cache" /var/cache/libvirt
mount --bind "$folder/run" /run
virtlogd --daemon --pid-file /run/virtlogd.pid
libvirtd --daemon --pid-file /run/libvirtd.pid "$@"
trap : TERM INT HUP
while :; do
  sleep 86400 &
  wait || :
done
