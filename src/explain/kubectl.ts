/** Command lines for users to copy, which show more than a pod's status. Pure. */
import { quoteWord } from '../base/shell.ts'
import { tidy } from '../base/wording.ts'

/** The explained pod. */
export interface Place {
  readonly name: string
  readonly namespace: string
}

export function describePod(pod: Place): string {
  return `kubectl describe pod ${quote(pod.name)}${inNamespace(pod.namespace)}`
}

/** @param previous the logs of the previous life */
export function readLogs(pod: Place, container: string, previous = false): string {
  const which = previous ? ' --previous' : ''
  return `kubectl logs ${quote(pod.name)}${inNamespace(pod.namespace)} -c ${quote(container)}${which}`
}

export function execIn(pod: Place, container: string, words: readonly string[]): string {
  const command = words.map(quote).join(' ')
  return `kubectl exec ${quote(pod.name)}${inNamespace(pod.namespace)} -c ${quote(container)} -- ${command}`
}

/** @param words `get`, `configmap`, `app` */
export function kubectl(namespace: string, ...words: readonly string[]): string {
  return `kubectl ${words.map(quote).join(' ')}${inNamespace(namespace)}`
}

function inNamespace(namespace: string): string {
  return namespace === '' ? '' : ` -n ${quote(namespace)}`
}

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  return quoteWord(tidy(word))
}
