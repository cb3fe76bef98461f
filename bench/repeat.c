/* repeat N PROGRAM ARG...: runs it N times, one after another, and prints how long each run took, in ns. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  /* Without arguments it is the command of a benchmark, which does nothing. */
  if (argc < 3) return 0;
  for (int left = atoi(argv[1]); left > 0; left--) {
    long long begin = now();
    pid_t pid;
    int status;
    if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0) return 1;
    if (waitpid(pid, &status, 0) != pid || status != 0) return 1;
    printf("%lld\n", now() - begin);
  }
  return 0;
}
