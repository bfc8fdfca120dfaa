# usage: connect.py PORT connections N | connect.py PORT bytes N
# The mean time of a connection with one byte there and back, in ms; or how many MiB a second arrive.
import socket, sys, time

port, what, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
start = time.perf_counter()
if what == "connections":
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"e")
            assert connection.recv(1) == b"e"
    print((time.perf_counter() - start) * 1000 / count)
else:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"b")
        left, buffer = count << 20, bytearray(1 << 18)
        while left > 0:
            taken = connection.recv_into(buffer)
            assert taken > 0
            left -= taken
    print(count / (time.perf_counter() - start))
