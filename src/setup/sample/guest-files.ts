/** The sample guest's own few text files: busybox's init, what it runs, and what it says.
 *  Every line of shell here runs inside the guest, never on the host. */

/** Kernel command line the sample boots with: messages on the screen and on the serial line, the latter interactive. On a
 *  PC the kernel's look whether its timer ticks is left out: in software on a busy host it sees none and stands still. */
export const sampleCommandLine = (arch: SampleArch): string =>
  `console=tty0 console=${serialOf(arch)} quiet${arch === 'amd64' ? ' no_timer_check' : ''}`

export type SampleArch = 'amd64' | 'arm64'
export const serialOf = (arch: SampleArch): string => (arch === 'arm64' ? 'ttyAMA0' : 'ttyS0')

export const inittab = (arch: SampleArch): string => `::sysinit:/etc/rc
tty1::respawn:-/bin/sh
${serialOf(arch)}::respawn:-/bin/sh
::respawn:/bin/acpid -f -d -l /dev/null -c /etc/acpi
::ctrlaltdel:/bin/reboot
::shutdown:/bin/umount -a -r
`

export const rc = (modules: readonly string[]): string => `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /tmp /run
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
busybox --install -s /bin
hostname welcome
${modules.map((file) => `insmod /lib/modules/${file} 2>/dev/null`).join('\n')}
ip link set lo up
for nic in /sys/class/net/*; do
  nic=\${nic##*/}
  [ "$nic" = lo ] && continue
  ip link set "$nic" up
  udhcpc -b -q -t 10 -i "$nic" -s /etc/udhcpc >/dev/null 2>&1 &
done
exit 0
`

export const profile = `export PATH=/bin HOME=/root TERM=\${TERM:-linux} PS1='welcome:\\w\\$ '
[ "$(tty)" = /dev/tty1 ] || export TERM=xterm-256color
cd /root
cat /etc/motd
addr=$(ip -4 -o addr show scope global 2>/dev/null | sed -n 's/.*inet \\([^ ]*\\).*/\\1/p' | head -n 1)
echo "  Linux $(uname -r), $(nproc) CPU, $(sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) KiB of memory\${addr:+, address $addr}"
echo
`

export const motd = `
  Welcome to Floe

  This is a real virtual machine: a Linux kernel and a shell, all in memory.
  Nothing that you do in here can break anything.

  Try   top                     what is running (q leaves)
        ip addr                 its network cards
        cat /proc/partitions    its disks
        vi hello                an editor (:q leaves)
        poweroff                switch it off; Floe shows it at once

`

/** busybox's DHCP client hands everything over in variables; the sample takes an address, a route and a name server. */
export const udhcpc = `#!/bin/sh
case $1 in
  deconfig) ip addr flush dev "$interface" ;;
  bound | renew)
    ip addr replace "$ip/\${mask:-24}" dev "$interface"
    for r in $router; do ip route replace default via "$r" dev "$interface"; break; done
    : >/etc/resolv.conf
    for d in $dns; do echo "nameserver $d" >>/etc/resolv.conf; done
    ;;
esac
`

/** What the power button of the virtual machine does: the host's "shut down" ends here. */
export const powerButton = `#!/bin/sh
for tty in /dev/tty1 /dev/ttyS0 /dev/ttyAMA0; do
  [ -c "$tty" ] && echo 'The power button was pressed: goodbye.' >"$tty"
done
exec poweroff
`

export const passwd = 'root::0:0:root:/root:/bin/sh\n'
export const group = 'root:x:0:\n'
