import { request, type Dispatcher } from 'undici';
import Stripe from 'stripe';
import { Fault } from '../../domain/fault.ts';
import type { UpstreamGate, UpstreamSignal } from '../../workflows/ports/upstream.ts';
import { toStripeOutage, waitOf } from './errors.ts';
import { ALL_CALLS, endpointOf } from './limits.ts';

type Answer = { status: number; headers: Record<string, string>; body: unknown };

/** Codes of connections that were closed while idle; the SDK repeats such a call once, POSTs with their idempotency key. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function wasClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CLOSED.has(String(error.code));
}

/** What an answer says about the next calls (Stripe docs, "Rate limits"). */
export function stripeSignal({ status, headers, body }: Answer, endpoint: string): UpstreamSignal {
  if (status >= 500 && status !== 501) return { kind: 'outage' };
  if (status !== 429) return { kind: 'answered' };
  const reason = headers['stripe-rate-limited-reason'] ?? '';
  const code = (body as { error?: { code?: unknown } }).error?.code;
  // Somebody else works on the same object: that is no matter of how many calls there are.
  if (code === 'lock_timeout') return { kind: 'answered' };
  return {
    kind: 'slow_down',
    limit: /^(endpoint|resource)/.test(reason) ? endpoint : ALL_CALLS,
    waitMs: waitOf(headers),
  };
}

/** What the SDK needs to see a refusal for too many calls in. */
const TOO_MANY = { error: { type: 'api_error', message: 'Too many calls.' } };

function hasError(body: object): boolean {
  return 'error' in body && typeof body.error === 'object' && body.error !== null;
}

/** @throws Error when it is no JSON object, which says nothing about what was asked for */
async function read(response: Dispatcher.ResponseData): Promise<Answer> {
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  const text = await response.body.text();
  if (!(headers['content-type'] ?? '').includes('json')) throw new Error('The answer is no JSON.');
  const body = JSON.parse(text) as unknown;
  if (typeof body !== 'object' || body === null) throw new Error('The answer is no JSON object.');
  const { statusCode: status } = response;
  if (status < 400 || hasError(body)) return { status, headers, body };
  // Stripe's refusals always name an error; the SDK takes one without for success, whatever its status.
  if (status === 429) return { status, headers, body: TOO_MANY };
  throw new Error(`The answer (${status}) names no error.`);
}

/**
 * The transport of the SDK: each call waits for its turn at the gate, ends in time and in size, and is an outage unless
 * its answer can be read to the end.
 */
export function createStripeHttpClient(gate: UpstreamGate, agent: Dispatcher): Stripe.HttpClient {
  return {
    getClientName: () => 'undici',
    async makeRequest(host, port, path, method, headers, requestData, protocol) {
      const endpoint = endpointOf(method, path);
      const call = async (): Promise<Answer> => {
        try {
          const response = await request(`${protocol}://${host}:${port}${path}`, {
            dispatcher: agent,
            method: method as Dispatcher.HttpMethod,
            headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
            body: method === 'GET' ? null : requestData,
          });
          return await read(response);
        } catch (error) {
          const fault = toStripeOutage(error);
          throw wasClosed(error)
            ? Object.assign(new Error(fault.message, { cause: fault }), { code: 'ECONNRESET' })
            : fault;
        }
      };
      const answer = await gate.run(endpoint, call, (one) => stripeSignal(one, endpoint));
      return {
        getStatusCode: () => answer.status,
        getHeaders: () => answer.headers,
        getRawResponse: () => answer,
        toStream: () => {
          throw new Fault({ code: 'stripe_failed', kind: 'bug', publicText: 'Files of Stripe are not read.' });
        },
        toJSON: () => Promise.resolve(answer.body),
      };
    },
  };
}
