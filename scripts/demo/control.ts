import express from 'express';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';

/** A billing account with what can be done to it. */
export type Controllable = {
  account: string;
  pageUrl: string;
  system: 'Stripe' | 'Zuora';
  /** Customer id in Stripe, account number in Zuora. */
  number: string;
  name: string;
  subscriptions: { number: string; plan: string; quantity: number; status: string }[];
};

type Systems = { Stripe: string; Zuora: string };

export const actions = ['fail-payment', 'pay-invoice', 'upgrade', 'cancel', 'record-usage'] as const;
type Action = (typeof actions)[number];

/** The call of a simulator that carries out an action on a billing account. */
export function simulatorCall(action: Action, target: Controllable): { path: string; body: Record<string, unknown> } {
  const owner = target.system === 'Stripe' ? { customer: target.number } : { account: target.number };
  const live = target.subscriptions.find((one) => !['Canceled', 'Expired', 'Removed'].includes(one.status));
  const subscription = { subscription: live?.number };
  const path = `/__sim/act/${action}`;
  switch (action) {
    case 'fail-payment':
    case 'pay-invoice':
      return { path, body: owner };
    case 'upgrade':
      return { path, body: { ...subscription, quantity: (live?.quantity ?? 0) + 5 } };
    case 'cancel':
      return { path, body: subscription };
    case 'record-usage':
      return {
        path,
        body:
          target.system === 'Stripe'
            ? { ...owner, meter: 'api_calls', value: 20_000 }
            : { ...owner, uom: 'GB', quantity: 2_000 },
      };
  }
}

/** The same as a line for a terminal. */
export function curlLine(systems: Systems, action: Action, target: Controllable): string {
  const { path, body } = simulatorCall(action, target);
  return `curl -sX POST ${systems[target.system]}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}

/**
 * A page with a button for everything that can happen in the billing systems, and for a rule of the org.
 * @param refuseRows switches a rule of the org that refuses rows on and off
 */
export async function startControl(
  port: number,
  systems: Systems,
  list: () => Promise<Controllable[]>,
  refuseRows: (active: boolean) => Promise<void>,
): Promise<{ url: string; server: Server }> {
  const app = express();
  app.use(express.json());
  const page = readFileSync(join(import.meta.dirname, 'control.html'), 'utf8');
  app.get('/', (_req, res) => void res.type('html').send(page));
  app.get('/favicon.ico', (_req, res) => void res.status(204).end());
  app.get('/accounts', async (_req, res) => {
    const accounts = await list();
    res.json(
      accounts.map((account) => ({
        ...account,
        curl: Object.fromEntries(actions.map((action) => [action, curlLine(systems, action, account)])),
      })),
    );
  });
  app.post('/act', async (req, res) => {
    const { action, number } = req.body as { action: Action; number: string };
    const target = (await list()).find((one) => one.number === number);
    if (!target || !actions.includes(action))
      return void res.status(400).json({ message: 'Unknown account or action.' });
    const { path, body } = simulatorCall(action, target);
    const response = await fetch(`${systems[target.system]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    res
      .status(response.status)
      .type('json')
      .send(await response.text());
  });
  app.post('/rule', async (req, res) => {
    const { active } = req.body as { active: unknown };
    if (typeof active !== 'boolean') return void res.status(400).json({ message: 'active is true or false.' });
    await refuseRows(active);
    res.json({ active });
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${port}`, server };
}
