import type { Connection, HttpRequest, HttpResponse } from 'jsforce';
import { Duplex } from 'node:stream';
import type { AccessToken, SharedToken, UpstreamGate } from '../../workflows/ports/upstream.ts';
import { REQUESTS, salesforceSignal } from './limits.ts';

type Transport = Connection['_transport'];

function signed(request: HttpRequest, { value }: AccessToken): HttpRequest {
  const { Authorization: _own, ...headers } = request.headers ?? {};
  return { ...request, headers: { ...headers, Authorization: `Bearer ${value}` } };
}

/** Salesforce carried nothing out: the session has ended. Any other 401 is no matter of the session. */
function hasEnded({ statusCode, body }: HttpResponse): boolean {
  return statusCode === 401 && typeof body === 'string' && body.includes('INVALID_SESSION_ID');
}

/**
 * Sends each request with the session that all processes share, when it is its turn. One that is refused because the
 * session has ended is sent once more with a new session, and never again: jsforce itself would go on for ever.
 */
export function withSharedSession(transport: Transport, token: SharedToken, gate: UpstreamGate): Transport {
  const send = async (request: HttpRequest, options: unknown): Promise<HttpResponse> => {
    const first = await token.current();
    const once = (session: AccessToken): Promise<HttpResponse> =>
      gate.run(
        REQUESTS,
        async () => transport.httpRequest(signed(request, session), options as object),
        salesforceSignal,
      );
    const answer = await once(first);
    return hasEnded(answer) ? once(await token.current(first.value)) : answer;
  };
  const shared = {
    httpRequest: (request: HttpRequest, options?: object) =>
      // jsforce offers answers as streams too; the server reads none so.
      Object.assign(send(request, options), {
        stream: () => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }),
      }),
  };
  return shared as unknown as Transport;
}
