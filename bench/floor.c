/*
 * floor FILE COMMAND [ARG...]: waits until FILE exists, then runs the command and exits as it does.
 * This is the minimum work of a gate on Linux: one inotify watch, one look, vfork, exec. entrypoint is compared with it.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what) {
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  return 125;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fputs("usage: floor FILE COMMAND [ARG...]\n", stderr);
    return 2;
  }
  char directory[PATH_MAX];
  if (snprintf(directory, sizeof directory, "%s", argv[1]) >= (int)sizeof directory) {
    errno = ENAMETOOLONG;
    return fail(argv[1]);
  }
  int notifier = inotify_init1(IN_CLOEXEC);
  if (notifier < 0) return fail("inotify_init1");
  if (inotify_add_watch(notifier, dirname(directory), IN_CREATE | IN_MOVED_TO) < 0) return fail(argv[1]);

  /* The look comes after the watch, so that a file that appears between the two is not missed. */
  while (access(argv[1], F_OK) != 0) {
    char events[4096];
    if (read(notifier, events, sizeof events) < 0 && errno != EINTR) return fail("read");
  }

  pid_t child = vfork();
  if (child < 0) return fail("vfork");
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail("waitpid");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
