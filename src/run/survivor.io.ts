/** A helper process that ends the containers' processes when the runner is killed by SIGKILL. */
import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'

/** The messages to the helper: the start and the end of each process that leads a session. */
export interface Survivor {
  begun(pid: number): void
  ended(pid: number): void
}

/**
 * The kernel closes the script's stdin whenever the runner is gone. PR_SET_PDEATHSIG would reach only the wrappers, not their
 * commands, and Node cannot set it. It is a shell script, since it runs as long as the pod, and a JavaScript runtime would take
 * 50 MiB. It stops all processes that it finds before it kills them, so that none can fork meanwhile: those of the sessions, and
 * descendants in sessions of their own, such as the commands of wrappers on Node (proc_pid_stat(5)). A parent may be listed after
 * its child, so the rounds continue until one finds nothing.
 */
const SCRIPT = `
running=' '
while read -r what pid; do
  case $what in
    begun) running="$running$pid " ;;
    ended) running="\${running%% $pid *} \${running#* $pid }" ;;
  esac
done
victims=' '
found=yes
while [ "$found" ]; do
  found=
  for stat in /proc/[0-9]*/stat; do
    read -r line 2>/dev/null <"$stat" || continue
    set -- \${line%% *} \${line##*) }
    pid=$1 parent=$3 session=$5
    case $victims in *" $pid "*) continue ;; esac
    case $running$victims in
      *" $parent "* | *" $session "*)
        kill -STOP "$pid" && found=yes
        victims="$victims$pid "
        ;;
    esac
  done
done
[ "$victims" = ' ' ] || kill -KILL $victims
`

/**
 * Starts the helper with the first message. It ends with the runner or in the sweep. Without a shell or /proc there is no helper.
 * Bun writes at the end of a turn of its event loop, so the helper misses processes that start in the turn of the kill.
 */
export function openSurvivor(): Survivor {
  let words: Writable | undefined
  const tell = (word: string): void => {
    words ??= begin()
    words.write(`${word}\n`)
  }
  return { begun: (pid) => tell(`begun ${pid}`), ended: (pid) => tell(`ended ${pid}`) }
}

function begin(): Writable {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    // Its own session and directory, so that Ctrl-C does not end it and it does not block the removal of a directory.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  return shell.stdin
}
