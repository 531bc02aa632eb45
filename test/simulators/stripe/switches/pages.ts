import type { Express } from 'express';
import { moneyText } from '../invoices/lines.ts';
import type { Invoice } from '../protocol/wire.ts';
import type { Tables, World } from '../world.ts';
import { escaped, show } from './html.ts';

const asJson = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

/** Where the dashboard has a page for an object (paths as dashboard.stripe.com has them). */
const dashboard: Record<string, readonly (keyof Tables)[]> = {
  customers: ['customers'],
  subscriptions: ['subscriptions'],
  invoices: ['invoices'],
  payments: ['paymentIntents', 'charges'],
};

/** Plain pages behind the links that people follow out of Salesforce: the dashboard's and the hosted invoice. */
export function addPages(app: Express, world: World): void {
  app.get(['/:kind/:id', '/test/:kind/:id'], (req, res, next) => {
    const { kind, id } = req.params as { kind: string; id: string };
    const tables = Object.hasOwn(dashboard, kind) ? dashboard[kind] : undefined;
    if (!tables) return next();
    const found = tables.map((table) => world.find(table, id)).find((row) => row !== undefined);
    if (!found) return void res.status(404).type('text').send('There is no such object in the simulated Stripe.');
    return show(res, `${found.object} ${found.id}`, asJson(found));
  });
  app.get('/i/:account/:key', (req, res) => {
    const invoice: Invoice | undefined = world.find('invoices', `in_${req.params.key.replace(/^test_/, '')}`);
    if (!invoice) return void res.status(404).type('text').send('This invoice does not exist.');
    const lines = world.state.lines[invoice.id] ?? [];
    const row = (text: string, amount: number) =>
      `<tr><td>${escaped(text)}</td><td>${escaped(moneyText(amount, invoice.currency))}</td></tr>`;
    return show(
      res,
      `Invoice ${invoice.number}`,
      `<p>${escaped(invoice.customer_name ?? '')} · ${escaped(invoice.status ?? '')}</p><table>${lines
        .map((line) => row(line.description ?? '', line.amount))
        .join('')}${row('Amount due', invoice.amount_due)}${row('Remaining', invoice.amount_remaining)}</table>`,
    );
  });
}
