"""A user's file, good and bad: what the command line is called on."""

USER_FILE = """
import cutaway as ca

B, T, S, D, H = ca.dims("B T S D H")


def good():
    return ca.layers.feed_forward(ca.input("x", (B, T, D)), 4 * D)


def heads():
    x = ca.input("x", (B, T, D))
    return x.reshape((B, T, H, D / H))


def never():
    return ca.input("x", (B, T, D)) + ca.input("y", (B, T, 4 * D))


def number():
    return 7


def needs(argument, other, more=1, *, keyword):
    return argument


def fails():
    raise KeyError("inside")


def index():
    return ca.ops.argmax(ca.input("x", (B, T)))


def graph():
    return ca.Graph([good()])


def loud():
    print("noise")
    return good()


def several():
    print("noise")
    yield good()
    yield ca.input("y", "N")


def default(width=3):
    return ca.layers.linear(ca.input("x", (B, T)), width)


def nothing():
    good()


def words():
    return "words"


def mixed():
    return [good(), 1]


def empty():
    return []


def leaves():
    raise SystemExit(3)


def stops():
    import os, signal, time

    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
    return good()


def infinite():
    x = ca.input("x", "N")
    return x / 0.0


variable = 5
"""
