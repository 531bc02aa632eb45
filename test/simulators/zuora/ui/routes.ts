import express, { type Response } from 'express';
import type { Tenant } from '../tenant.ts';

const escape = (value: unknown): string =>
  String(value ?? '').replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

function send(res: Response, title: string, rows: readonly [string, unknown][]): void {
  const body = rows.map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`).join('');
  res
    .type('html')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title>` +
        `<h1>${escape(title)}</h1><p>Simulated Zuora</p><table>${body}</table></html>`,
    );
}

/** Pages that links into Zuora's own interface lead to; plain, for people who follow one in the demo. */
export function uiRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const { ctx } = tenant;
  const missing = (res: Response) => void res.status(404).type('html').send('<h1>Not found</h1>');
  router.get('/apps/CustomerAccount.do', (req, res) => {
    const account = tenant.data.accounts.find(
      (one) => one.id === req.query['id'] || one.accountNumber === req.query['id'],
    );
    if (!account) return missing(res);
    const { accountNumber, status, currency, paymentTerm } = account;
    send(res, account.name, Object.entries({ accountNumber, status, currency, paymentTerm }));
  });
  router.get('/apps/Subscription.do', (req, res) => {
    const found = tenant.latest().find((one) => one.number === req.query['id'] || one.id === req.query['id']);
    if (!found) return missing(res);
    const { version, termType, termStartDate, termEndDate } = found;
    send(res, found.number, Object.entries({ version, termType, termStartDate, termEndDate }));
  });
  router.get('/apps/NewInvoice.do', (req, res) => {
    const found = tenant.data.invoices.find(
      (one) => one.id === req.query['id'] || one.invoiceNumber === req.query['id'],
    );
    if (!found) return missing(res);
    const { status, amount, balance, currency, dueDate } = found;
    send(res, found.invoiceNumber, Object.entries({ status, amount, balance, currency, dueDate }));
  });
  router.get('/apps/NewPayment.do', (req, res) => {
    const found = tenant.data.payments.find((one) => one.id === req.query['id'] || one.number === req.query['id']);
    if (!found) return missing(res);
    const { status, type, amount, currency, effectiveDate } = found;
    send(res, found.number, Object.entries({ status, type, amount, currency, effectiveDate }));
  });
  router.use('/apps', (req, res) => {
    ctx.calls.refuse(`${req.method} /apps${req.path}`);
    missing(res);
  });
  return router;
}
