/** Writes a kubeconfig for the fake API server. */
import { writeFileSync } from 'node:fs'
import type { ApiServer } from './api-server.ts'
import type { Authority } from './certificates.ts'

export interface Access {
  readonly server: Pick<ApiServer, 'url'>
  readonly authority: Pick<Authority, 'certificate'>
  /** The user of the kubeconfig, in YAML. */
  readonly user: string
  readonly namespace: string
}

export function writeKubeconfig(path: string, { server, authority, user, namespace }: Access): void {
  writeFileSync(
    path,
    `apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "${server.url}", certificate-authority-data: ${btoa(authority.certificate)}}}]
users: [{name: u, user: ${user}}]
contexts: [{name: here, context: {cluster: c, user: u, namespace: ${namespace}}}]
`,
  )
}
