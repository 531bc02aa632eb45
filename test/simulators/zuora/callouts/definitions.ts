import type { Account } from '../model.ts';
import type { Tenant } from '../tenant.ts';
import { conditionOf, type Change } from './condition.ts';
import { objectIdOf, type EventFields } from './emit.ts';
import { fill, sourcesOf, valueOf, type Sources } from './mergeFields.ts';
import type { CalloutTemplate, NotificationDefinition } from './model.ts';
import { send, type Auth, type Callout } from './send.ts';

/** Changes of objects that events stand for, on which triggers of the tenant's own look. */
const changes: Record<string, { baseObject: string; changeType: Change['changeType'] }> = {
  AccountCreated: { baseObject: 'Account', changeType: 'INSERT' },
  AccountEdited: { baseObject: 'Account', changeType: 'UPDATE' },
  UsageCreated: { baseObject: 'Usage', changeType: 'INSERT' },
  InvoicePosted: { baseObject: 'Invoice', changeType: 'UPDATE' },
  PaymentProcessed: { baseObject: 'Payment', changeType: 'INSERT' },
  PaymentDeclined: { baseObject: 'Payment', changeType: 'INSERT' },
  OrderProcessed: { baseObject: 'Order', changeType: 'INSERT' },
  OrderActionProcessed: { baseObject: 'Subscription', changeType: 'INSERT' },
  CreditMemoCreated: { baseObject: 'CreditMemo', changeType: 'INSERT' },
  CreditMemoPosted: { baseObject: 'CreditMemo', changeType: 'UPDATE' },
};

/** Objects on which a trigger can be made here. */
export const baseObjects = [...new Set(Object.values(changes).map((one) => one.baseObject))];

/** Tells every active definition of an event, and of the events of the triggers that the change behind it fires. */
export function tellDefinitions(tenant: Tenant, event: string, account: Account | null, fields: EventFields): void {
  if (tenant.data.notificationDefinitions.length === 0) return;
  const sources = sourcesOf(tenant, account, fields);
  for (const name of [event, ...triggeredBy(tenant, event, sources)]) {
    for (const definition of tenant.data.notificationDefinitions)
      if (isFor(definition, name, account) && passes(tenant, definition, sources))
        tell(tenant, definition, name, account, fields, sources);
  }
}

function triggeredBy(tenant: Tenant, event: string, sources: Sources): string[] {
  const change = changes[event];
  if (!change) return [];
  return tenant.data.eventTriggers
    .filter((one) => one.active && one.baseObject === change.baseObject)
    .filter((one) =>
      conditionOf(one.condition)({
        changeType: change.changeType,
        valueOf: (path) => valueOf(tenant, sources, path),
      }),
    )
    .map((one) => one.eventType.name);
}

/** A definition without a communication profile is for every account. */
const isFor = (definition: NotificationDefinition, event: string, account: Account | null): boolean =>
  definition.active &&
  definition.calloutActive &&
  definition.eventTypeName === event &&
  (definition.communicationProfileId === null ||
    account === null ||
    definition.communicationProfileId === account.communicationProfileId);

function passes(tenant: Tenant, { filterRule }: NotificationDefinition, sources: Sources): boolean {
  if (!filterRule) return true;
  return conditionOf(filterRule.condition)({
    changeType: 'UPDATE',
    valueOf: (path) => valueOf(tenant, sources, path),
  });
}

function tell(
  tenant: Tenant,
  definition: NotificationDefinition,
  event: string,
  account: Account | null,
  fields: EventFields,
  sources: Sources,
): void {
  const template = tenant.data.calloutTemplates.find((one) => one.id === definition.calloutTemplateId);
  if (!template?.active) return;
  const context: Record<string, string> = { event, ...fields, ...(account && { accountId: account.id }) };
  send(tenant, calloutOf(tenant, definition, template, event, objectIdOf(account, fields), context, sources));
}

function calloutOf(
  tenant: Tenant,
  definition: NotificationDefinition,
  template: CalloutTemplate,
  event: string,
  objectId: string,
  context: Record<string, string>,
  sources: Sources,
): Callout {
  const filled = (text: string) => fill(tenant, sources, context, text);
  const filledAll = (given: Record<string, string>) =>
    Object.fromEntries(Object.entries(given).map(([name, text]) => [name, filled(text)]));
  return {
    event,
    definition: definition.id,
    notification: definition.name,
    objectId,
    context,
    url: filled(template.calloutBaseurl),
    method: template.httpMethod,
    contentType: template.contentType,
    params: filledAll(template.calloutParams),
    body: template.customRequestBody === null ? null : filled(template.customRequestBody),
    headers: filledAll(template.calloutHeaders),
    auth: authOf(tenant, template),
    hmac: template.hmac,
    retry: template.calloutRetry,
  };
}

function authOf(tenant: Tenant, template: CalloutTemplate): Auth {
  const provider = tenant.data.oauthProviders.find((one) => one.id === template.oauth2ProviderId);
  if (template.requiredOauth2 && provider) return { kind: 'oauth', provider };
  if (template.requiredAuth && template.calloutAuth) {
    const { username, password, preemptive } = template.calloutAuth;
    return { kind: 'basic', username, password, preemptive };
  }
  return { kind: 'none' };
}

/** Sends again what a history record tells of, under the notification id that it had. */
export function resend(tenant: Tenant, id: string): boolean {
  const record = tenant.data.callouts.find((one) => one.id === id);
  const definition = tenant.data.notificationDefinitions.find((one) => one.id === record?.definitionId);
  const template = tenant.data.calloutTemplates.find((one) => one.id === definition?.calloutTemplateId);
  const target = tenant.options.callouts.find((one) => one.url === record?.requestUrl);
  if (!record) return false;
  const { event, objectId, eventContext: context, notificationId } = record;
  if (definition && template) {
    const account = context['accountId'] === undefined ? null : tenant.account(context['accountId']);
    const sources = sourcesOf(tenant, account, context);
    send(tenant, calloutOf(tenant, definition, template, event, objectId, context, sources), notificationId);
    return true;
  }
  if (!target) return false;
  send(
    tenant,
    {
      event,
      definition: null,
      notification: record.notification,
      objectId,
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
    },
    notificationId,
  );
  return true;
}
