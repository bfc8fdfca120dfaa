"""The other side of MessagePackPython.cs.

describe: MessagePack on standard input, one line of text a value on standard output.
produce:  the same lines on standard input, MessagePack on standard output.
"""

import struct
import sys

try:
    import msgpack
except ImportError:
    sys.exit("this interpreter has no msgpack module: install Debian's package python3-msgpack")


class Pairs(list):
    """A map whose order and duplicate keys are kept."""


def describe(value):
    if value is None:
        return "nil"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return f"int {value}"
    if isinstance(value, float):
        return "float " + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "str " + value.encode().hex()
    if isinstance(value, bytes):
        return "bin " + value.hex()
    if isinstance(value, Pairs):
        return f"map {len(value)}" + "".join(f" {describe(k)} {describe(v)}" for k, v in value)
    if isinstance(value, list):
        return f"array {len(value)}" + "".join(" " + describe(v) for v in value)
    if isinstance(value, msgpack.Timestamp):
        return f"time {value.seconds} {value.nanoseconds}"
    if isinstance(value, msgpack.ExtType):
        return f"ext {value.code} {value.data.hex()}"
    raise TypeError(type(value))


def produce(words, packer):
    kind = next(words)
    if kind in ("nil", "true", "false"):
        return packer.pack({"nil": None, "true": True, "false": False}[kind])
    word = next(words)
    if kind == "int":
        return packer.pack(int(word))
    if kind == "float":
        return packer.pack(struct.unpack(">d", bytes.fromhex(word))[0])
    if kind == "str":
        return packer.pack(bytes.fromhex(word).decode())
    if kind == "bin":
        return packer.pack(bytes.fromhex(word))
    if kind == "map":
        return packer.pack_map_header(int(word)) + b"".join(produce(words, packer) for _ in range(2 * int(word)))
    if kind == "array":
        return packer.pack_array_header(int(word)) + b"".join(produce(words, packer) for _ in range(int(word)))
    if kind == "time":
        return packer.pack(msgpack.Timestamp(int(word), int(next(words))))
    if kind == "ext":
        return packer.pack(msgpack.ExtType(int(word), bytes.fromhex(next(words))))
    raise ValueError(kind)


def main():
    if sys.argv[1] == "describe":
        unpacker = msgpack.Unpacker(
            sys.stdin.buffer, raw=False, strict_map_key=False, object_pairs_hook=Pairs, max_buffer_size=0
        )
        for value in unpacker:
            print(describe(value))
    else:
        packer = msgpack.Packer(use_bin_type=True)
        for line in sys.stdin:
            # An empty str or bin leaves an empty word, so words are split at each single space.
            sys.stdout.buffer.write(produce(iter(line.rstrip("\n").split(" ")), packer))


if __name__ == "__main__":
    main()
