"""terminal: a program in a terminal of 200x60, and what it sends there."""
import fcntl, os, pty, select, signal, struct, subprocess, sys, termios, time

from process import child_of, cpu_seconds

ROWS, COLUMNS = 60, 200
PICTURE = 500     # bytes: less is no picture, but a terminal that is being set up
SILENCE = 0.03    # seconds: they end a picture
SETTLED_MOST = 60 # seconds
pace = 1.         # of all that waits for a program to settle; --quick makes it less


def wait(seconds):
    return seconds * pace


def hurry(share):
    global pace
    pace = share


class Terminal:
    """bursts: when what came, in seconds from the start."""

    def __init__(self, argv, keep=False):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', ROWS, COLUMNS, 0, 0))
        env = dict(os.environ, TERM='xterm-256color', LC_ALL='C.UTF-8')
        self.begin = time.monotonic()
        self.program = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env,
                                        start_new_session=True)
        os.close(slave)
        self.keep, self.bursts = keep, []

    @property
    def pid(self):
        return self.program.pid

    def now(self):
        return time.monotonic() - self.begin

    def take(self):
        data = os.read(self.master, 1 << 20)
        self.bursts.append((self.now(), data if self.keep else len(data)))

    def read(self, seconds):
        """Whether something came within that time."""
        if not select.select([self.master], [], [], max(seconds, 0))[0]:
            return False
        self.take()
        return True

    def read_until(self, moment):
        while (left := moment - self.now()) > 0:
            self.read(min(left, 0.1))

    def until_silence(self, seconds, most):
        """The moment of the last byte before a silence; None: nothing came, or no end of it."""
        last, end = None, self.now() + most
        while (left := end - self.now()) > 0:
            if self.read(min(seconds, left) if last is not None else left):
                last = self.bursts[-1][0]
            elif last is not None:
                return last
        return None

    def send(self, keys):
        os.write(self.master, keys)

    def sent_after(self, moment):
        """Bytes to the terminal since then."""
        return sum(size(data) for at, data in self.bursts if at > moment)

    def end(self):
        try:
            os.killpg(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it ended by itself
        while self.program.poll() is None:
            try:
                self.read(0.02)  # what it still has to say must go somewhere
            except OSError:
                pass  # its side is closed
        os.close(self.master)


def collector_of(terminal, most=15.):
    """The process that the viewer in it starts after its first picture."""
    end = terminal.now() + most
    while (child := child_of(terminal.pid)) is None:
        if terminal.now() > end:
            sys.exit('bench: no collector was started')
        terminal.read(0.02)
    return child


def settle(terminals, pid):
    """Until a collector has polled, and derived what a first minute asks for: meanwhile the
    viewers read the store again and again."""
    end = terminals[0].now() + wait(SETTLED_MOST)
    while terminals[0].now() < end:
        began, cpu = terminals[0].now(), cpu_seconds(pid)
        read_all(terminals, 1.)
        if cpu_seconds(pid) - cpu < 0.01 * (terminals[0].now() - began):
            return


def size(data):
    return data if isinstance(data, int) else len(data)


def read_all(terminals, seconds):
    """Several programs go on for that long."""
    end, by_fd = time.monotonic() + seconds, {one.master: one for one in terminals}
    while (left := end - time.monotonic()) > 0:
        for fd in select.select(list(by_fd), [], [], min(left, 0.1))[0]:
            by_fd[fd].take()


def first_paint_ms(bursts):
    """When the first picture was whole: its bytes come in several reads."""
    total, end = 0, None
    for at, data in bursts:
        if end is not None and total > PICTURE and at - end > SILENCE:
            break
        total, end = total + size(data), at
    return end * 1000 if end is not None else float('nan')
