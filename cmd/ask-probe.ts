/** Runs a container's own probe from inside it: loaded only on demand. */
import { PLATFORM_COMMANDS } from '../src/image/platform-commands.ts'
import type { ProbeResult } from '../src/probe/probe.ts'
import { probeFromFlag } from '../src/probe/probe-flag.ts'
import { createProber } from '../src/probe/prober.io.ts'

/** @param text JSON of a probe */
export async function askProbe(text: string): Promise<ProbeResult | { readonly problem: string }> {
  const parsed = probeFromFlag('ready-probe', text)
  if ('problem' in parsed) return parsed
  // A probe's command gets the container's own environment.
  delete process.env[PLATFORM_COMMANDS]
  return createProber().probe(parsed.probe, new AbortController().signal)
}
