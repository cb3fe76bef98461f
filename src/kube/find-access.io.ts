/** Finds the API server and the credentials in the environment and in files. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { describeError } from '../base/system-error.ts'
import { accessFromPod, type FoundAccess, POD_FILES } from './access.ts'
import { readKubeconfig } from './kubeconfig.ts'

export interface AccessWish {
  /** Files, separated as in KUBECONFIG, which override everything else. */
  readonly kubeconfig: string | undefined
  /** The name of a context in the kubeconfig. */
  readonly context: string | undefined
}

/** @returns the documents of a YAML text, or one sentence that says what is wrong. */
export type ParseYaml = (text: string) => Promise<{ readonly value: unknown } | { readonly problem: string }>

/**
 * Tries `--kubeconfig`, then `KUBECONFIG`, then the pod's ServiceAccount, then `~/.kube/config`. Unlike kubectl it tries the
 * ServiceAccount before the home directory: in a pod, the files there belong to the application.
 */
export async function findAccess(
  wish: AccessWish,
  env: Readonly<Record<string, string | undefined>>,
  parseYaml: ParseYaml,
): Promise<FoundAccess> {
  const named = wish.kubeconfig ?? env['KUBECONFIG']
  if (named !== undefined && named !== '') return readFiles(named.split(':'), wish.context, env, parseYaml)
  const host = env['KUBERNETES_SERVICE_HOST']
  if (host !== undefined && host !== '' && existsSync(POD_FILES.token)) {
    const namespace = existsSync(POD_FILES.namespace) ? readFileSync(POD_FILES.namespace, 'utf8') : undefined
    return { access: accessFromPod(host, env['KUBERNETES_SERVICE_PORT'] || '443', namespace) }
  }
  const usual = `${homedir()}/.kube/config`
  if (existsSync(usual)) return readFiles([usual], wish.context, env, parseYaml)
  const problem =
    host === undefined || host === ''
      ? 'no Kubernetes API: this is not a pod, and there is no KUBECONFIG and no ~/.kube/config; give --kubeconfig FILE'
      : 'no Kubernetes API: this pod has no ServiceAccount token; set automountServiceAccountToken: true'
  return { problem }
}

async function readFiles(
  paths: readonly string[],
  context: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  parseYaml: ParseYaml,
): Promise<FoundAccess> {
  const files = []
  for (const path of paths.filter((text) => text !== '').map((text) => resolve(text))) {
    // One of several files may be missing, as with kubectl.
    if (paths.length > 1 && !existsSync(path)) continue
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      return { problem: `cannot read the kubeconfig ${path}: ${describeError(error)}` }
    }
    const parsed = await parseYaml(text)
    if ('problem' in parsed) return { problem: `the kubeconfig ${path} is not YAML: ${parsed.problem}` }
    files.push({ path, value: parsed.value })
  }
  return readKubeconfig(files, context, env)
}
