import express from 'express';
import type { GraphQLSchema } from 'graphql';
import type { SimContext } from '../../kit/sim.ts';
import type { Org } from '../org/types.ts';
import { jsonBody, openSession, refuse } from '../uiapi/session.ts';
import { fingerprint, viewOf, type View } from './access.ts';
import type { LeftOut } from './optional.ts';
import { run, type Asked } from './run.ts';
import { buildSchema } from './schema.ts';

/** GraphQL begins with v56.0, `@optional` with v65.0, mutations outside of a beta with v66.0. */
const firstVersion = 56;
const optionalSince = 65;
const mutationsSince = 66;

/** What a real org knows and this one does not: joins, date functions, list views, layouts, the rest of objectInfos. */
const beyondUs =
  /_GroupBy' is undefined|Field '(inq|ninq|[A-Z]+_(IN_)?(DAY|MONTH|QUARTER|WEEK|YEAR|ONLY)|listViews?|layouts?|relatedList\w+|rateLimit|childRelationships|recordTypeInfos|themeInfo|picklistValues\w+)' in type|Unknown field argument (objectInfoInputs|fallback)|not configured for subscription/;

/** Schemas by what their user sees: users with the same permissions share one, until other metadata is in force. */
class Schemas {
  readonly #built = new Map<string, GraphQLSchema>();

  for(view: View, apiVersion: number, schemaVersion: number): GraphQLSchema {
    const [optional, mutations] = [apiVersion >= optionalSince, apiVersion >= mutationsSince];
    const key = `${schemaVersion} ${optional} ${mutations} ${fingerprint(view)}`;
    const schema = this.#built.get(key) ?? buildSchema(view, optional, mutations);
    // Each change of permissions leaves one behind; the oldest goes.
    this.#built.delete(key);
    this.#built.set(key, schema);
    if (this.#built.size > 20) this.#built.delete(this.#built.keys().next().value!);
    return schema;
  }
}

/** What the request asks, or the reason why it asks nothing. */
function askedBy(body: Record<string, unknown>): Asked | string {
  const { query, operationName = null, variables } = body;
  if (typeof query !== 'string' || query.trim() === '') return 'The request has no query.';
  if (operationName !== null && typeof operationName !== 'string') return 'operationName must be a string.';
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables)))
    return 'variables must be an object.';
  return { query, operationName, variables: (variables ?? {}) as Record<string, unknown> };
}

/**
 * `@optional` hides a misspelt name as well as one that is only out of reach. The answer is the same as a real org's,
 * but a name that nobody has is reported under /__sim/unsupported.
 */
function reportUnknown(ctx: SimContext, org: Org, leftOut: LeftOut[]): void {
  for (const { type, field } of leftOut) {
    const object = org.object(type);
    const known = object
      ? object.fields.has(field) ||
        [...object.fields.values()].some((one) => one.reference?.relationshipName === field) ||
        org.children(object).some((child) => child.relationshipName === field)
      : type === 'RecordQuery' && org.object(field)?.name === field;
    if (!known) ctx.calls.refuse(`GraphQL @optional ${type}.${field}: not in the org`);
  }
}

/**
 * POST /services/data/vXX.0/graphql `{query, variables?, operationName?}` → 200 `{data, errors}`, evaluated as the user
 * of the token or page session. Errors as in GraphQL docs, "Status Codes and Error Responses".
 */
export function mountGraphql(ctx: SimContext, org: Org): void {
  const schemas = new Schemas();
  const path = '/services/data/:version/graphql';
  ctx.app.post(path, express.text({ type: () => true, limit: '5mb' }), async (req, res) => {
    ctx.calls.call('POST', '/graphql');
    const session = openSession(org, ctx.clock, req, res, firstVersion);
    if (!session) return;
    const body = jsonBody(req, res);
    if (!body) return;
    const asked = askedBy(body);
    if (typeof asked === 'string') return refuse(res, 400, 'INVALID_INPUT', asked);
    const version = Number.parseInt(String(req.params['version']).slice(1), 10);
    const schema = schemas.for(viewOf(org, session.access), version, org.schemaVersion);
    const mutation = { allOrNone: true, failed: false, made: new Map<string, string>() };
    const context = { ...session, variables: asked.variables, apiVersion: `${version}.0`, mutation };
    const answer = await run(asked, schema, context);
    reportUnknown(ctx, org, answer.leftOut);
    for (const { message } of answer.body.errors) if (beyondUs.test(message)) ctx.calls.refuse(`GraphQL ${message}`);
    res.json(answer.body);
  });
  ctx.app.all(path, (req, res) =>
    refuse(res, 405, 'METHOD_NOT_ALLOWED', `HTTP Method '${req.method}' not allowed. Allowed are POST`),
  );
}
