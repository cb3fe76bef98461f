/** The rules of Kubernetes for names (apimachinery pkg/util/validation). */

/** Tells whether a text is a label (RFC 1123). */
export function isLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text)
}

export function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(label))
}

/** Tells whether a text is a key of labels and annotations: `name` or `domain/name`. */
export function isQualifiedName(text: string): boolean {
  const [name = '', prefix, ...more] = text.split('/').toReversed()
  if (more.length > 0 || (prefix !== undefined && !isSubdomain(prefix))) return false
  return name.length <= 63 && /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)
}

/** Tells whether a text is a name of a port (RFC 6335, IANA_SVC_NAME). */
export function isPortName(text: string): boolean {
  return text.length <= 15 && /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)
}
