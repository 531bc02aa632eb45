import type { Account } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { presetEvents } from './events.ts';
import { tellDefinitions } from './definitions.ts';
import { send } from './send.ts';

/** Merge fields of the fixed callout template, beside the event and the account. */
const templateFields = [
  'subscriptionId',
  'subscriptionNumber',
  'orderNumber',
  'orderActionType',
  'invoiceId',
  'invoiceNumber',
  'paymentId',
  'paymentNumber',
  'usageId',
] as const;

/** What an event is about, beside the account. */
export type EventFields = Partial<
  Record<
    | (typeof templateFields)[number]
    | 'creditMemoId'
    | 'creditMemoNumber'
    | 'debitMemoId'
    | 'debitMemoNumber'
    | 'billRunId'
    | 'billRunNumber'
    | 'paymentRunId'
    | 'paymentMethodId',
    string
  >
>;

/**
 * Tells of an event: to the targets of the simulator's options, by a fixed template whose values are all strings, the
 * empty one for what the event has not got; and to whom notification definitions name. A muted account gets none.
 * @param account null for what is about the tenant, such as a bill run
 */
export function emit(tenant: Tenant, event: string, account: Account | null, fields: EventFields): void {
  if (account && account.communicationProfileId === null) return;
  tellDefinitions(tenant, event, account, fields);
  if (!account || !presetEvents.has(event)) return;
  const context: Record<string, string> = {
    event,
    accountId: account.id,
    accountNumber: account.accountNumber,
    ...Object.fromEntries(templateFields.map((name) => [name, fields[name] ?? ''])),
  };
  for (const target of tenant.options.callouts) {
    send(tenant, {
      event,
      definition: null,
      notification: event,
      objectId: objectIdOf(account, fields),
      context,
      url: target.url,
      method: 'POST',
      contentType: tenant.options.calloutFormat,
      params: context,
      body: null,
      headers: {},
      auth: { kind: 'basic', username: target.user, password: target.password, preemptive: true },
      hmac: null,
      retry: true,
    });
  }
}

export const objectIdOf = (account: Account | null, fields: EventFields): string =>
  fields.paymentId ??
  fields.creditMemoId ??
  fields.debitMemoId ??
  fields.invoiceId ??
  fields.usageId ??
  fields.subscriptionId ??
  fields.billRunId ??
  fields.paymentRunId ??
  account?.id ??
  '';
