// The voting application in one file without packages: `node app.mjs redis|postgres|worker|vote|result`.
// The roles are small HTTP servers and clients of each other. Like many real programs, a role whose dependency is missing at its
// start prints that and exits with 1. It relies on the right order of starts.
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// A kubelet probes the pod's address, so the image sets 0.0.0.0. On a workstation the port should not be open to the network.
const address = process.env.VOTING_LISTEN ?? '127.0.0.1'
// The name is not REDIS_PORT, which Kubernetes sets to a URL in every pod of a namespace that has a Service named redis.
const redisPort = Number(process.env.VOTING_REDIS_PORT ?? 27431)
const postgresPort = Number(process.env.VOTING_POSTGRES_PORT ?? 27432)
const workerPort = Number(process.env.VOTING_WORKER_PORT ?? 27433)
const votePort = Number(process.env.VOTING_VOTE_PORT ?? 27434)
const postgresStartupMs = Number(process.env.VOTING_POSTGRES_STARTUP_MS ?? 2500)

const roles = { redis, postgres, worker, vote, result }

const form =
  '<form method="post"><button name="vote" value="cats">Cats</button><button name="vote" value="dogs">Dogs</button></form>'
const ballots = ['cats', 'dogs', 'cats', 'cats', 'dogs']

/** A list of votes: `/push/cats` answers with its length, `/pop` with the oldest vote, or nothing. */
async function redis() {
  const votes = []
  await serve(redisPort, (verb, choice) => {
    if (verb === 'push') return votes.push(choice)
    if (verb === 'pop') return votes.shift() ?? ''
    return `${votes.length} votes queued`
  })
}

/** A table of counts: `/add/cats` answers with the new count, `/tally` with all of them. Slow to come up. */
async function postgres() {
  say('recovering the database, this takes a while')
  await sleep(postgresStartupMs)
  const tally = { cats: 0, dogs: 0 }
  await serve(postgresPort, (verb, choice) => {
    if (verb === 'add') return (tally[choice] += 1)
    return JSON.stringify(tally)
  })
}

/** Moves votes from redis to postgres; listens only to tell whether it is up. */
async function worker() {
  await need('redis', redisPort)
  await need('postgres', postgresPort)
  await serve(workerPort, () => 'ok')
  for (;;) {
    const choice = await insist(redisPort, 'pop')
    if (choice === '') await sleep(50)
    else await insist(postgresPort, `add/${choice}`)
  }
}

/** The web page: GET shows the form, POST `vote=cats` queues a vote. */
async function vote() {
  await need('redis', redisPort)
  await serve(votePort, async (_verb, _choice, body) => {
    const choice = new URLSearchParams(body).get('vote')
    if (choice === null) return form
    if (!ballots.includes(choice)) throw new Error(`nobody can vote for ${choice}`)
    return `thank you, ${await ask(redisPort, `push/${choice}`)} in the queue`
  })
}

/** Casts a few votes, waits until they have gone all the way to postgres, prints the tally and ends. */
async function result() {
  await need('postgres', postgresPort)
  await need('vote', votePort)
  for (const choice of ballots) await ask(votePort, '', { method: 'POST', body: `vote=${choice}` })
  say(`${ballots.length} votes cast`)
  for (;;) {
    const { cats, dogs } = JSON.parse(await ask(postgresPort, 'tally'))
    if (cats + dogs >= ballots.length) return say(`cats ${cats}, dogs ${dogs}`)
    await sleep(50)
  }
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

/** Answers `/verb/choice` by `answer(verb, choice, body)`, and 500 with the reason when that throws. */
async function serve(port, answer) {
  const server = createServer(async (request, response) => {
    try {
      let body = ''
      for await (const chunk of request) body += chunk
      const [, verb, choice] = request.url.split('/')
      response.end(`${await answer(verb, choice, body)}\n`)
    } catch (error) {
      response.writeHead(500).end(`${error.message}\n`)
    }
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, address, resolve))
  say(`listening on port ${port}`)
}

async function ask(port, path, request = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, request)
  const text = (await answer.text()).trim()
  if (!answer.ok) throw new Error(`port ${port} answered ${answer.status}: ${text}`)
  return text
}

/** At the start there is one try and no second. */
async function need(name, port) {
  try {
    await ask(port, '')
  } catch (error) {
    throw new Error(`cannot reach ${name} on port ${port}: ${error.cause?.code ?? error.message}`, { cause: error })
  }
  say(`connected to ${name}`)
}

/** Later on a store may go away for a while; a vote that is on its way must not be lost for that. */
async function insist(port, path) {
  for (;;) {
    try {
      return await ask(port, path)
    } catch {
      await sleep(100)
    }
  }
}

process.once('SIGTERM', () => {
  say('stopped')
  process.exit(0)
})

const role = process.argv[2] ?? ''
if (!Object.hasOwn(roles, role)) {
  process.stderr.write(`app.mjs: "${role}" is no role; one of ${Object.keys(roles).join(', ')}\n`)
  process.exit(2)
}
try {
  await roles[role]()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
