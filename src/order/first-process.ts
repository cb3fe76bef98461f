/** Programs that work only as the first process of their container. Pure. */

/** s6-overlay (`s6-overlay-suexec: fatal: can only run as pid 1`), systemd, runit, OpenRC, and busybox' init. */
const PROGRAMS: ReadonlySet<string> = new Set([
  ...['/init', '/sbin/init', '/usr/sbin/init', '/bin/init'],
  ...['/lib/systemd/systemd', '/usr/lib/systemd/systemd', '/bin/systemd', '/usr/bin/systemd'],
  ...['/sbin/runit-init', '/usr/sbin/runit-init', '/sbin/openrc-init', '/usr/sbin/openrc-init'],
])

/** @param words program and arguments */
export function mustBeFirst([program = '']: readonly string[]): boolean {
  return PROGRAMS.has(program)
}
