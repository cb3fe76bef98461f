/** Unpredictable random words. */

/** @returns letters and digits, of constant length */
export function drawWord(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(16).padStart(8, '0')).join('')
}
