import * as z from 'zod';
import { exact, money, sum } from '../decimal.ts';
import { category, notFound, notSimulated, ZuoraError } from '../protocol/errors.ts';
import type { Tenant } from '../tenant.ts';
import { unappliedOf } from './amounts.ts';
import type { Application, CreditMemo, DebitMemo, Invoice } from './model.ts';
import type { Payment } from '../payments/model.ts';

const part = { amount: z.number().positive(), items: z.array(z.unknown()).optional() };

/** `invoices` and `debitMemos` of a body that applies or unapplies money. */
export const targetFields = {
  invoices: z
    .array(z.strictObject({ ...part, invoiceId: z.string().optional(), invoiceNumber: z.string().optional() }))
    .max(1000)
    .optional(),
  debitMemos: z
    .array(z.strictObject({ ...part, debitMemoId: z.string().optional(), debitMemoNumber: z.string().optional() }))
    .max(1000)
    .optional(),
};

type TargetBody = z.output<z.ZodObject<typeof targetFields>>;

/** An amount and the document that it is to count against. */
export type Target = { type: Application['documentType']; document: Invoice | DebitMemo; amount: number };

/** Looks up what a body names; @throws ZuoraError badValue for documents that are not there */
export function targetsOf(tenant: Tenant, body: TargetBody, of: number): Target[] {
  const invoices = (body.invoices ?? []).map((one): Target => {
    const key = one.invoiceId ?? one.invoiceNumber;
    return { type: 'Invoice', document: documentOf(tenant, 'Invoice', key, of), amount: one.amount };
  });
  const memos = (body.debitMemos ?? []).map((one): Target => {
    const key = one.debitMemoId ?? one.debitMemoNumber;
    return { type: 'DebitMemo', document: documentOf(tenant, 'DebitMemo', key, of), amount: one.amount };
  });
  if ([...(body.invoices ?? []), ...(body.debitMemos ?? [])].some((one) => one.items))
    notSimulated(tenant.ctx.calls, 'Invoice Item Settlement (amounts by item)');
  return [...invoices, ...memos];
}

export function documentOf(
  tenant: Tenant,
  type: Application['documentType'],
  key: string | undefined,
  of: number,
): Invoice | DebitMemo {
  if (key === undefined)
    throw new ZuoraError(
      category.missingField,
      `Missing required value: ${type === 'Invoice' ? 'invoiceId' : 'debitMemoId'}.`,
      of,
    );
  try {
    return type === 'Invoice' ? tenant.one('invoices', key, 'invoiceNumber') : tenant.one('debitMemos', key, 'number');
  } catch {
    throw new ZuoraError(
      category.badValue,
      `The ${type === 'Invoice' ? 'invoice' : 'debit memo'} ${key} is invalid.`,
      of,
    );
  }
}

export const numberOf = (document: Invoice | DebitMemo): string =>
  'invoiceNumber' in document ? document.invoiceNumber : document.number;

/** @throws ZuoraError rule for what cannot take the money; nothing is changed then */
export function checkTargets(
  account: { id: string },
  currency: string,
  available: number,
  targets: readonly Target[],
  of: number,
): void {
  const refuse = (message: string): never => {
    throw new ZuoraError(category.rule, message, of);
  };
  if (sum(targets.map((one) => exact(one.amount))).gt(exact(available)))
    refuse('The total amount applied is more than the unapplied amount.');
  for (const { document, amount } of targets) {
    const name = numberOf(document);
    if (document.accountId !== account.id) refuse(`${name} is of another account.`);
    if (document.status !== 'Posted') refuse(`${name} is not posted.`);
    if (document.currency !== currency) refuse(`The currency of ${name} is ${document.currency}.`);
    const same = targets.filter((one) => one.document === document);
    if (sum(same.map((one) => exact(one.amount))).gt(exact(document.balance)))
      refuse(`The amount ${amount} is more than the balance of ${name}.`);
  }
}

type Source = Payment | CreditMemo;

const change = (tenant: Tenant, source: Source, document: Invoice | DebitMemo, amount: number): void => {
  const plus = (value: number, more: number) => money(exact(value).add(exact(more)), source.currency);
  const at = tenant.now();
  document.balance = plus(document.balance, -amount);
  if ('invoiceNumber' in document) {
    if ('creditMemoDate' in source) document.creditMemoAmount = plus(document.creditMemoAmount, amount);
    else document.paymentAmount = plus(document.paymentAmount, amount);
  }
  document.updatedDate = at;
  source.appliedAmount = plus(source.appliedAmount, amount);
  source.updatedDate = at;
  tenant.touch();
};

/** Applies a payment or credit memo to documents of its account, all of them or none. */
export function applyTo(tenant: Tenant, source: Source, targets: readonly Target[], of: number): void {
  checkTargets({ id: source.accountId }, source.currency, money(unappliedOf(source), source.currency), targets, of);
  for (const { type, document, amount } of targets) {
    change(tenant, source, document, amount);
    const at = tenant.now();
    const found = source.applications.find((one) => one.documentId === document.id);
    if (found) {
      found.amount = money(exact(found.amount).add(exact(amount)), source.currency);
      found.updatedDate = at;
    } else {
      source.applications.push({
        id: tenant.newId(),
        documentType: type,
        documentId: document.id,
        amount,
        createdDate: at,
        updatedDate: at,
      });
    }
  }
}

/** Takes applied amounts back; @throws ZuoraError rule where more is taken than was applied */
export function unapplyFrom(tenant: Tenant, source: Source, targets: readonly Target[], of: number): void {
  for (const { document, amount } of targets) {
    const found = source.applications.find((one) => one.documentId === document.id);
    if (!found || exact(amount).gt(exact(found.amount)))
      throw new ZuoraError(category.rule, `The amount ${amount} was not applied to ${numberOf(document)}.`, of);
  }
  for (const { document, amount } of targets) {
    change(tenant, source, document, -amount);
    const found = source.applications.find((one) => one.documentId === document.id)!;
    found.amount = money(exact(found.amount).sub(exact(amount)), source.currency);
    found.updatedDate = tenant.now();
    source.applications = source.applications.filter((one) => one.amount > 0);
  }
}

/** Parts of a payment or credit memo as `/parts` answers them. */
export const partView = (tenant: Tenant, one: Application): Record<string, unknown> => ({
  id: one.id,
  invoiceId: one.documentType === 'Invoice' ? one.documentId : null,
  debitMemoId: one.documentType === 'DebitMemo' ? one.documentId : null,
  amount: one.amount,
  organizationLabel: null,
  createdById: tenant.userId,
  createdDate: tenant.dateTime(one.createdDate),
  updatedById: tenant.userId,
  updatedDate: tenant.dateTime(one.updatedDate),
});

export function partOf(source: Source, id: string): Application {
  const found = source.applications.find((one) => one.id === id);
  if (!found) throw notFound(id);
  return found;
}
