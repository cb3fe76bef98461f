/** The ServiceAccount that lacks a permission. Pure. */

/** A ServiceAccount and its namespace. */
export interface Subject {
  readonly namespace: string
  readonly serviceAccount: string
}

const ACCOUNT = /system:serviceaccount:([-a-z0-9]+):([-.a-z0-9]+)/

/**
 * @param said the API's refusal, which names the ServiceAccount
 * @param namespace the client's namespace
 */
export function subjectOf(said: string, namespace: string): Subject {
  const [, home, serviceAccount] = ACCOUNT.exec(said) ?? []
  return { namespace: home ?? namespace, serviceAccount: serviceAccount ?? 'default' }
}
