/** Whom the API server has asked for permission. Pure. */

/** The ServiceAccount that is allowed, and its namespace. */
export interface Subject {
  readonly namespace: string
  readonly serviceAccount: string
}

const ACCOUNT = /system:serviceaccount:([-a-z0-9]+):([-.a-z0-9]+)/

/**
 * @param said the API's refusal, which names the ServiceAccount
 * @param namespace the client's own
 */
export function subjectOf(said: string, namespace: string): Subject {
  const [, home, serviceAccount] = ACCOUNT.exec(said) ?? []
  return { namespace: home ?? namespace, serviceAccount: serviceAccount ?? 'default' }
}
