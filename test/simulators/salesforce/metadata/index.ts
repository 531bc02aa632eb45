import express from 'express';
import { strToU8, zipSync } from 'fflate';
import type { SimContext } from '../../kit/sim.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { USERS } from '../org/seed.ts';
import { deployOptions } from './deploy/options.ts';
import { deployResult } from './deploy/result.ts';
import { OrgMetadata } from './orgMetadata.ts';
import { mountDeployRequests } from './rest.ts';
import { mountSoap } from './soap/routes.ts';
import { mountTooling } from './tooling/routes.ts';
import { NAMESPACE } from './xml/document.ts';

/**
 * Deploys and retrieves over SOAP and REST, the Tooling API, and the switches of metadata. Mount it before REST, which refuses whatever else
 * lies under /services/data.
 */
export function mountMetadata(ctx: SimContext, org: SimulatedOrg): OrgMetadata {
  const metadata = new OrgMetadata(ctx, org);
  mountSwitches(ctx, org, metadata);
  mountSoap(ctx, org, metadata);
  mountDeployRequests(ctx, org, metadata);
  mountTooling(ctx, org, metadata);
  return metadata;
}

/** A manifest that names nothing; with `allowMissingFiles` nothing is compared with it. */
const NO_MANIFEST = `<Package xmlns="${NAMESPACE}"><version>66.0</version></Package>`;

function mountSwitches({ app }: SimContext, org: SimulatedOrg, metadata: OrgMetadata): void {
  app.post('/__sim/metadata', express.json(), (req, res) => {
    const { production = metadata.production } = req.body as { production?: boolean };
    metadata.production = production;
    res.json({ production });
  });
  app.post('/__sim/components', express.json({ limit: '20mb' }), async (req, res) => {
    const { files = {}, by = USERS.admin } = req.body as { files?: Record<string, string>; by?: string };
    const user = org.userNamed(by);
    if (!user) return void res.status(400).json({ message: `there is no user ${by}` });
    const all = Object.entries({ 'package.xml': NO_MANIFEST, ...files });
    const zip = zipSync(Object.fromEntries(all.map(([path, text]) => [path, strToU8(text)])));
    const deployment = metadata.deploy(
      zip,
      deployOptions({ allowMissingFiles: true, rollbackOnError: true, singlePackage: true }),
      user.Id,
    );
    await metadata.settled();
    return void res.status(deployment.status === 'Succeeded' ? 200 : 400).json(deployResult(deployment, true));
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
