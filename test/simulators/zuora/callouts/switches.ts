import express from 'express';
import * as z from 'zod';
import { parse } from '../protocol/parse.ts';
import type { Tenant } from '../tenant.ts';

const providerSchema = z.strictObject({
  name: z.string(),
  tokenUrl: z.url(),
  clientId: z.string(),
  clientSecret: z.string(),
  scope: z.string().optional(),
});

/** What an administrator sets up in the tenant's pages, which have no public API. */
export function calloutSwitchRoutes(tenant: Tenant): express.Router {
  const router = express.Router();
  router.post('/__sim/oauth-providers', (req, res) => {
    const { scope, ...body } = parse(providerSchema, req.body);
    const provider = { id: tenant.newId(), ...body, scope: scope ?? null };
    tenant.data.oauthProviders.push(provider);
    tenant.touch();
    res.json({ id: provider.id });
  });
  router.post('/__sim/communication-profiles', (req, res) => {
    const { name } = parse(z.strictObject({ name: z.string() }), req.body);
    const profile = { id: tenant.newId(), name, profileNumber: tenant.number('CP-') };
    tenant.data.communicationProfiles.push(profile);
    tenant.touch();
    res.json(profile);
  });
  return router;
}
