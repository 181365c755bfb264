"""Runs a command behind a pseudo terminal: its output on stdout, orders as JSON lines on stdin.

usage: pseudo_terminal.py COLUMNS COMMAND...
orders: {"type": "text"} and {"resize": COLUMNS}

When the size has changed, "ESC _ columns=COLUMNS ESC \\" (which terminals ignore) follows the output of before.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

ROWS = 24


def set_size(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))


def obey(terminal, order):
    if "resize" in order:
        while select.select([terminal], [], [], 0)[0]:
            os.write(1, os.read(terminal, 65536))
        set_size(terminal, order["resize"])
        os.write(1, b"\x1b_columns=%d\x1b\\" % order["resize"])
    else:
        os.write(terminal, order["type"].encode())


def relay(terminal):
    pending = b""
    sources = [terminal, 0]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if terminal in ready:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # EIO: the command has ended
                output = b""
            if not output:
                return
            os.write(1, output)
        if 0 in ready:
            orders = os.read(0, 65536)
            if not orders:
                sources.remove(0)
            *lines, pending = (pending + orders).split(b"\n")
            for line in lines:
                obey(terminal, json.loads(line))


process, terminal = pty.fork()
if process == 0:
    set_size(0, int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
relay(terminal)
_, status = os.waitpid(process, 0)
sys.exit(os.waitstatus_to_exitcode(status))
