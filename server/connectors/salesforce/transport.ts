import type { Connection, HttpRequest, HttpResponse } from 'jsforce';
import { Duplex } from 'node:stream';
import { withDeadline } from './deadline.ts';

type Transport = Connection['_transport'];

/** Above this a call counts as unanswered, in ms. A write that lands later is refused by its row version. */
const DEADLINE_MS = 60_000;
/** No answer that the server asks for is nearly as long, in bytes. */
const MOST_BYTES = 64_000_000;

/**
 * How jsforce sends: each request once, redirects not followed, the answer whole or not at all. Its own transport repeats
 * what looks safe to it, waits half an hour, and lets the process die when a connection ends in the middle of an answer.
 */
export function createTransport(): Transport {
  const transport = {
    httpRequest(request: HttpRequest) {
      const answer = withDeadline(send(request), DEADLINE_MS);
      // jsforce offers answers as streams too; the server reads none so.
      return Object.assign(answer, {
        stream: () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }),
      });
    },
  };
  return transport as unknown as Transport;
}

async function send({ url, method, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
  const { 'content-length': _counted, ...others } = headers;
  const response = await fetch(url, {
    method,
    headers: others,
    ...(body === undefined || body === null ? {} : { body: body as string }),
    redirect: 'manual',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await textOf(response),
  };
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Error(`The answer is longer than ${MOST_BYTES / 1_000_000} MB.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
