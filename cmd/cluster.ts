/** Options of commands that read from a cluster, and when they do. */
import { type Command, InvalidArgumentError } from 'commander'
import { existsSync } from 'node:fs'
import { isLabel } from '../src/base/dns-name.ts'
import type { Kube } from '../src/kube/kube.io.ts'
import { connect } from './connection.ts'

/** Options as commander returns them: one that was not given is absent. */
export interface GivenCluster {
  readonly namespace?: string
  readonly context?: string
  readonly kubeconfig?: string
}

export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace (default: that of the context)', readLabel)
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, in-cluster')
}

export function readLabel(text: string): string {
  if (isLabel(text)) return text
  throw new InvalidArgumentError('Give a name of lower-case letters, digits and -, at most 63 of them.')
}

const FILE = /\.(?:json|jsonl|ya?ml)$/

/** A word that exists as a path or looks like a file name is a file, unless an option about a cluster was given. */
export function meansCluster(words: string, given: GivenCluster & { readonly watch?: boolean }): boolean {
  if (words === '-') return false
  const { namespace, context, kubeconfig, watch = false } = given
  if (namespace !== undefined || context !== undefined || kubeconfig !== undefined || watch) return true
  return !existsSync(words) && !FILE.test(words) && !/^[.~]|\/.*\/|^\//.test(words)
}

/** @param words the operand, which may have been meant as a file */
export async function openCluster(words: string, given: GivenCluster): Promise<Kube | { readonly problem: string }> {
  const { namespace, context, kubeconfig } = given
  const kube = await connect({ context, kubeconfig })
  const meant = [namespace, context, kubeconfig].some((option) => option !== undefined)
  if (!('problem' in kube) || meant) return kube
  const fileHere = existsSync(words)
    ? `--watch follows a pod of a cluster, and ${words} is a file; leave --watch out, or see why there is no cluster`
    : `there is no file ${words} here, and no cluster to ask`
  return { problem: `${fileHere}: ${kube.problem}` }
}

/** The message for a pod's name together with a file. */
export function bothGiven(pod: string, file: string): string {
  return `${pod} and -f ${file} name two pods; give one of them`
}

/** Lets Ctrl-C end a watch in an orderly way. */
export function takeInterrupt(): AbortSignal {
  const over = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort())
  return over.signal
}
