/**
 * Writes JSON as Go's encoding/json does: it escapes `<`, `>`, `&` and two line separators. Scripts in steps may compare such texts,
 * and Tekton limits their size in bytes. Pure.
 */
export function writeAsGo(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
