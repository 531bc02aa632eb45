import express, { type Request } from 'express';
import * as z from 'zod';
import { isoSeconds } from '../dates.ts';
import { category, notFound, notSimulated, ZuoraError } from '../protocol/errors.ts';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';
import { conditionOf, UnknownCondition } from './condition.ts';
import { baseObjects } from './definitions.ts';
import { standardEvents, zuoraEvents } from './events.ts';
import type { CalloutTemplate, EventTrigger, NotificationDefinition } from './model.ts';
import { calloutFields, templateOf, templateSchema, templateView } from './template.ts';

const filterRuleSchema = z.strictObject({
  condition: z.string(),
  description: z.string().optional(),
  parameters: z.unknown().optional(),
});

const definitionFields = {
  name: z.string().min(1),
  description: z.string().optional(),
  active: z.boolean().optional(),
  eventTypeName: z.string(),
  eventTypeNamespace: z.string().optional(),
  communicationProfileId: z.string().nullable().optional(),
  calloutActive: z.boolean().optional(),
  emailActive: z.boolean().optional(),
  emailTemplateId: z.string().optional(),
  calloutTemplateId: z.string().optional(),
  associatedAccount: z.string().optional(),
  filterRule: filterRuleSchema.optional(),
  filterRuleParams: z.unknown().optional(),
  callout: z.strictObject({ ...calloutFields, eventTypeName: z.string().optional() }).optional(),
};
const definitionSchema = z.strictObject(definitionFields);
const definitionChangeSchema = definitionSchema.partial();

const triggerSchema = z.strictObject({
  active: z.boolean(),
  baseObject: z.string(),
  condition: z.string(),
  description: z.string().optional(),
  eventType: z.strictObject({ name: z.string().min(1), displayName: z.string(), description: z.string().optional() }),
});

/** Page of the notification services: `start` and `limit`, `next` while there is more. */
function listed(req: Request, rows: readonly Record<string, unknown>[]): Record<string, unknown> {
  const start = Number(req.query['start'] ?? 0);
  const limit = Math.min(Number(req.query['limit'] ?? 10), 40);
  const path = `${req.path}?start=${start + limit}&limit=${limit}`;
  return { data: rows.slice(start, start + limit), ...(rows.length > start + limit && { next: path }) };
}

/** Notification definitions, callout templates, event triggers, OAuth providers and communication profiles. */
export function notificationRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const known = (event: string) =>
    event in standardEvents ||
    zuoraEvents.includes(event) ||
    tenant.data.eventTriggers.some((one) => one.eventType.name === event);
  const checkCondition = (text: string) => {
    try {
      conditionOf(text);
    } catch (error) {
      if (error instanceof UnknownCondition) notSimulated(tenant.ctx.calls, `the condition '${error.message}'`);
      throw error;
    }
  };

  router.post('/notifications/callout-templates', (req, res) => {
    const body = parse(templateSchema, req.body);
    const template = templateOf(tenant, body, body.eventTypeName ?? '');
    tenant.data.calloutTemplates.push(template);
    tenant.touch();
    res.json(templateView(tenant, template));
  });
  router.get('/notifications/callout-templates', (req, res) => {
    res.json(
      listed(
        req,
        tenant.data.calloutTemplates.map((one) => templateView(tenant, one)),
      ),
    );
  });
  router.get('/notifications/callout-templates/:id', (req, res) => {
    res.json(templateView(tenant, tenant.one('calloutTemplates', req.params.id)));
  });
  router.put('/notifications/callout-templates/:id', (req, res) => {
    const template = tenant.one('calloutTemplates', req.params.id);
    const body = parse(templateSchema, req.body);
    const {
      id: _,
      createdDate: _c,
      ...fields
    } = templateOf(tenant, body, body.eventTypeName ?? template.eventTypeName);
    Object.assign(template, fields);
    tenant.touch();
    res.json(templateView(tenant, template));
  });
  router.delete('/notifications/callout-templates/:id', (req, res) => {
    remove(tenant.data.calloutTemplates, req.params.id);
    res.status(204).end();
  });

  router.post('/notifications/notification-definitions', (req, res) => {
    const { callout, ...body } = parse(definitionSchema, req.body);
    if (!known(body.eventTypeName))
      throw new ZuoraError(category.badValue, `The event type ${body.eventTypeName} does not exist.`);
    if (body.filterRule) checkCondition(body.filterRule.condition);
    if (body.emailActive) notSimulated(tenant.ctx.calls, 'notifications by email');
    const template = callout
      ? templateOf(tenant, callout, body.eventTypeName)
      : body.calloutTemplateId === undefined
        ? undefined
        : tenant.one('calloutTemplates', body.calloutTemplateId);
    if (callout && template) tenant.data.calloutTemplates.push(template);
    const at = tenant.now();
    const definition: NotificationDefinition = {
      id: tenant.newId(),
      name: body.name,
      description: body.description ?? null,
      active: body.active ?? true,
      eventTypeName: body.eventTypeName,
      eventTypeNamespace: namespaceOf(body.eventTypeName),
      communicationProfileId: body.communicationProfileId ?? null,
      calloutActive: body.calloutActive ?? false,
      emailActive: false,
      emailTemplateId: body.emailTemplateId ?? null,
      calloutTemplateId: template?.id ?? null,
      associatedAccount: body.associatedAccount ?? null,
      filterRule: body.filterRule
        ? {
            id: tenant.newId(),
            condition: body.filterRule.condition,
            description: body.filterRule.description ?? null,
            parameters: body.filterRule.parameters ?? [],
          }
        : null,
      filterRuleParams: body.filterRuleParams ?? {},
      createdDate: at,
      updatedDate: at,
    };
    tenant.data.notificationDefinitions.push(definition);
    tenant.touch();
    res.json(view(definition, template));
  });
  router.get('/notifications/notification-definitions', (req, res) => {
    const { profileId, eventTypeName } = req.query;
    const found = tenant.data.notificationDefinitions.filter(
      (one) =>
        (profileId === undefined || one.communicationProfileId === profileId) &&
        (eventTypeName === undefined || one.eventTypeName === eventTypeName),
    );
    res.json(
      listed(
        req,
        found.map((one) => view(one)),
      ),
    );
  });
  router.get('/notifications/notification-definitions/:id', (req, res) => {
    res.json(view(tenant.one('notificationDefinitions', req.params.id)));
  });
  router.put('/notifications/notification-definitions/:id', (req, res) => {
    const definition = tenant.one('notificationDefinitions', req.params.id);
    const { callout, filterRule, ...fields } = parse(definitionChangeSchema, req.body);
    if (fields.emailActive) notSimulated(tenant.ctx.calls, 'notifications by email');
    if (filterRule) checkCondition(filterRule.condition);
    Object.assign(definition, fields, { updatedDate: tenant.now() });
    if (filterRule)
      Object.assign(definition, {
        filterRule: { id: tenant.newId(), description: null, parameters: [], ...filterRule },
      });
    if (callout) {
      const template = templateOf(tenant, callout, definition.eventTypeName);
      tenant.data.calloutTemplates.push(template);
      definition.calloutTemplateId = template.id;
    }
    tenant.touch();
    res.json(view(definition));
  });
  router.delete('/notifications/notification-definitions/:id', (req, res) => {
    remove(tenant.data.notificationDefinitions, req.params.id);
    res.status(204).end();
  });

  router.post('/events/event-triggers', (req, res) => {
    const body = parse(triggerSchema, req.body);
    checkCondition(body.condition);
    if (!baseObjects.includes(body.baseObject)) notSimulated(tenant.ctx.calls, `event triggers on ${body.baseObject}`);
    if (known(body.eventType.name))
      throw new ZuoraError(category.badValue, `The event type ${body.eventType.name} already exists.`);
    const trigger: EventTrigger = {
      id: tenant.newId(),
      active: body.active,
      baseObject: body.baseObject,
      condition: body.condition,
      description: body.description ?? null,
      eventType: { ...body.eventType, description: body.eventType.description ?? null },
    };
    tenant.data.eventTriggers.push(trigger);
    tenant.touch();
    res.json(trigger);
  });
  router.get('/events/event-triggers', (req, res) => {
    const { baseObject, eventTypeName, active } = req.query;
    const found = tenant.data.eventTriggers.filter(
      (one) =>
        (baseObject === undefined || one.baseObject === baseObject) &&
        (eventTypeName === undefined || one.eventType.name === eventTypeName) &&
        (active === undefined || String(one.active) === active),
    );
    res.json(listed(req, found));
  });
  router.get('/events/event-triggers/:id', (req, res) => res.json(tenant.one('eventTriggers', req.params.id)));
  router.put('/events/event-triggers/:id', (req, res) => {
    const trigger = tenant.one('eventTriggers', req.params.id);
    const { eventType, ...fields } = parse(triggerSchema.partial(), req.body);
    if (fields.condition !== undefined) checkCondition(fields.condition);
    Object.assign(trigger, fields);
    if (eventType) Object.assign(trigger.eventType, eventType);
    tenant.touch();
    res.json(trigger);
  });
  router.delete('/events/event-triggers/:id', (req, res) => {
    remove(tenant.data.eventTriggers, req.params.id);
    res.status(204).end();
  });
  router.all(/^\/(events\/scheduled-events|notifications\/email-templates|notifications\/email-histories)/, (req) =>
    notSimulated(tenant.ctx.calls, `${req.method} ${req.path}`),
  );
  return router;

  function remove(rows: { id: string }[], id: string): void {
    const index = rows.findIndex((one) => one.id === id);
    if (index === -1) throw notFound(id);
    rows.splice(index, 1);
    tenant.touch();
  }

  function view(one: NotificationDefinition, made?: CalloutTemplate): Record<string, unknown> {
    const template = made ?? tenant.data.calloutTemplates.find((found) => found.id === one.calloutTemplateId);
    const { createdDate, updatedDate, ...fields } = one;
    return {
      ...fields,
      callout: template ? templateView(tenant, template) : null,
      createdBy: tenant.userId,
      createdOn: isoSeconds(createdDate),
      updatedBy: tenant.userId,
      updatedOn: isoSeconds(updatedDate),
    };
  }
}

const namespaceOf = (event: string): string =>
  event in standardEvents
    ? 'notification.standard'
    : zuoraEvents.includes(event)
      ? 'com.zuora.notification'
      : 'user.notification';
