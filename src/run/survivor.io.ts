/** What ends the containers' processes when the runner is killed by SIGKILL, which it cannot see coming. */
import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'

/** Is told of each process that leads a session, when it has begun and when it has ended. */
export interface Survivor {
  begun(pid: number): void
  ended(pid: number): void
}

/**
 * The kernel closes its stdin when the runner is gone, however that came about. PR_SET_PDEATHSIG would reach the wrappers
 * only, not what they have started, and Node cannot ask for it. A shell, since it waits for as long as the pod runs: a
 * runtime of our own would weigh 50 MiB. What it finds it stops first, so that nothing forks away while it looks: what is of
 * a session, and what descends from that into one of its own, as the commands of wrappers on Node do (proc_pid_stat(5)).
 * A parent may come after its child in a round, so the rounds go on until one finds nothing.
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
 * Begins with the first word to it, and ends with us or in the sweep. Without a shell or /proc nothing survives us.
 * Bun writes at the end of a turn: what was started in the turn in which we are killed is not known.
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
    // Neither Ctrl-C nor a directory that is to be removed is its concern.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  return shell.stdin
}
