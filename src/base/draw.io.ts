/** Chance that nobody can foresee. */

/** Letters and digits, always as many. */
export function drawWord(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(16).padStart(8, '0')).join('')
}
