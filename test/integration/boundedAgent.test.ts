import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { request } from 'undici';
import { createBoundedAgent } from '../../server/platform/boundedAgent.ts';
import { connectionTrouble } from '../../server/platform/connectionTrouble.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const answerWith = async (listener: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await serve(createServer(listener))}`;

/** @returns what went wrong, in words for people; null when nothing did, or it passes by itself */
async function troubleOf(url: string, deadlineMs = 20_000): Promise<string | null> {
  try {
    const response = await request(url, { dispatcher: createBoundedAgent({ deadlineMs, maxBytes: 1_000_000 }) });
    await response.body.text();
    return null;
  } catch (error) {
    return connectionTrouble(error) ?? `unnamed: ${String(error)}`;
  }
}

async function tlsServer(notAfter: Date, name = '127.0.0.1'): Promise<string> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() - 86_400_000 * 30),
    notAfterDate: notAfter,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  const server = createTlsServer({ cert: made.cert, key: made.private }, (_req, res) => res.end('secret'));
  return `https://127.0.0.1:${await serve(server as unknown as Server)}`;
}

describe('connections to other systems', () => {
  it('end when the whole answer does not come in time, however steadily it drips', async () => {
    let dripped = 0;
    const url = await answerWith((_req, res) => {
      const timer = setInterval(() => {
        dripped += 1;
        res.write('.');
      }, 20);
      res.once('close', () => clearInterval(timer));
    });
    // Only the timer of the deadline: sockets go on, and it drips by an interval.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let trouble: string | null = null;
    const ended = troubleOf(url, 400).then((told) => (trouble = told));
    while (dripped < 5) await new Promise((done) => setImmediate(done));
    await vi.advanceTimersByTimeAsync(399);
    expect(trouble).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toBe('no complete answer came within 0.4 s');
  });

  it('end when only headers come, and when nothing comes', async () => {
    const headersOnly = await answerWith(
      (_req, res) => void res.writeHead(200, { 'content-length': 100 }).flushHeaders(),
    );
    expect(await troubleOf(headersOnly, 400)).toBe('no complete answer came within 0.4 s');
    expect(await troubleOf(await answerWith(() => {}), 400)).toBe('no complete answer came within 0.4 s');
  });

  it('end when the answer is too large, without taking it all in', async () => {
    let sent = 0;
    const url = await answerWith((_req, res) => {
      const more = (): void => {
        while (!res.destroyed && sent < 100_000_000) {
          sent += 100_000;
          if (!res.write(Buffer.alloc(100_000))) return void res.once('drain', more);
        }
      };
      more();
    });
    expect(await troubleOf(url)).toBe('the answer is larger than 1 MB');
    expect(sent).toBeLessThan(50_000_000);
  });

  it('let an answer within the bounds through', async () => {
    expect(await troubleOf(await answerWith((_req, res) => void res.end('x'.repeat(999_000))))).toBeNull();
  });

  it('are not made to whom the machine does not trust, even where that is switched off', async () => {
    const untrusted = await tlsServer(new Date(Date.now() + 86_400_000));
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await troubleOf(untrusted)).toMatch(/^its TLS certificate is not signed by an authority/);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('are not made to whose certificate has expired', async () => {
    const expired = await tlsServer(new Date(Date.now() - 86_400_000));
    expect(await troubleOf(expired)).toMatch(/so nothing is sent to it$/);
  });

  it('say that a name is not known', async () => {
    expect(await troubleOf('http://nowhere.invalid/')).toMatch(/^its name (is not known|cannot be looked up now)/);
  });
});
