/** Text to base64 and back, as UTF-8. */

export function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** Characters that are not base64 are ignored; bytes that are not UTF-8 become U+FFFD. */
export function decodeBase64(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
