/** `npm run sbom`: writes the components of the executable, from the lock file, as CycloneDX 1.6 JSON to stdout. */
import { BUN_PARTS, type BunPart, BUN_VERSION, purlOf } from './bun-parts.ts'
import { type Lock, type LockedPackage, listShipped, nameOf, readLock } from './lock.ts'
import { HOST, type Target } from './target.ts'

export interface SbomOptions {
  readonly target: Target
  /** The version of Debian's libc6, if it is shipped with the executable. */
  readonly libcVersion?: string
}

/** Creates the SBOM. It depends on the lock file only, and has no time and no serial number. */
export function createSbom(lock: Lock, { target, libcVersion }: SbomOptions): object {
  const bunPath = `node_modules/${target.base}`
  const shipped = [...listShipped(lock), [bunPath, lock.packages[bunPath] ?? {}] as const]
  const components = new Map(shipped.map(([path, locked]) => [refOf(path, locked), describePackage(path, locked)]))
  const own = `pkg:npm/${lock.name}@${lock.version}`
  const runtime = [refOf(bunPath, lock.packages[bunPath] ?? {})]
  const edges = new Map([
    [own, [...resolveDependencies(lock, '', lock.packages[''] ?? {}), ...runtime]],
    ...shipped.map(([path, locked]) => [refOf(path, locked), resolveDependencies(lock, path, locked)] as const),
  ])
  // The list of parts belongs to one version of Bun. A test checks that this version is locked.
  const parts = lock.packages[bunPath]?.version === BUN_VERSION ? BUN_PARTS : []
  for (const one of parts) components.set(purlOf(one), describePart(one))
  for (const ref of runtime) edges.set(ref, parts.map(purlOf))
  if (libcVersion !== undefined) {
    const libc = `pkg:deb/debian/libc6@${encodeURIComponent(libcVersion)}?arch=${target.name}`
    components.set(libc, describeLibc(libc, libcVersion))
    for (const ref of runtime) edges.set(ref, [...parts.map(purlOf), libc])
  }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: lock.name,
        version: lock.version,
        purl: own,
        licenses: [{ license: { id: lock.packages['']?.license } }],
      },
    },
    components: [...components.values()],
    dependencies: [...edges].map(([ref, dependsOn]) => ({ ref, dependsOn: [...new Set(dependsOn)].toSorted() })),
  }
}

function describePackage(path: string, locked: LockedPackage): object {
  const ref = refOf(path, locked)
  return {
    type: 'library',
    'bom-ref': ref,
    name: nameOf(path),
    version: locked.version,
    purl: ref,
    ...(locked.license === undefined ? {} : { licenses: [describeLicense(locked.license)] }),
    ...(locked.integrity === undefined ? {} : { hashes: [hashOf(locked.integrity)] }),
  }
}

/** Describes a licence. CycloneDX has different fields for a single licence and an SPDX expression. */
function describeLicense(license: string): object {
  return license.includes(' ') ? { expression: license } : { license: { id: license } }
}

/** Describes a library in Bun's executable. */
function describePart(part: BunPart): object {
  const { name, version, license } = part
  const ref = purlOf(part)
  return { type: 'library', 'bom-ref': ref, name, version, purl: ref, licenses: [{ license: { id: license } }] }
}

function describeLibc(ref: string, version: string): object {
  return {
    type: 'library',
    'bom-ref': ref,
    name: 'libc6',
    version,
    purl: ref,
    licenses: [{ license: { id: 'LGPL-2.1-or-later' } }],
    pedigree: { notes: 'ld.so ignores LD_* variables and /etc/ld.so.preload: see scripts/quiet-loader.ts' },
  }
}

/** Returns the package URL, which is the reference too. In it only the `@` of a scope needs escaping. */
function refOf(path: string, { version }: LockedPackage): string {
  return `pkg:npm/${nameOf(path).replace('@', '%40')}@${version}`
}

/** Converts npm's `sha512-` and base64 to the hexadecimal form of CycloneDX. */
function hashOf(integrity: string): object {
  const [, base64 = ''] = integrity.split('-', 2)
  return { alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }
}

/** Resolves dependencies as Node does: in the package's own node_modules, then in each one above. */
function resolveDependencies(lock: Lock, path: string, { dependencies = {} }: LockedPackage): string[] {
  return Object.keys(dependencies).flatMap((name) => {
    for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
      const candidate = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`
      const locked = lock.packages[candidate]
      if (locked !== undefined) return [refOf(candidate, locked)]
      if (base === '') return []
    }
  })
}

if (import.meta.main) {
  process.stdout.write(`${JSON.stringify(createSbom(await readLock(), { target: HOST }), null, 2)}\n`)
}
