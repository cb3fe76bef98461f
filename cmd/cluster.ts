/** Options by which commands ask a cluster themselves, and whether they are to. */
import { type Command, InvalidArgumentError } from 'commander'
import { existsSync } from 'node:fs'
import type { Kube } from '../src/kube/kube.io.ts'
import { connect } from './connection.ts'

/** As commander hands them over: what was not given is not there. */
export interface GivenCluster {
  readonly namespace?: string
  readonly context?: string
  readonly kubeconfig?: string
}

export function addClusterOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', 'namespace (default: that of the context)', readNamespace)
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, ~/.kube/config, in-cluster')
}

export function readNamespace(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text
  throw new InvalidArgumentError('Give a name of lower-case letters, digits and -, at most 63 of them.')
}

const FILE = /\.(?:json|jsonl|ya?ml)$/

/** What lies on this disk, or is called like a file, is one, unless an option is about a cluster. */
export function meansCluster(words: string, given: GivenCluster & { readonly watch?: boolean }): boolean {
  if (words === '-') return false
  const { namespace, context, kubeconfig, watch = false } = given
  if (namespace !== undefined || context !== undefined || kubeconfig !== undefined || watch) return true
  return !existsSync(words) && !FILE.test(words) && !/^[.~]|\/.*\/|^\//.test(words)
}

/** @param words what may have been meant for a file */
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

/** What is said where a pod's name and a file are given. */
export function bothGiven(pod: string, file: string): string {
  return `${pod} and -f ${file} name two pods; give one of them`
}

/** Ctrl-C ends what is watched in good order. */
export function takeInterrupt(): AbortSignal {
  const over = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort())
  return over.signal
}
