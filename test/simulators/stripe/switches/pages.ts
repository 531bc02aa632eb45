import type { Express } from 'express';
import type { Tables } from '../state.ts';
import type { World } from '../world.ts';
import { escaped, show } from './html.ts';

const asJson = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

/** Where the dashboard has a page for an object (paths as dashboard.stripe.com has them). */
const dashboard: Record<string, readonly (keyof Tables)[]> = {
  customers: ['customers'],
  subscriptions: ['subscriptions'],
  invoices: ['invoices'],
  payments: ['paymentIntents', 'charges'],
};

/** Plain pages behind the links that people follow out of Salesforce: the dashboard's. */
export function addPages(app: Express, world: World): void {
  app.get(['/:kind/:id', '/test/:kind/:id'], (req, res, next) => {
    const { kind, id } = req.params as { kind: string; id: string };
    const tables = Object.hasOwn(dashboard, kind) ? dashboard[kind] : undefined;
    if (!tables) return next();
    const found = tables.map((table) => world.find(table, id)).find((row) => row !== undefined);
    if (!found) return void res.status(404).type('text').send('There is no such object in the simulated Stripe.');
    return show(res, `${found.object} ${found.id}`, asJson(found));
  });
}
