/**
 * The libraries that are linked into Bun's executable, which no lock file names. Their versions are those of `process.versions`, and
 * their licences those of Bun's LICENSE.md. A test compares this list with the locked Bun.
 */

/** The version of Bun to which this list belongs. */
export const BUN_VERSION = '1.4.5'

export interface BunPart {
  /** The key in `process.versions`. */
  readonly key: string
  readonly name: string
  /** The repository on GitHub; empty if there is none. */
  readonly repository: string
  /** A commit or a version. */
  readonly version: string
  readonly license: string
}

export const BUN_PARTS: readonly BunPart[] = [
  part(
    'webkit',
    'WebKit (JavaScriptCore)',
    'oven-sh/WebKit',
    'd6375c72affe0f70222cdcb45012b10f0bf3a9d5',
    'LGPL-2.0-or-later',
  ),
  part('boringssl', 'BoringSSL', 'oven-sh/boringssl', 'fe703e9faa3bfd22b04eb192066856557b7e015c', 'OpenSSL'),
  part('mimalloc', 'mimalloc', 'oven-sh/mimalloc', '92ef6587c57b262f6e6abf513f7776a2f8d12aeb', 'MIT'),
  part('tinycc', 'TinyCC', 'oven-sh/tinycc', '05f0fafaa3be31e31d7b4b5c17dc60f62c991171', 'LGPL-2.1-only'),
  part('libarchive', 'libarchive', 'libarchive/libarchive', '27cbc7827172698143e440801fc0ba39ccb4f1f5', 'BSD-2-Clause'),
  part('picohttpparser', 'picohttpparser', 'h2o/picohttpparser', 'f4d94b48b31e0abae029ebeafcfd9ca0680ede58', 'MIT'),
  part(
    'uwebsockets',
    'uWebSockets',
    'uNetworking/uWebSockets',
    'a7733435cf40429e3b35c36072769df2052b80f1',
    'Apache-2.0',
  ),
  part('usockets', 'uSockets', 'uNetworking/uSockets', 'a7733435cf40429e3b35c36072769df2052b80f1', 'Apache-2.0'),
  part('zlib', 'zlib', 'zlib-ng/zlib-ng', '12731092979c6d07f42da27da673a9f6c7b13586', 'Zlib'),
  part('libdeflate', 'libdeflate', 'ebiggers/libdeflate', '92e6a0db9fa848d742f9eb286c92afc60f2c3dda', 'MIT'),
  part('zstd', 'Zstandard', 'facebook/zstd', 'f8745da6ff1ad1e7bab384bd1f9d742439278e99', 'BSD-3-Clause'),
  part('lolhtml', 'lol-html', 'cloudflare/lol-html', '725ce499aa9b71e38b7a2d0a9fbb6d7294a4079e', 'BSD-3-Clause'),
  part('ares', 'c-ares', 'c-ares/c-ares', '0b88066f79ac9745d6819899f1794df91b73c873', 'MIT'),
  part('lshpack', 'ls-hpack', 'litespeedtech/ls-hpack', 'cf0f70dd10b352194c97448eb5d00b4aa484f531', 'MIT'),
  part('llhttp', 'llhttp', 'nodejs/llhttp', '9.4.4', 'MIT'),
  part('sqlite', 'SQLite', '', '3.54.1', 'blessing'),
  part('icu', 'ICU', 'unicode-org/icu', '78.3', 'Unicode-3.0'),
]

/** The other keys of `process.versions`: versions of interfaces, formats and tools that build Bun. */
export const NO_PARTS = ['node', 'bun', 'openssl', 'zig', 'v8', 'uv', 'napi', 'unicode', 'typescript', 'modules']

function part(key: string, name: string, repository: string, version: string, license: string): BunPart {
  return { key, name, repository, version, license }
}

/** Returns the package URL of a part; a generic one if the part has no repository. */
export function purlOf({ key, repository, version }: BunPart): string {
  return repository === '' ? `pkg:generic/${key}@${version}` : `pkg:github/${repository.toLowerCase()}@${version}`
}
