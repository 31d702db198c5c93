"""Says to a libvirtd what only hardware, a guest or a broken QEMU would say. Root only; used for recordings.

inject.py qmp PID TEXT   one line on the monitor's own socket, as if that QEMU had written it
inject.py udev PID PATH SUBSYSTEM   a device's change, as if udev had announced it in that process's network namespace
"""
import ctypes, os, re, socket, struct, sys

libc = ctypes.CDLL(None, use_errno=True)


def monitor_of(pid):
    """A copy of QEMU's end of the connection that libvirtd holds."""
    listing = open(f"/proc/{pid}/net/unix").read()
    inodes = set(re.findall(r" 0001 03 +(\d+) \S*monitor\.sock", listing))
    handle = libc.syscall(434, pid, 0)  # pidfd_open
    for fd in os.listdir(f"/proc/{pid}/fd"):
        inode = re.search(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{fd}"))
        if inode and inode[1] in inodes:
            return libc.syscall(438, handle, int(fd), 0)  # pidfd_getfd
    raise SystemExit(f"process {pid} has no connected monitor")


def qmp(pid, text):
    os.write(monitor_of(pid), text.encode() + b"\r\n")


def murmur2(data, seed=0):
    m, h = 0x5BD1E995, seed ^ len(data)
    while len(data) >= 4:
        k = struct.unpack("<I", data[:4])[0] * m & 0xFFFFFFFF
        h = h * m & 0xFFFFFFFF ^ (k ^ k >> 24) * m & 0xFFFFFFFF
        data = data[4:]
    if data:
        h = (h ^ int.from_bytes(data, "little")) * m & 0xFFFFFFFF
    h = (h ^ h >> 13) * m & 0xFFFFFFFF
    return h ^ h >> 15


def udev(pid, path, subsystem):
    libc.setns(os.open(f"/proc/{pid}/ns/net", os.O_RDONLY), 0)
    pairs = {"ACTION": "change", "DEVPATH": path, "SUBSYSTEM": subsystem, "SEQNUM": "9", "INTERFACE": "lo"}
    body = b"".join(f"{name}={value}".encode() + b"\0" for name, value in pairs.items())
    words = (0xFEEDCAFE, murmur2(subsystem.encode()), 0, 0, 0)
    head = b"libudev\0" + struct.pack("!I", words[0]) + struct.pack("=III", 40, 40, len(body))
    head += struct.pack("!IIII", *words[1:])
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
    link.bind((0, 0))
    link.sendto(head + body, (0, 2))


if sys.argv[1] == "qmp":
    qmp(int(sys.argv[2]), sys.argv[3])
else:
    udev(int(sys.argv[2]), sys.argv[3], sys.argv[4])
