// An application for votes: `node app.mjs redis|postgres|worker|vote`. Each role waits for its dependency without a limit, and listens
// only then. Until then its livenessProbe fails.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// A kubelet probes the pod's address, so the image sets 0.0.0.0. On a workstation the port should not be open to the network.
const address = process.env.SHOP_LISTEN ?? '127.0.0.1'
const ports = {
  redis: Number(process.env.SHOP_REDIS_PORT ?? 26379),
  postgres: Number(process.env.SHOP_POSTGRES_PORT ?? 25432),
  worker: Number(process.env.SHOP_WORKER_PORT ?? 28081),
  vote: Number(process.env.SHOP_VOTE_PORT ?? 28080),
}
const postgresStartupMs = Number(process.env.SHOP_POSTGRES_STARTUP_MS ?? 9000)

const roles = { redis, postgres, worker, vote }

/** `/push/cats` puts a vote into the queue, `/pop` answers with the oldest, or nothing. */
async function redis() {
  const votes = []
  await serve('redis', (verb, choice) =>
    verb === 'push' ? votes.push(choice) : verb === 'pop' ? votes.shift() : votes.length,
  )
}

/** `/add/cats` counts a vote, `/tally` answers with all counts. It needs redis for nothing but the story. */
async function postgres() {
  await need('redis')
  say('recovering the database, this takes a while')
  await sleep(postgresStartupMs)
  const tally = {}
  await serve('postgres', (verb, choice) => {
    if (verb === 'add') tally[choice] = (tally[choice] ?? 0) + 1
    return JSON.stringify(tally)
  })
}

/** Moves votes from redis to postgres. */
async function worker() {
  await need('postgres')
  await serve('worker', () => 'ok')
  for (;;) {
    const choice = await ask('redis', 'pop')
    if (choice === '') await sleep(50)
    else await ask('postgres', `add/${choice}`)
  }
}

/** Puts three votes into the queue, and ends when they have gone all the way. */
async function vote() {
  await need('worker')
  await serve('vote', () => 'ok')
  for (const choice of ['cats', 'dogs', 'cats']) await ask('redis', `push/${choice}`)
  for (;;) {
    const { cats = 0, dogs = 0 } = JSON.parse(await ask('postgres', 'tally'))
    if (cats + dogs >= 3) break
    await sleep(50)
  }
  say(`cats and dogs: ${await ask('postgres', 'tally')}`)
  process.exit(0)
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

async function serve(role, answer) {
  const server = createServer((request, response) => {
    const [, verb, choice] = request.url.split('/')
    response.end(String(answer(verb, choice) ?? ''))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(ports[role], address, resolve))
  say(`${role} listens on port ${ports[role]}`)
}

async function ask(role, path) {
  const answer = await fetch(`http://127.0.0.1:${ports[role]}/${path}`)
  return answer.text()
}

/** For as long as it takes. */
async function need(role) {
  for (;;) {
    try {
      await ask(role, '')
      return say(`connected to ${role}`)
    } catch {
      await sleep(200)
    }
  }
}

process.once('SIGTERM', () => process.exit(143))
await roles[process.argv[2]]()
