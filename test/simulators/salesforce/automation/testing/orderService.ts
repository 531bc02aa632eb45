import express from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fixture's External Service calls: a token endpoint and one operation, with what they were asked. */
export type OrderService = {
  url: string;
  asked: { path: string; authorization: string | undefined; body: unknown }[];
  /** How the operation answers. */
  answer: { status: number; body: unknown };
  /** The next call is answered 401, as when tokens were revoked. */
  revoke(): void;
  tokens: number;
  close(): Promise<void>;
};

export const SECRET = { clientId: 'org-client', clientSecret: 'org-secret' };

export async function startOrderService(): Promise<OrderService> {
  const app = express();
  let good = '';
  app.post('/token', express.urlencoded({ extended: false }), (req, res) => {
    const { grant_type, client_id, client_secret } = req.body as Record<string, string>;
    if (grant_type !== 'client_credentials' || client_id !== SECRET.clientId || client_secret !== SECRET.clientSecret)
      return void res.status(401).json({ error: 'invalid_client' });
    good = `token-${++service.tokens}`;
    res.json({ access_token: good, token_type: 'Bearer', expires_in: 900 });
  });
  app.post('/refresh', express.json(), (req, res) => {
    const { authorization } = req.headers;
    service.asked.push({ path: req.path, authorization, body: req.body });
    if (authorization !== `Bearer ${good}`) return void res.status(401).json({ message: 'no' });
    res.status(service.answer.status);
    if (typeof service.answer.body === 'string') res.type('html').send(service.answer.body);
    else res.json(service.answer.body);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const service: OrderService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: { status: 200, body: { changed: 3, message: 'Fresh.' } },
    revoke: () => {
      good = 'another one';
    },
    tokens: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}
