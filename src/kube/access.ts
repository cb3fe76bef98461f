/** The address of an API server, and how we show who we are. Pure. */
import type { ExecProgram } from './exec-credential.ts'

/** A certificate, a key, a token: its text, or the file that holds it. */
export type AccessSource = { readonly text: string } | { readonly file: string }

export interface Access {
  /** `https://10.96.0.1:443`, with a path where there is one, without a slash at its end. */
  readonly server: string
  /** undefined: the usual authorities. */
  readonly ca: AccessSource | undefined
  /** Whom the certificate must name; undefined: the server's host. */
  readonly serverName: string | undefined
  readonly insecure: boolean
  /** A token in a file is replaced before it expires, so the file is read for each request. */
  readonly token: AccessSource | undefined
  readonly certificate: AccessSource | undefined
  readonly key: AccessSource | undefined
  /** What is meant where no namespace is said. */
  readonly namespace: string
  /** The program that gives a token or a certificate. */
  readonly exec?: ExecProgram
  /** `http://proxy:3128`: what stands between. */
  readonly proxy?: string
  /** As whom we act, if not as ourselves. */
  readonly headers?: Readonly<Record<string, string | string[]>>
}

export type FoundAccess = { readonly access: Access } | { readonly problem: string }

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The files by which the kubelet lets a pod speak for its ServiceAccount. */
export const POD_FILES = {
  token: `${SERVICE_ACCOUNT}/token`,
  ca: `${SERVICE_ACCOUNT}/ca.crt`,
  namespace: `${SERVICE_ACCOUNT}/namespace`,
}

/** @param namespace the content of the file; undefined when there is none. */
export function accessFromPod(host: string, port: string, namespace: string | undefined): Access {
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: { file: POD_FILES.ca },
    serverName: undefined,
    insecure: false,
    token: { file: POD_FILES.token },
    certificate: undefined,
    key: undefined,
    namespace: namespace?.trim() || 'default',
  }
}
