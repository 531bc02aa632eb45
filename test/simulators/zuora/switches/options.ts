import express from 'express';
import * as z from 'zod';
import { orderOptionsSchema } from '../orders/options.ts';
import { parse } from '../protocol/parse.ts';
import { refusalSchema } from '../protocol/refusals.ts';
import type { Tenant } from '../tenant.ts';

const calloutsSchema = z.strictObject({
  format: z.enum(['json', 'form', 'xml']).optional(),
  retryMs: z.number().int().min(0).optional(),
  attempts: z.number().int().min(1).max(5).optional(),
  declinedAttempt: z.number().int().min(1).nullable().optional(),
  targets: z.array(z.strictObject({ url: z.url(), user: z.string(), password: z.string() })).optional(),
});

const limit = z.number().int().positive().nullable().optional();

const limitsSchema = z.strictObject({
  callsPerMinute: limit,
  callsPerHour: limit,
  callsPerDay: limit,
  tokensPerMinute: z.number().int().positive().optional(),
  inFlight: z
    .strictObject({
      Default: z.number().int().min(0).optional(),
      HighVolume: z.number().int().min(0).optional(),
      ObjectQuery: z.number().int().min(0).optional(),
    })
    .nullable()
    .optional(),
});

const optionsSchema = z.strictObject({
  clientActive: z.boolean().optional(),
  handlingMs: z.number().int().min(0).optional(),
  jobMs: z.number().int().min(0).optional(),
  readLagMs: z.number().int().min(0).optional(),
  pagingLoops: z.boolean().optional(),
  allSegments: z.enum(['flat', 'nested']).optional(),
  ...orderOptionsSchema.partial().shape,
});

/** Switches of this simulator beside those that all have in common. */
export function optionRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  const { options } = tenant;
  const callouts = () => ({
    format: options.calloutFormat,
    retryMs: options.calloutRetryMs,
    attempts: options.calloutAttempts,
    declinedAttempt: options.declinedAttempt,
    targets: options.callouts.map(({ url, user }) => ({ url, user })),
  });
  router.get('/__sim/callouts', (_req, res) => void res.json(callouts()));
  router.post('/__sim/callouts', (req, res) => {
    const body = parse(calloutsSchema, req.body);
    if (body.format) options.calloutFormat = body.format;
    if (body.retryMs !== undefined) options.calloutRetryMs = body.retryMs;
    if (body.attempts !== undefined) options.calloutAttempts = body.attempts;
    if (body.declinedAttempt !== undefined) options.declinedAttempt = body.declinedAttempt;
    if (body.targets) options.callouts = body.targets;
    res.json(callouts());
  });
  router.post('/__sim/limits', (req, res) => {
    Object.assign(options, parse(limitsSchema, req.body));
    const { callsPerMinute, callsPerHour, callsPerDay, tokensPerMinute, inFlight } = options;
    res.json({ callsPerMinute, callsPerHour, callsPerDay, tokensPerMinute, inFlight });
  });
  router.post('/__sim/options', (req, res) => {
    Object.assign(options, parse(optionsSchema, req.body));
    const names = Object.keys(optionsSchema.shape) as (keyof typeof optionsSchema.shape)[];
    res.json(Object.fromEntries(names.map((name) => [name, options[name]])));
  });
  router.get('/__sim/refusals', (_req, res) => void res.json({ refusals: options.refusals }));
  router.post('/__sim/refusals', (req, res) => {
    options.refusals = parse(z.strictObject({ refusals: z.array(refusalSchema) }), req.body).refusals;
    res.json({ refusals: options.refusals });
  });
  router.post('/__sim/oauth-clients', (req, res) => {
    const client = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
    tenant.clients = parse(z.strictObject({ clients: z.array(client) }), req.body).clients;
    res.json({ clients: tenant.clients.map(({ clientId }) => clientId) });
  });
  router.post('/__sim/tokens/expire', (_req, res) => {
    const { tokens } = tenant.data;
    const expired = Object.keys(tokens).length;
    for (const token of Object.keys(tokens)) tokens[token] = 0;
    tenant.touch();
    res.json({ expired });
  });
  router.get('/__sim/state', (_req, res) => {
    const counts = Object.entries(tenant.data).flatMap(([name, rows]) =>
      Array.isArray(rows) ? [[name, rows.length]] : [],
    );
    res.json(Object.fromEntries(counts));
  });
  return router;
}
