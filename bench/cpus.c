/* cpus.so: preloaded into a process, it reports FAKE_CPUS processors. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count(void) {
  const char *text = getenv("FAKE_CPUS");
  return text == NULL ? 1 : atoi(text);
}

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) {
  (void)pid;
  memset(set, 0, size);
  for (int cpu = 0; cpu < count(); cpu++) CPU_SET_S(cpu, size, set);
  return 0;
}

long sysconf(int name) {
  static long (*real)(int);
  if (real == NULL) real = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
  return name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF ? count() : real(name);
}
