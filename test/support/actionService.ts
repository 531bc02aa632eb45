import express from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asked = { operation: string; body: Record<string, unknown> };
type Reply = { status: number; body: unknown } | 'never';

/** The backend as far as the flows know it, answering whatever a test wants: also what the real one never would. */
export type ActionService = {
  url: string;
  secret: { clientId: string; secret: string };
  asked: Asked[];
  tokens: number;
  /** How an operation answers from now on; the last of several stays. */
  reply(operation: string, ...replies: Reply[]): void;
  /** The token in use is refused from now on, and so is every secret but this. */
  rotate(secret: string): void;
  close(): Promise<void>;
};

export async function startActionService(): Promise<ActionService> {
  const app = express();
  const replies = new Map<string, Reply[]>();
  let good = '';
  app.post('/oauth/token', express.urlencoded({ extended: false }), (req, res) => {
    const { client_id, client_secret, scope } = req.body as Record<string, string>;
    if (client_id !== service.secret.clientId || client_secret !== service.secret.secret)
      return void res.status(401).json({ error: 'invalid_client' });
    if (scope !== 'billing.read billing.act') return void res.status(400).json({ error: 'invalid_scope' });
    good = `token-${++service.tokens}`;
    res.json({ access_token: good, token_type: 'Bearer', expires_in: 900 });
  });
  app.post('/actions/:operation', express.json(), (req, res) => {
    const { operation } = req.params as { operation: string };
    if (req.headers.authorization !== `Bearer ${good}`)
      return void res.status(401).json({ code: 'token_refused', message: 'The org could not prove who it is.' });
    service.asked.push({ operation, body: req.body as Record<string, unknown> });
    const waiting = replies.get(operation) ?? [];
    const reply = waiting.length > 1 ? waiting.shift()! : waiting[0]!;
    if (reply === 'never') return;
    res.status(reply.status);
    if (typeof reply.body === 'string') res.type('html').send(reply.body);
    else res.json(reply.body);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service: ActionService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: { clientId: 'org-client', secret: 'first-secret' },
    asked: [],
    tokens: 0,
    reply: (operation, ...list) => void replies.set(operation, list),
    rotate: (secret) => {
      good = '';
      service.secret = { ...service.secret, secret };
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}
