/* The lower bound of any round trip between two processes: a blocking read/write loop on a Unix stream socket pair.
 * usage: pingpong SECONDS BYTES   prints: round trips, nanoseconds */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int read_all(int descriptor, char *buffer, size_t length) {
  size_t done = 0;
  while (done < length) {
    ssize_t n = read(descriptor, buffer + done, length - done);
    if (n <= 0) return 0;
    done += (size_t)n;
  }
  return 1;
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  double seconds = atof(argv[1]);
  size_t length = (size_t)atol(argv[2]);
  char buffer[4096] = {0};
  int pair[2];
  if (length == 0 || length > sizeof buffer || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return 70;
  pid_t child = fork();
  if (child < 0) return 71;
  if (child == 0) {
    close(pair[0]);
    while (read_all(pair[1], buffer, length))
      if (write(pair[1], buffer, length) != (ssize_t)length) break;
    _exit(0);
  }
  close(pair[1]);
  for (int i = 0; i < 1000; i++)
    if (write(pair[0], buffer, length) != (ssize_t)length || !read_all(pair[0], buffer, length)) return 74;
  long long trips = 0, start = now(), limit = (long long)(seconds * 1e9), elapsed = 0;
  while (elapsed < limit) {
    for (int i = 0; i < 100; i++)
      if (write(pair[0], buffer, length) != (ssize_t)length || !read_all(pair[0], buffer, length)) return 74;
    trips += 100;
    elapsed = now() - start;
  }
  printf("%lld %lld\n", trips, elapsed);
  close(pair[0]);
  waitpid(child, NULL, 0);
  return 0;
}
