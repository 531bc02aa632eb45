/** What kind of failure this is; decides the HTTP status and whether trying again can help. */
export type FaultKind = 'invalid' | 'not_found' | 'conflict' | 'forbidden' | 'rate_limited' | 'unavailable' | 'bug';

export type FaultDetails = {
  /** Stable snake_case code, listed in docs/errors.md. */
  code: string;
  kind: FaultKind;
  /** Plain words for a person: what happened and what to do next; holds no secret and no personal data. */
  publicText: string;
  /** True when the same work may succeed later without anybody changing it. */
  retryable?: boolean;
  /** Least time to wait before a retry, in ms, as the other side asked. */
  retryAfterMs?: number;
  /** True when the other side may or may not have carried the write out. */
  outcomeUnknown?: boolean;
  /** True when the other side was not even asked, so that the try does not count. */
  notTried?: boolean;
  /** For logs only. */
  context?: Record<string, unknown>;
  cause?: unknown;
};

/** Between tries to read an answer that is not understood: it may be passing, but is not so within seconds. */
export const UNREADABLE_RETRY_MS = 60_000;

/** The one error type of the server. Provider errors become faults once, in connectors/<system>/errors.ts. */
export class Fault extends Error {
  readonly code: string;
  readonly kind: FaultKind;
  readonly publicText: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly outcomeUnknown: boolean;
  readonly notTried: boolean;
  readonly context: Record<string, unknown>;

  constructor(details: FaultDetails) {
    super(`${details.code}: ${details.publicText}`, { cause: details.cause });
    this.name = 'Fault';
    this.code = details.code;
    this.kind = details.kind;
    this.publicText = details.publicText;
    this.retryable = details.retryable ?? (details.kind === 'rate_limited' || details.kind === 'unavailable');
    this.retryAfterMs = details.retryAfterMs;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.notTried = details.notTried ?? false;
    this.context = details.context ?? {};
  }
}
