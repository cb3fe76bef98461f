/** Checks whether a Node version is new enough for this program. Pure. */

/**
 * @param own `20.20.2`
 * @param range of package.json's `engines`: `>=22.22`
 * @returns one sentence when it is too old
 */
export function findNodeFault(own: string, range: string): string | undefined {
  const least = range.replace(/^>=/, '')
  const [[major, minor], [leastMajor, leastMinor]] = [readNumbers(own), readNumbers(least)]
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined
  return `this is Node ${own}, and podorder needs ${least} or newer; install a newer one (https://nodejs.org)`
}

function readNumbers(version: string): readonly [major: number, minor: number] {
  const [major = '', minor = '0'] = version.split('.')
  return [Number(major), Number(minor)]
}
