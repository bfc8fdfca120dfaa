"""Prints the nanoseconds from starting a multiprocessing child (start method: spawn) to its first message."""
import multiprocessing
import time


def child(connection):
    connection.send("ready")


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(theirs,))
    start = time.perf_counter_ns()
    process.start()
    ours.recv()
    print(time.perf_counter_ns() - start)
    process.join()
