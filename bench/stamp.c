/*
 * stamp [FILE]: reads CLOCK_MONOTONIC as its first action, and writes it in ns to FILE or to stdout.
 * It is the command whose start is measured. It is linked statically, since a dynamic loader would run before its first instruction.
 */
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  FILE *out = argc > 1 ? fopen(argv[1], "w") : stdout;
  if (out == NULL) return 1;
  fprintf(out, "%lld%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  return fclose(out) == 0 ? 0 : 1;
}
