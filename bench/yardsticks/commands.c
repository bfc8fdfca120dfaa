// The cost of the system calls alone, to compare with command sessions.
// usage: commands spawn COUNT        prints: processes, nanoseconds     (posix_spawn of true and waitpid, one after another)
//        commands parallel COUNT N   prints: processes, nanoseconds     (the same, with N alive at a time)
//        commands read BYTES         prints: bytes, nanoseconds         (head -c BYTES /dev/zero | cat, read through a pipe)
//        commands echo COUNT         prints: keys, nanoseconds          (one byte to cat on a pseudoterminal and back)
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static pid_t start(char **argv, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes) {
  pid_t pid;
  if (posix_spawnp(&pid, argv[0], actions, attributes, argv, environ) != 0) exit(1);
  return pid;
}

static void spawn(long count, long window) {
  char *argv[] = {"true", NULL};
  long long begun = now();
  long alive = 0;
  for (long started = 0; started < count || alive > 0;) {
    if (started < count && alive < window) {
      start(argv, NULL, NULL);
      started++, alive++;
      continue;
    }
    if (wait(NULL) < 0) exit(1);
    alive--;
  }
  printf("%ld %lld\n", count, now() - begun);
}

static void read_all(const char *bytes) {
  char command[128];
  snprintf(command, sizeof command, "head -c %s /dev/zero | cat", bytes);
  char *argv[] = {"sh", "-c", command, NULL};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) exit(1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  long long begun = now();
  pid_t pid = start(argv, &actions, NULL);
  close(ends[1]);
  static char buffer[65536];
  long long total = 0;
  ssize_t got;
  while ((got = read(ends[0], buffer, sizeof buffer)) > 0) total += got;
  waitpid(pid, NULL, 0);
  printf("%lld %lld\n", total, now() - begun);
}

static void echo(long count) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];
  if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, name, sizeof name)) exit(1);
  int slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios raw;
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  char *argv[] = {"cat", NULL};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = start(argv, &actions, &attributes);
  close(slave);
  char key = 'x';
  for (int warm = 0; warm < 100; warm++)
    if (write(master, &key, 1) != 1 || read(master, &key, 1) != 1) exit(1);
  long long begun = now();
  for (long i = 0; i < count; i++)
    if (write(master, &key, 1) != 1 || read(master, &key, 1) != 1) exit(1);
  printf("%ld %lld\n", count, now() - begun);
  fflush(stdout);
  kill(pid, 9);
}

int main(int argc, char **argv) {
  if (argc > 2 && !strcmp(argv[1], "spawn")) spawn(atol(argv[2]), 1);
  else if (argc > 3 && !strcmp(argv[1], "parallel")) spawn(atol(argv[2]), atol(argv[3]));
  else if (argc > 2 && !strcmp(argv[1], "read")) read_all(argv[2]);
  else if (argc > 2 && !strcmp(argv[1], "echo")) echo(atol(argv[2]));
  else return 64;
  return 0;
}
