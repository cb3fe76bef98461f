/** The webhook's metrics in the text format 0.0.4 of Prometheus. Pure except for its state. */
import { version } from '../base/version.ts'

/** `refused`: overload. `malformed`: not a review. `failed`: an internal error. */
export const RESULTS = ['rewritten', 'unchanged', 'denied', 'malformed', 'refused', 'failed'] as const
export type Result = (typeof RESULTS)[number]

export interface WebhookGauges {
  readonly inFlight: number
  readonly connections: number
  /** Unix seconds; undefined without a certificate. */
  readonly certificateExpiry: number | undefined
}

export interface WebhookMetrics {
  /** @param ms from the request's headers to the answer */
  countReview(result: Result, ms: number): void
  /** Counts image lookups. */
  countLookups(found: number, failed: number): void
  write(gauges: WebhookGauges): string
}

/** Upper bounds in seconds; the API server's timeout is usually 10. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createWebhookMetrics(): WebhookMetrics {
  const reviews = new Map<Result, number>(RESULTS.map((result) => [result, 0]))
  const buckets = BUCKETS.map(() => 0)
  const lookups = { found: 0, failed: 0 }
  let count = 0
  let seconds = 0
  return {
    countReview(result, ms) {
      reviews.set(result, (reviews.get(result) ?? 0) + 1)
      count++
      seconds += ms / 1000
      BUCKETS.forEach((bound, index) => {
        if (ms / 1000 <= bound) buckets[index] = (buckets[index] ?? 0) + 1
      })
    },
    countLookups(found, failed) {
      lookups.found += found
      lookups.failed += failed
    },
    write: ({ inFlight, connections, certificateExpiry }) =>
      [
        ...head('podorder_build_info', 'gauge', 'The version that runs.'),
        `podorder_build_info{version="${version}"} 1`,
        ...head('podorder_admissions_total', 'counter', 'Admission reviews by what became of them.'),
        ...[...reviews].map(([result, value]) => `podorder_admissions_total{result="${result}"} ${value}`),
        ...head('podorder_admission_duration_seconds', 'histogram', 'From the headers of a review to its answer.'),
        ...BUCKETS.map((le, index) => `podorder_admission_duration_seconds_bucket{le="${le}"} ${buckets[index]}`),
        `podorder_admission_duration_seconds_bucket{le="+Inf"} ${count}`,
        `podorder_admission_duration_seconds_sum ${seconds}`,
        `podorder_admission_duration_seconds_count ${count}`,
        ...head('podorder_lookups_total', 'counter', 'Images whose command was looked up.'),
        ...Object.entries(lookups).map(([result, value]) => `podorder_lookups_total{result="${result}"} ${value}`),
        ...head('podorder_admissions_in_flight', 'gauge', 'Reviews that are being answered.'),
        `podorder_admissions_in_flight ${inFlight}`,
        ...head('podorder_connections', 'gauge', 'TLS connections that are open.'),
        `podorder_connections ${connections}`,
        ...(certificateExpiry === undefined
          ? []
          : [
              ...head('podorder_certificate_expiry_timestamp_seconds', 'gauge', 'When the serving certificate ends.'),
              `podorder_certificate_expiry_timestamp_seconds ${certificateExpiry}`,
            ]),
        '',
      ].join('\n'),
  }
}

function head(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}
