/** The address of an API server, and the credentials for it. Pure. */
import type { ExecProgram } from './exec-credential.ts'

/** The text of a certificate, a key or a token, or the file that holds it. */
export type AccessSource = { readonly text: string } | { readonly file: string }

export interface Access {
  /** `https://10.96.0.1:443`, followed by a path if there is one, without a slash at its end. */
  readonly server: string
  /** undefined: the usual CAs. */
  readonly ca: AccessSource | undefined
  /** The name in the server's certificate; undefined: the server's host. */
  readonly serverName: string | undefined
  readonly insecure: boolean
  /** The file of a token is read for each request, since the token is replaced before it expires. */
  readonly token: AccessSource | undefined
  readonly certificate: AccessSource | undefined
  readonly key: AccessSource | undefined
  /** The default namespace. */
  readonly namespace: string
  /** A program that prints a token or a certificate. */
  readonly exec?: ExecProgram
  /** The proxy, such as `http://proxy:3128`. */
  readonly proxy?: string
  /** Headers for impersonation. */
  readonly headers?: Readonly<Record<string, string | string[]>>
}

export type FoundAccess = { readonly access: Access } | { readonly problem: string }

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Files of a pod's ServiceAccount, which the kubelet mounts. */
export const POD_FILES = {
  token: `${SERVICE_ACCOUNT}/token`,
  ca: `${SERVICE_ACCOUNT}/ca.crt`,
  namespace: `${SERVICE_ACCOUNT}/namespace`,
}

/** @param namespace the content of the file `namespace`; undefined when there is none. */
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
