/** Whether one of the controllers leads, as its Lease tells. Pure. */
import { CONTROLLER_NAME } from '../pod/own.ts'
import { countOf, textOf } from '../pod/api-object.ts'
import { type DoctorFinding, speakOf } from './doctor-finding.ts'

const { ok, warn, fail } = speakOf('controller')

/** Clocks differ. */
const SKEW_MS = 30_000

/** @param lease undefined: there is none */
export function seeLease(lease: unknown, namespace: string, nowMs: number): DoctorFinding {
  const look = `kubectl get pods -n ${namespace} -l app.kubernetes.io/name=${CONTROLLER_NAME}, and look at what they log`
  if (lease === undefined) {
    const what = `there is no Lease ${namespace}/${CONTROLLER_NAME}: containers that wait for sidecar/NAME wait for ever; nothing else needs a controller`
    return warn(what, 'install it with the webhook, where such waits are needed')
  }
  const holder = textOf(lease, 'spec', 'holderIdentity')
  if (holder === '') return fail('no controller leads: containers that wait for sidecar/NAME wait for ever', look)
  const renewedMs = Date.parse(textOf(lease, 'spec', 'renewTime'))
  const ageMs = nowMs - renewedMs
  if (ageMs > countOf(lease, 'spec', 'leaseDurationSeconds') * 1000 + SKEW_MS) {
    const since = `${Math.round(ageMs / 1000)} s ago`
    return fail(`no controller leads: ${holder} has renewed its Lease ${since} for the last time`, look)
  }
  return ok(`${holder} leads`)
}
