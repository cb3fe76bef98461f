/**
 * The two messages of gRPC's health protocol (grpc.health.v1): a request with a string field, an answer with an enum field. A gRPC
 * library would be larger than the rest of the wrapper. Pure.
 */
import type { ProbeResult } from './probe.ts'

/** Messages for a connection that ended before an HTTP/2 response. */
export const NO_HEALTH_ANSWER = 'no answer came; is it a gRPC server, without TLS?'
export const NO_SECURE_ANSWER = 'no answer came; is it a gRPC server, with TLS?'

export const HEALTH_CHECK_PATH = '/grpc.health.v1.Health/Check'

/** The answer; `grpc-status` and `grpc-message` are trailers, or headers of an answer without a body. */
export interface HealthAnswer {
  /** undefined: the connection ended first. */
  readonly httpStatus: number | undefined
  readonly grpcStatus: string | undefined
  readonly grpcMessage: string | undefined
  readonly body: Uint8Array
}

/** Field 1, length-delimited (HealthCheckRequest.service) or varint (HealthCheckResponse.status). */
const TAG_SERVICE = 0x0a
const TAG_STATUS = 0x08
/** The prefix of each gRPC message: a byte for compression, and the length as 32 bits, big-endian. */
const PREFIX_BYTES = 5

/** HealthCheckResponse.ServingStatus, by number. */
const SERVING_STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const

const GRPC_OK = '0'
const GRPC_NOT_FOUND = '5'
const GRPC_UNIMPLEMENTED = '12'

/** @param service in UTF-8; empty for the whole server. */
export function encodeHealthCheck(service: Uint8Array): Uint8Array {
  const field = service.length === 0 ? [] : [TAG_SERVICE, ...encodeVarint(service.length), ...service]
  const length = field.length
  return Uint8Array.of(0, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff, ...field)
}

function encodeVarint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeVarint(value >>> 7)]
}

/** Only SERVING is success (pkg/probe/grpc/grpc.go). The reasons are for the author of the probe. @param noAnswer the reason without an answer */
export function judgeHealth(answer: HealthAnswer, service: string, noAnswer: string): ProbeResult {
  const { httpStatus, grpcStatus, grpcMessage, body } = answer
  if (httpStatus === undefined) return { ok: false, why: noAnswer }
  if (grpcStatus === undefined)
    return { ok: false, why: `HTTP status ${httpStatus} without a gRPC status: not a gRPC server` }
  switch (grpcStatus) {
    case GRPC_OK: {
      const status = decodeStatus(body)
      if (status === 'SERVING') return { ok: true }
      return {
        ok: false,
        why: status === undefined ? 'the health check’s answer is not readable' : `the service is ${status}`,
      }
    }
    case GRPC_UNIMPLEMENTED:
      return { ok: false, why: 'the server does not implement the gRPC health protocol (grpc.health.v1.Health)' }
    case GRPC_NOT_FOUND:
      return { ok: false, why: `the server’s health check knows no service "${service}"` }
    default:
      return {
        ok: false,
        why: `the health check failed with gRPC status ${grpcStatus}${grpcMessage === undefined ? '' : `: ${grpcMessage}`}`,
      }
  }
}

/** @returns undefined when it is not a HealthCheckResponse. A missing field has its default, 0. */
function decodeStatus(body: Uint8Array): (typeof SERVING_STATUS)[number] | undefined {
  if (body.length < PREFIX_BYTES || body[0] !== 0) return undefined
  if (body.length === PREFIX_BYTES) return 'UNKNOWN'
  return body[PREFIX_BYTES] === TAG_STATUS ? SERVING_STATUS[body[PREFIX_BYTES + 1] ?? -1] : undefined
}
