# What the verbs of the machine do, each with an example.

help() {
  cat <<'EOF'
Floe: virtual machines on Linux/KVM, one controller, plain libvirt hosts, any browser.

On this machine
  floe up                          set Floe up, start it, and show the address (asks before it changes anything)
  floe up --yes --detach           the same without a question, and give the prompt back
  floe up --listen 0.0.0.0:7070    reachable from other machines, by HTTPS
  floe status                      what runs, where, and what needs attention
  floe down                        stop Floe; virtual machines stay running
  floe down --stop-vms             shut the virtual machines down first

With virtual machines
  floe vm list                     floe vm list -o json
  floe vm create web --from sample --start
  floe vm console web              its serial console, in this terminal
  floe vm shutdown web             floe vm delete web
  floe host list                   floe task list
  floe events                      what happens, as it happens
  floe login https://HOST:7070     work with a Floe on another machine
  floe completion bash             completion for your shell

For developers
  floe test [--quick|--all]        every test; installs what they need
  floe bench NAME [--json]         measure (floe bench --list)

Every verb takes --data DIR, which chooses one of several copies of Floe on this machine, and --help.
In a clone it is called ./floe; a link to that file in a folder of your PATH makes it floe.
EOF
}

help_of() { # VERB
  case $1 in up) help_up ;; down) help_down ;; status) help_status ;; esac
}

help_up() {
  cat <<'EOF'
floe up: set Floe up on this machine and start it. Says first what it will do.

  --yes               do it without asking (needed where there is no terminal)
  --no-install        install no packages: end with their list when one is missing
  --detach            give the prompt back; Floe goes on until "floe down"
  --listen ADDR:PORT  where browsers reach Floe; default 127.0.0.1:7070. Any other than loopback is HTTPS
  --cert FILE --key FILE  the certificate for HTTPS; otherwise Floe makes its own, with its own authority
  --data DIR          the folder of this copy of Floe; default /var/lib/floe, or ~/.local/state/floe
  --no-sample         do not make the virtual machine "welcome", nor download its parts

Example: ./floe up --yes --detach --listen 0.0.0.0:7070
It exits 0 when Floe runs, 2 when it did nothing because something has to be said or installed first, and 1 when a
step failed; run it again, and it goes on where it was.
EOF
}

help_down() {
  cat <<'END'
floe down: end what "floe up" started: Floe, its database, and libvirt where Floe had started it. Virtual machines
stay running and are named.

  --stop-vms   shut the virtual machines of this copy down first, by their power button
  --data DIR   the folder of the copy; default /var/lib/floe, or ~/.local/state/floe

Example: ./floe down --stop-vms
END
}

help_status() {
  cat <<'END'
floe status: what runs of this copy of Floe, where, and what needs attention. It exits 0 when Floe runs, otherwise 3.

  -o json      for programs
  --data DIR   the folder of the copy; default /var/lib/floe, or ~/.local/state/floe

Example: ./floe status --data /srv/second
END
}
