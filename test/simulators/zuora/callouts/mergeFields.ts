import { objectByName } from '../objectQuery/objects.ts';
import type { Rec } from '../objectQuery/define.ts';
import type { Account } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import type { EventFields } from './emit.ts';

/** Records that the merge fields of a callout can name, by object. */
export type Sources = Record<string, Rec | undefined>;

export function sourcesOf(tenant: Tenant, account: Account | null, fields: EventFields): Sources {
  const at = <T>(rows: readonly T[]): T | undefined => rows[0];
  const { data } = tenant;
  return {
    Account: account ?? undefined,
    Subscription: fields.subscriptionId ? at(tenant.by('subscriptions', 'id', fields.subscriptionId)) : undefined,
    Order: fields.orderNumber ? data.orders.findLast((one) => one.orderNumber === fields.orderNumber) : undefined,
    Invoice: fields.invoiceId ? at(tenant.by('invoices', 'id', fields.invoiceId)) : undefined,
    Payment: fields.paymentId ? at(tenant.by('payments', 'id', fields.paymentId)) : undefined,
    CreditMemo: fields.creditMemoId ? at(tenant.by('creditMemos', 'id', fields.creditMemoId)) : undefined,
    DebitMemo: fields.debitMemoId ? at(tenant.by('debitMemos', 'id', fields.debitMemoId)) : undefined,
    BillingRun: fields.billRunId ? at(tenant.by('billRuns', 'id', fields.billRunId)) : undefined,
    PaymentRun: fields.paymentRunId ? at(tenant.by('paymentRuns', 'id', fields.paymentRunId)) : undefined,
    Usage: fields.usageId ? at(tenant.by('usages', 'id', fields.usageId)) : undefined,
    PaymentMethod: data.paymentMethods.find(
      (one) => one.id === (fields.paymentMethodId ?? account?.defaultPaymentMethodId),
    ),
  };
}

/** Value of `Object.Field` as text; undefined where the event has no such object or the object no such field. */
export function valueOf(tenant: Tenant, sources: Sources, path: string): string | undefined {
  const [name = '', field = ''] = path.split('.');
  const record = Object.entries(sources).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
  const object = objectByName(name === 'Order' ? 'Orders' : name);
  const found = record && object?.fields(tenant).get(field.toLowerCase());
  if (!found) return undefined;
  const value = found.of(record);
  return value === null ? '' : String(value);
}

/**
 * Fills `{{DataSource.Account.Id}}`, `{{Account.Id}}` and `<Account.Id>` in; what the event does not have becomes the
 * empty string, as Zuora sends it.
 */
export function fill(tenant: Tenant, sources: Sources, event: Record<string, string>, text: string): string {
  const value = (path: string) => {
    const own = /^(?:Event|EventContext)\.(\w+)$/.exec(path)?.[1];
    if (own !== undefined) return event[own] ?? event[own[0]!.toLowerCase() + own.slice(1)] ?? '';
    return valueOf(tenant, sources, path.replace(/^DataSource\./, '')) ?? '';
  };
  return text
    .replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, path: string) =>
      path.startsWith('Request.') || path === 'hmac' ? whole : value(path),
    )
    .replace(/<((?:DataSource\.)?\w+\.\w+)>/g, (_, path: string) => value(path));
}
