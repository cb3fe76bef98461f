/** A server in shell, for orders in which servers are killed and come back. */

/**
 * Writes a line into the file `trace`, which all share, when it starts and when it is told to stop: the sequence of lines is the
 * sequence of events. It is ready from then on, as `asksServer` asks it.
 */
export const serverScript = (name: string): string =>
  `trap 'echo ${name} down >> trace; exit 0' TERM; echo ${name} up >> trace; ${becomeReady(name)}; while :; do sleep 0.02; done`

/** The part of a script after which its process is ready. Kubernetes makes `$` of `$$` in a command, so the pid comes from /proc. */
export const becomeReady = (name: string): string => `read pid more < /proc/self/stat; echo $pid > ${name}.up`

/**
 * A command that succeeds while a process lives that became ready as `name`: a file that a killed one has left does not count,
 * and neither does a zombie, which has no executable.
 */
export const asksServer = (name: string): readonly string[] => [
  'sh',
  '-c',
  `read pid < ${name}.up && [ -e /proc/$pid/exe ]`,
]
