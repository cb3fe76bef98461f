/** Recordings of a real Kubernetes, from `test/fixtures/kube`. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../fixtures/kube/', import.meta.url))

/** Lists the names of all recorded watches. */
export function listStreams(): readonly string[] {
  return readdirSync(`${ROOT}watch`).map((name) => name.replace('.jsonl.gz', ''))
}

/** Reads the lines of a watch, as they were sent. */
export function readStream(name: string): readonly string[] {
  return readLines(`watch/${name}.jsonl.gz`)
}

export interface Refusal {
  readonly case: string
  readonly request: { readonly method: string; readonly path: string } | null
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: { readonly message: string; readonly [field: string]: unknown } | string
  }
}

export function readRefusals(): readonly Refusal[] {
  return readLines('refusals.jsonl.gz').map((line) => JSON.parse(line) as Refusal)
}

function readLines(file: string): readonly string[] {
  return gunzipSync(readFileSync(`${ROOT}${file}`))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
}
