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
# Where QEMU's user may not open the machine's KVM device, libvirt asks QEMU anew at every start: 7 s.
if [ -c /dev/kvm ] && rm -f "$folder/kvm" && mknod "$folder/kvm" c 10 232 2>/dev/null; then
  chmod 0666 "$folder/kvm"
  mount --bind "$folder/kvm" /dev/kvm
fi
virtlogd --daemon --pid-file /run/virtlogd.pid
# libvirt's record of the processor holds the id of the core that it was read on, and QEMU's abilities are asked
# anew (1.3 s) when it differs: it starts on the first core, the test bed gives it the others afterwards.
taskset --cpu-list 0 libvirtd --daemon --pid-file /run/libvirtd.pid "$@"
trap : TERM INT HUP
while :; do
  sleep 86400 &
  wait || :
done
