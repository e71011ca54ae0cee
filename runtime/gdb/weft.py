# SPDX-License-Identifier: Apache-2.0
"""Goroutines in gdb: `info goroutines` and `goroutine N bt`, on a running program and on a core file.

    (gdb) source weft.py

Nothing is called in the program. Where the goroutines are, the runtime says in a table
(runtime/src/debugger.cpp). A parked goroutine's registers lie where the switch has pushed them
(runtime/src/switch_x86_64.S); an unwinder makes its innermost frame the caller of the selected thread's,
so that every command that takes a frame can be used, in a core file too.
"""
import gdb
from gdb.unwinder import Unwinder, register_unwinder

TABLE = "weft_abi1_debugger"
WORD = 8
# In the order in which they lie from the saved stack pointer up.
SAVED = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")


def read(address, size=WORD):
    memory = gdb.selected_inferior().read_memory(address, size)
    return int.from_bytes(bytes(memory), "little")


def read_text(address):
    """A string of C; None for a null pointer."""
    if address == 0:
        return None
    text = b""
    while not text.endswith(b"\0"):
        text += bytes(gdb.selected_inferior().read_memory(address + len(text), 1))
    return text[:-1].decode(errors="replace")


class Place:
    """A std::source_location: a pointer to file, function, line and column."""

    def __init__(self, address):
        said = read(address)
        self.line = read(said + 2 * WORD, 4) if said else 0
        self.file = read_text(read(said)) if self.line else None

    def __str__(self):
        return f"{self.file}:{self.line}" if self.line else "?"


class Table:
    """Where the runtime of the program at hand keeps what."""

    def __init__(self):
        try:
            at = int(gdb.parse_and_eval(f"(unsigned long)&{TABLE}"))
        except gdb.error:
            raise gdb.GdbError("This program has no weft in it, or its symbols are stripped.")
        self.slabs = read(at)
        at += WORD
        self.fields = {}
        while read(at) != 0:
            self.fields[read_text(read(at))] = read(at + WORD)
            at += 2 * WORD
        at += 2 * WORD
        self.waits = []
        while read(at) != 0 and len(self.waits) < 32:
            self.waits.append(read_text(read(at)))
            at += WORD

    def __getattr__(self, name):
        return self.fields[name]

    def blocks(self):
        """Every block ever made."""
        if self.slabs == 0:
            return
        first, end = read(self.slabs), read(self.slabs + WORD)
        for at in range(first, end, WORD):
            slab = read(at)
            for i in range(self.slab_blocks):
                yield slab + i * self.block_bytes


class Goroutine:
    def __init__(self, table, at):
        self.id = read(at + table.id)
        self.name = read_text(read(at + table.name))
        self.sp = read(at + table.sp)
        low = read(at + table.stack)
        self.stack = range(low, low + read(at + table.stack_bytes, 4) + 1)
        self.spawned_at = Place(at + table.spawned_at)
        self.has_begun = read(at + table.life, 1) == table.alive and self.sp != 0
        self.thread = None  # gdb's, of one that runs
        self.wait = None
        if self.has_begun:
            kind = read(at + table.wait_kind, 1)
            self.wait = table.waits[kind] if 0 < kind < len(table.waits) else None
            self.wait_name = read_text(read(at + table.wait_name)) if self.wait else None
            self.wait_where = Place(at + table.wait_where)

    def state(self):
        if self.thread is not None:
            return f"runs on thread {self.thread.num}"
        if not self.has_begun:
            return "has not begun"
        if self.wait is None:
            return "could run"
        name = f' "{self.wait_name}"' if self.wait_name else ""
        return f"{self.wait}{name} at {self.wait_where}"

    def title(self):
        name = f' "{self.name}"' if self.name else ""
        return f"{self.id}{name} [{self.state()}] started at {self.spawned_at}"


def goroutines():
    """Those that there are, by number. Plain threads, which wait like goroutines, are left out."""
    if gdb.selected_thread() is None:
        raise gdb.GdbError("The program does not run.")
    if gdb.selected_frame().architecture().name() != "i386:x86-64":
        raise gdb.GdbError("Only known for x86-64.")
    table = Table()
    found = []
    for at in table.blocks():
        if read(at + table.life, 1) not in (table.fresh, table.alive):
            continue
        if read(at + table.thread) == 0:
            found.append(Goroutine(table, at))
    # Whoever runs is told by whose stack the thread is on: that is right at any moment.
    for thread, sp in stack_pointers():
        for goroutine in found:
            if sp in goroutine.stack:
                goroutine.thread = thread
                goroutine.has_begun = True
    return sorted(found, key=lambda goroutine: goroutine.id)


def stack_pointers():
    selected, frame = gdb.selected_thread(), gdb.selected_frame()
    found = []
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        found.append((thread, int(gdb.newest_frame().read_register("rsp"))))
    selected.switch()
    frame.select()
    return found


class FrameId:
    def __init__(self, sp, pc):
        self.sp = gdb.Value(sp)
        self.pc = gdb.Value(pc)


class ParkedStack(Unwinder):
    """Makes a parked goroutine's frames the callers of the selected thread's innermost one."""

    def __init__(self):
        super().__init__("weft")
        self.sp = None

    def __call__(self, frame):
        if self.sp is None or frame.level() != 0:
            return None
        word = gdb.lookup_type("unsigned long")
        saved = {name: read(self.sp + i * WORD) for i, name in enumerate(SAVED)}
        saved["rsp"] = self.sp + len(SAVED) * WORD
        info = frame.create_unwind_info(FrameId(self.sp, saved["rip"]))
        for name, value in saved.items():
            info.add_saved_register(name, gdb.Value(value).cast(word))
        return info


class WithoutTheThread:
    """While a parked goroutine is looked at, the thread's own frame is none of its."""

    name = "weft"
    priority = 1
    enabled = True

    def filter(self, frames):
        if parked.sp is None:
            return frames
        return (frame for frame in frames if frame.inferior_frame().level() != 0)


parked = ParkedStack()
register_unwinder(None, parked, replace=True)
gdb.frame_filters[WithoutTheThread.name] = WithoutTheThread()


def within(goroutine, command):
    """Runs a command of gdb's as if the goroutine were the selected thread."""
    selected, frame = gdb.selected_thread(), gdb.selected_frame()
    try:
        if goroutine.thread is not None:
            goroutine.thread.switch()
        else:
            parked.sp = goroutine.sp
            gdb.invalidate_cached_frames()
            gdb.newest_frame().older().select()
        gdb.execute(command)
    finally:
        parked.sp = None
        gdb.invalidate_cached_frames()
        selected.switch()
        # The frames were made anew; the selected one is found by its place.
        if frame.is_valid():
            frame.select()


class InfoGoroutines(gdb.Command):
    """Lists the goroutines: number, name, what each waits for and where, and where it was started."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STATUS)

    def invoke(self, _argument, _from_tty):
        for goroutine in goroutines():
            print("  " + goroutine.title())


class GoroutineCommand(gdb.Command):
    """goroutine N COMMAND: runs a command of gdb's in a goroutine; `bt` if none is given.

    goroutine 7 bt          its stack
    goroutine 7 frame 3     that frame of it; frames of a parked goroutine count from 1
    goroutine all bt        every goroutine's stack"""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, argument, _from_tty):
        who, _, command = argument.strip().partition(" ")
        there = goroutines()
        chosen = there if who == "all" else [g for g in there if str(g.id) == who]
        if not chosen:
            raise gdb.GdbError(f"There is no goroutine {who}; `info goroutines` lists them.")
        for goroutine in chosen:
            print("goroutine " + goroutine.title())
            if goroutine.has_begun:
                within(goroutine, command or "bt")


InfoGoroutines()
GoroutineCommand()
