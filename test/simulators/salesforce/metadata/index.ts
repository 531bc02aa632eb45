import express from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { OrgMetadata } from './orgMetadata.ts';
import { mountDeployRequests } from './rest.ts';
import { mountSoap } from './soap/routes.ts';
import { mountTooling } from './tooling/routes.ts';

/**
 * Deploys and retrieves over SOAP and REST, the Tooling API, and the switches of metadata. Mount it before REST, which refuses whatever else
 * lies under /services/data.
 */
export function mountMetadata(ctx: SimContext, org: SimulatedOrg): OrgMetadata {
  const metadata = new OrgMetadata(ctx, org);
  mountSwitches(ctx, metadata);
  mountSoap(ctx, org, metadata);
  mountDeployRequests(ctx, org, metadata);
  mountTooling(ctx, org, metadata);
  return metadata;
}

function mountSwitches({ app }: SimContext, metadata: OrgMetadata): void {
  app.post('/__sim/metadata', express.json(), (req, res) => {
    const { production = metadata.production } = req.body as { production?: boolean };
    metadata.production = production;
    res.json({ production });
  });
  app.post('/__sim/flows', express.json(), (req, res) => {
    const { name = '', activeVersion = null } = req.body as { name?: string; activeVersion?: number | null };
    try {
      metadata.activateFlow(name, activeVersion);
    } catch (error) {
      return void res.status(400).json({ message: error instanceof Error ? error.message : String(error) });
    }
    return void res.json({ name, activeVersion });
  });
}
