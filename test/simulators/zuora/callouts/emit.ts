import { randomUUID } from 'node:crypto';
import type { Account } from '../model.ts';
import type { Tenant } from '../tenant.ts';

/** Events that the tenant has notification definitions for, with their namespaces (Zuora docs, "Custom events"). */
const namespaces = {
  OrderProcessed: 'com.zuora.notification',
  OrderActionProcessed: 'com.zuora.notification',
  InvoicePosted: '1110',
  PaymentDeclined: '2110',
  PaymentProcessed: '2120',
  AccountCreated: 'user.notification',
  AccountEdited: 'user.notification',
  UsageCreated: 'user.notification',
} as const;

export type EventName = keyof typeof namespaces;

/** Merge fields of the callout template, beside the event and the account. */
const mergeFields = [
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

export type EventFields = Partial<Record<(typeof mergeFields)[number], string>>;

/** How history names the category: a standard event's code, or `namespace:name` of a custom one. */
export const categoryOf = (event: EventName): string =>
  /^\d+$/.test(namespaces[event]) ? namespaces[event] : `${namespaces[event]}:${event}`;

/**
 * Sends one event to every callout target: three attempts, delivered by HTTP 200 alone, `Zuora-Notification-Id` the
 * same over attempts and `Zuora-Request-Id` new each time (Zuora docs, "Configure callout settings"). Every value is
 * a string, the empty one for what the event has not got. A muted account gets none.
 */
export function emit(tenant: Tenant, event: EventName, account: Account, fields: EventFields): void {
  if (account.communicationProfileId === null) return;
  const context: Record<string, string> = {
    event,
    accountId: account.id,
    accountNumber: account.accountNumber,
    ...Object.fromEntries(mergeFields.map((name) => [name, fields[name] ?? ''])),
  };
  const objectId = fields.paymentId ?? fields.invoiceId ?? fields.usageId ?? fields.subscriptionId ?? account.id;
  for (const target of tenant.options.callouts) {
    const asForm = tenant.options.calloutFormat === 'form';
    const notificationId = randomUUID();
    const retryMs = tenant.options.calloutRetryMs;
    tenant.ctx.webhooks.send({
      url: target.url,
      request: () => ({
        method: 'POST',
        headers: {
          'Content-Type': asForm ? 'application/x-www-form-urlencoded' : 'application/json',
          Authorization: `Basic ${Buffer.from(`${target.user}:${target.password}`).toString('base64')}`,
          'Zuora-Request-Id': randomUUID(),
          'Zuora-Notification-Id': notificationId,
          'X-Amzn-Trace-Id': `Root=1-${randomUUID()}`,
        },
        body: asForm ? new URLSearchParams(context).toString() : JSON.stringify(context),
      }),
      accepts: (status) => status === 200,
      retryDelaysMs: [retryMs, retryMs],
      onAttempt: (attempt, status, answer) => {
        tenant.data.callouts.push({
          attemptedNum: attempt,
          createTime: tenant.now(),
          eventCategory: categoryOf(event),
          eventContext: context,
          notification: event,
          requestMethod: 'POST',
          requestUrl: target.url,
          responseCode: status,
          responseContent: answer,
          objectId,
        });
        tenant.data.callouts.splice(0, tenant.data.callouts.length - 10_000);
        tenant.touch();
      },
    });
  }
}
