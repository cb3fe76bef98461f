/** The parts of the manifests in `deploy/` that its test reads. */
import type { PodTemplate } from '../../src/pod/pod.ts'
import type { DeployedObject } from './kustomize.ts'

export interface Deployment {
  readonly metadata: DeployedObject['metadata']
  readonly spec: {
    readonly replicas: number
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: PodTemplate
  }
}

export interface Selecting {
  readonly spec: {
    readonly selector?: object
    readonly podSelector?: object
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[]
  }
}

export interface Configuration {
  readonly webhooks: readonly {
    readonly name: string
    readonly clientConfig: { readonly service: { name: string; namespace: string; path: string; port: number } }
    readonly rules: readonly object[]
    readonly namespaceSelector: Selector
    readonly objectSelector: Selector
    readonly sideEffects: string
    readonly timeoutSeconds: number
    readonly admissionReviewVersions: readonly string[]
  }[]
}

export interface Selector {
  readonly matchExpressions: readonly { key: string; operator: 'In' | 'NotIn'; values: readonly string[] }[]
}

export interface Certificate {
  readonly spec: { readonly secretName: string; readonly dnsNames: readonly string[] }
}

export interface Role {
  readonly rules: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly resourceNames?: readonly string[]
    readonly verbs: readonly string[]
  }[]
}
