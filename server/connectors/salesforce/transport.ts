import type { Connection, HttpRequest, HttpResponse } from 'jsforce';
import { Duplex } from 'node:stream';
import { request } from 'undici';
import { createBoundedAgent } from '../../platform/boundedAgent.ts';

type Transport = Connection['_transport'];

/** A write that lands after its deadline is refused by its row version. No answer that the server asks for is as large. */
const BOUNDS = { deadlineMs: 60_000, maxBytes: 64_000_000 };

/**
 * How jsforce sends: each request once, redirects not followed, the answer whole or not at all, to nobody whose
 * certificate is not trusted. Its own transport repeats what looks safe to it, waits half an hour, and lets the process
 * die when a connection ends in the middle of an answer.
 */
export function createTransport(): Transport {
  const agent = createBoundedAgent(BOUNDS);
  async function send({ url, method, headers = {}, body }: HttpRequest): Promise<HttpResponse> {
    const { 'content-length': _counted, ...others } = headers;
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers: others,
      ...(body === undefined || body === null ? {} : { body: body as string }),
    });
    const entries = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return { statusCode: answer.statusCode, headers: Object.fromEntries(entries), body: await answer.body.text() };
  }
  const transport = {
    httpRequest: (request: HttpRequest) =>
      // jsforce offers answers as streams too; the server reads none so.
      Object.assign(send(request), {
        stream: () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }),
      }),
  };
  return transport as unknown as Transport;
}
