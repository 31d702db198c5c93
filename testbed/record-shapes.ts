/** Documents to define, so that a daemon writes its own of them. */
export type Shape = { readonly kind: 'pool' | 'net' | 'secret'; readonly name: string; readonly xml: string }

const pool = (name: string, type: string, inside: string): Shape => ({
  kind: 'pool',
  name,
  xml: `<pool type='${type}'><name>${name}</name>${inside}</pool>`,
})
const net = (name: string, inside: string): Shape => ({
  kind: 'net',
  name,
  xml: `<network><name>${name}</name>${inside}</network>`,
})
const secret = (name: string, uuid: string, usage: string): Shape => ({
  kind: 'secret',
  name,
  xml: `<secret ephemeral='no' private='yes'><uuid>${uuid}</uuid><description>of ${name} &amp; others</description>${usage}</secret>`,
})
const target = (path: string): string => `<target><path>${path}</path></target>`
const auth = (type: string): string => `<auth type='${type}' username='floe'><secret usage='lab'/></auth>`

export function shapes(images: string): readonly Shape[] {
  const host = "<host name='storage.example'/>"
  return [
    pool('dir', 'dir', target(images)),
    pool('fs', 'fs', `<source><device path='/dev/vdz1'/><format type='ext4'/></source>${target('/srv/fs')}`),
    pool(
      'nfs',
      'netfs',
      `<source>${host}<dir path='/export/a b'/><format type='nfs'/><protocol ver='4.2'/></source>${target('/srv/nfs')}`,
    ),
    pool(
      'lvm',
      'logical',
      `<source><device path='/dev/vdz'/><name>vg</name><format type='lvm2'/></source>${target('/dev/vg')}`,
    ),
    pool('disk', 'disk', `<source><device path='/dev/vdy'/><format type='gpt'/></source>${target('/dev')}`),
    pool(
      'iscsi',
      'iscsi',
      `<source>${host}<device path='iqn.2026-01.example:a'/>${auth('chap')}</source>${target('/dev/disk/by-path')}`,
    ),
    pool(
      'rbd',
      'rbd',
      `<source><name>rbd</name><host name='10.0.0.1' port='6789'/><host name='10.0.0.2'/>${auth('ceph')}</source>`,
    ),
    pool('gluster', 'gluster', `<source>${host}<name>volume</name><dir path='/'/></source>`),
    pool('zfs', 'zfs', '<source><name>tank</name></source>'),
    pool(
      'scsi',
      'scsi',
      `<source><adapter type='scsi_host' name='scsi_host0'/></source>${target('/dev/disk/by-path')}`,
    ),
    net(
      'nat',
      `<title>One &lt;network&gt;</title><forward mode='nat'><nat ipv6='yes'><address start='10.1.0.1' end='10.1.0.9'/><port start='1024' end='65535'/></nat></forward><bridge name='nat0' stp='on' delay='0'/><mtu size='1400'/><mac address='52:54:00:00:00:01'/><domain name='lab.example' localOnly='yes'/><dns><forwarder domain='example.com' addr='10.2.0.1'/><txt name='a' value='b c'/><srv service='ldap' protocol='tcp' domain='example.com' target='dc.example.com' port='389' priority='1' weight='2'/><host ip='10.3.0.2'><hostname>gate</hostname></host></dns><ip address='10.3.0.1' netmask='255.255.255.0'><dhcp><range start='10.3.0.10' end='10.3.0.99'><lease expiry='1' unit='hours'/></range><host mac='52:54:00:00:00:02' name='one' ip='10.3.0.3'/><bootp file='pxe.0' server='10.3.0.1'/></dhcp></ip><ip family='ipv6' address='fd00::1' prefix='64'/>`,
    ),
    net('bridged', "<forward mode='bridge'/><bridge name='br0'/>"),
    net(
      'ovs',
      "<forward mode='bridge'/><bridge name='ovs0'/><virtualport type='openvswitch'/><vlan trunk='yes'><tag id='42' nativeMode='untagged'/><tag id='47'/></vlan><portgroup name='gold' default='yes'><bandwidth><inbound average='1000' peak='5000' burst='5120'/><outbound average='1000'/></bandwidth><vlan><tag id='99'/></vlan></portgroup>",
    ),
    net('macvtap', "<forward mode='passthrough'><interface dev='eth7'/><interface dev='eth8'/></forward>"),
    net(
      'routed',
      "<forward mode='route' dev='eth9'/><bridge name='rt0'/><ip address='10.4.0.1' prefix='24' localPtr='yes'/><route address='10.5.0.0' prefix='16' gateway='10.4.0.2' metric='3'/>",
    ),
    secret(
      'volume',
      '11111111-1111-4111-8111-111111111111',
      "<usage type='volume'><volume>/srv/secret volume</volume></usage>",
    ),
    secret(
      'ceph',
      '22222222-2222-4222-8222-222222222222',
      "<usage type='ceph'><name>client.floe secret</name></usage>",
    ),
    secret('tls', '33333333-3333-4333-8333-333333333333', "<usage type='tls'><name>key</name></usage>"),
    secret('vtpm', '44444444-4444-4444-8444-444444444444', "<usage type='vtpm'><name>tpm</name></usage>"),
  ]
}

/** A domain with as many kinds of devices as one QEMU takes, odd texts among them. */
export const richDomain = (
  images: string,
): string => `<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>rich</name>
  <uuid>55555555-5555-4555-8555-555555555555</uuid>
  <title>Title with &lt;markup&gt; &amp; "quotes"</title>
  <description>Two lines
and a tab:	end</description>
  <metadata><floe:vm xmlns:floe='https://floe.example/xmlns/vm/1' id='v1'><floe:note>&#233;&#x1F600; ]]&gt;</floe:note></floe:vm></metadata>
  <memory unit='MiB'>64</memory>
  <vcpu placement='static' current='1'>4</vcpu>
  <iothreads>1</iothreads>
  <sysinfo type='smbios'><system><entry name='serial'>a &amp; b</entry></system></sysinfo>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/><bootmenu enable='yes' timeout='3'/><smbios mode='sysinfo'/></os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model><topology sockets='1' dies='1' cores='2' threads='2'/><feature policy='disable' name='svm'/></cpu>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>preserve</on_crash>
  <pm><suspend-to-mem enabled='no'/></pm>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' discard='unmap' iothread='1'/><source file='${images}/rich.qcow2'/><target dev='vda' bus='virtio'/><iotune><total_iops_sec>1000</total_iops_sec></iotune><serial>S-1 N</serial></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <controller type='scsi' model='virtio-scsi'/>
    <controller type='virtio-serial'/>
    <controller type='usb' model='qemu-xhci' ports='8'/>
    <interface type='network'><mac address='52:54:00:00:00:10'/><source network='lab'/><model type='virtio'/><link state='down'/></interface>
    <interface type='user'><mac address='52:54:00:00:00:11'/><model type='e1000e'/></interface>
    <serial type='pty'><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1' passwd='canary'/>
    <video><model type='vga' vram='16384' heads='1'/></video>
    <watchdog model='i6300esb' action='pause'/>
    <memballoon model='virtio'><stats period='5'/></memballoon>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend><rate bytes='1024' period='1000'/></rng>
    <panic model='isa'/>
  </devices>
  <qemu:commandline><qemu:env name='FLOE' value='a &amp; "b"'/></qemu:commandline>
</domain>
`
