import type { Express, Response } from 'express';
import { payInvoice } from '../invoices/invoices.ts';
import { moneyText } from '../invoices/lines.ts';
import { StripeRefusal } from '../protocol/errors.ts';
import type { Invoice } from '../protocol/wire.ts';
import type { World } from '../world.ts';
import { cardFor } from './act.ts';
import { escaped, show } from './html.ts';
import { pdf } from './pdf.ts';

function rowsOf(world: World, invoice: Invoice): [string, string][] {
  const lines = world.state.lines[invoice.id] ?? [];
  const taxes = (invoice.total_taxes ?? []).map((one) => ['Tax', one.amount] as const);
  const all = [
    ...lines.map((line) => [line.description ?? '', line.amount] as const),
    ...taxes,
    ['Total', invoice.total] as const,
    ['Amount due', invoice.amount_due] as const,
    ['Remaining', invoice.amount_remaining] as const,
  ];
  return all.map(([text, amount]) => [text, moneyText(amount, invoice.currency)]);
}

function showInvoice(res: Response, world: World, invoice: Invoice, note = ''): void {
  const pay = invoice.status === 'open' ? '<form method="post"><button>Pay this invoice</button></form>' : '';
  const rows = rowsOf(world, invoice).map(
    ([text, money]) => `<tr><td>${escaped(text)}</td><td>${escaped(money)}</td></tr>`,
  );
  show(
    res,
    `Invoice ${invoice.number}`,
    `<p>${escaped(invoice.customer_name ?? '')} · ${escaped(invoice.status ?? '')}</p><p>${escaped(note)}</p>` +
      `<table>${rows.join('')}</table>${pay}<p><a href="?pdf">PDF</a></p>`,
  );
}

const sendPdf = (res: Response, name: string, lines: readonly string[]): void =>
  void res.type('application/pdf').set('Content-Disposition', `inline; filename="${name}.pdf"`).send(pdf(lines));

/** What customers see: the hosted invoice, which they can pay with a test card, and the documents. */
export function addInvoicePages(app: Express, world: World): void {
  const find = (key: string) => world.find('invoices', `in_${key.replace(/^test_/, '')}`);
  const missing = (res: Response) => void res.status(404).type('text').send('This document does not exist.');
  app.get('/i/:account/:key', (req, res) => {
    const invoice = find(req.params.key);
    if (!invoice) return missing(res);
    if (!('pdf' in req.query)) return showInvoice(res, world, invoice);
    const due = invoice.due_date === null ? '' : `Due ${new Date(invoice.due_date * 1000).toISOString().slice(0, 10)}`;
    const rows = rowsOf(world, invoice).map(([text, money]) => `${text}   ${money}`);
    return sendPdf(res, `Invoice-${invoice.number}`, [
      `Invoice ${invoice.number}`,
      invoice.customer_name ?? '',
      invoice.customer_email ?? '',
      due,
      '',
      ...rows,
    ]);
  });
  app.post('/i/:account/:key', (req, res) => {
    const invoice = find(req.params.key);
    if (!invoice) return missing(res);
    try {
      payInvoice(world, invoice, { payment_method: cardFor(world, invoice).id });
      return showInvoice(res, world, invoice);
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error;
      res.status(error.status);
      return showInvoice(res, world, invoice, error.message);
    }
  });
  app.get('/credit_notes/:id/pdf', (req, res) => {
    const note = world.find('creditNotes', req.params.id);
    if (!note) return missing(res);
    return sendPdf(res, note.number, [`Credit note ${note.number}`, moneyText(note.total, note.currency), note.status]);
  });
  app.get('/receipts/:id', (req, res) => {
    const charge = world.find('charges', req.params.id);
    if (!charge) return missing(res);
    return show(res, 'Receipt', `<p>${escaped(moneyText(charge.amount, charge.currency))}</p>`);
  });
}
