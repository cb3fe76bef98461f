/** Runs the HTTPS server with low limits for tests, on Node or Bun. Its arguments are the limits as JSON, the certificate and the key. */
import { readFileSync } from 'node:fs'
import { type SecureLimits, serveSecurely } from '../../src/webhook/secure.io.ts'

const [limits = '', certificate = '', key = ''] = process.argv.slice(2)
let held = 0
const server = await serveSecurely({
  port: 0,
  limits: JSON.parse(limits) as SecureLimits,
  credentials: { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') },
  answer: async ({ path, body, cancel }) => {
    if (path === '/hold') {
      process.stdout.write(`held ${++held}\n`)
      await new Promise((resolve) => cancel.addEventListener('abort', resolve))
      process.stdout.write(`let go ${held--}\n`)
    }
    return { status: 200, type: 'text/plain', text: `${body.length} bytes\n` }
  },
  onRefused: (status) => void process.stdout.write(`refused ${status}\n`),
})
process.stdout.write(`port ${server.port}\n`)
let said = 0
setInterval(() => {
  const { inFlight } = server.state
  if (inFlight !== said) process.stdout.write(`in flight ${(said = inFlight)}\n`)
}, 5)
