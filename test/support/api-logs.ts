/** The logs of containers, which a real API server passes on from the kubelet. */
import type { ServerResponse } from 'node:http'
import { type Answer, badRequest } from './api-answers.ts'
import type { Asked } from './api-selection.ts'

export interface Logs {
  /** Appends to the log of a container, and sends it to all followers. @param place `NAMESPACE/POD/CONTAINER` */
  write(place: string, text: string): void
  /** Ends the container. All followers get the end of the log. */
  end(place: string): void
  /** Restarts the container. The log so far becomes the previous one. */
  restart(place: string): void
  /** Handles a request. @returns an error response; undefined when the log is being sent */
  serve(asked: Asked, query: URLSearchParams, response: ServerResponse): Answer | undefined
}

interface Log {
  text: string
  over: boolean
  readonly followers: Set<ServerResponse>
}

export function createLogs(): Logs {
  const current = new Map<string, Log>()
  const previous = new Map<string, Log>()
  const open = (place: string): Log => {
    const log = current.get(place) ?? { text: '', over: false, followers: new Set() }
    current.set(place, log)
    return log
  }
  const end = (place: string): void => {
    const log = open(place)
    log.over = true
    for (const response of log.followers) response.end()
    log.followers.clear()
  }
  return {
    write(place, text) {
      const log = open(place)
      log.text += text
      for (const response of log.followers) response.write(text)
    },
    end,
    restart(place) {
      end(place)
      previous.set(place, open(place))
      current.delete(place)
    },
    serve({ namespace = '', name = '' }, query, response) {
      const container = query.get('container') ?? ''
      const before = query.get('previous') === 'true'
      const log = (before ? previous : current).get(`${namespace}/${name}/${container}`)
      // The texts are from pkg/registry/core/pod/strategy.go and pkg/kubelet/kubelet_pods.go.
      if (log === undefined) {
        return before
          ? badRequest(`previous terminated container "${container}" in pod "${name}" not found`)
          : badRequest(`container "${container}" in pod "${name}" is waiting to start: PodInitializing`)
      }
      response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
      const bytes = Number(query.get('limitBytes') ?? Infinity)
      const lines = query.get('tailLines')
      const text =
        lines === null
          ? log.text.slice(0, bytes)
          : log.text
              .split('\n')
              .slice(-Number(lines) - 1)
              .join('\n')
      if (query.get('follow') !== 'true' || log.over) return void response.end(text)
      response.write(text)
      log.followers.add(response)
      response.on('close', () => log.followers.delete(response))
      return undefined
    },
  }
}
