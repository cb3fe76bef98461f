/** Names of RFC 1123, as the API server checks them (apimachinery, validation.IsDNS1123Label and IsDNS1123Subdomain). Pure. */

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

/** Whether a text can name a container, a namespace or a Service. */
export function isLabel(text: string): boolean {
  return LABEL.test(text)
}

/** Whether a text can name most other objects, or a host. */
export function isSubdomain(text: string): boolean {
  return SUBDOMAIN.test(text)
}
