import express, { type Request, type Response } from 'express';
import type { SimContext } from '../../../kit/sim.ts';
import type { UserAccess } from '../../org/access.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { OrgMetadata } from '../orgMetadata.ts';
import { answer, readEnvelope, SoapFault } from './envelope.ts';
import { MetadataOperations } from './operations.ts';

/** @throws SoapFault for whoever may not use the Metadata API */
export function metadataUser(org: SimulatedOrg, token: string | null): UserAccess {
  const userId = token === null ? null : org.userOfToken(token);
  if (userId === null)
    throw new SoapFault('INVALID_SESSION_ID', 'Invalid Session ID found in SessionHeader: Illegal Session');
  const access = org.accessOf(userId);
  if (!access.hasPermission('ApiEnabled'))
    throw new SoapFault('API_DISABLED_FOR_ORG', 'API is not enabled for this Organization or Partner');
  if (!access.hasPermission('ModifyAllData') && !access.hasPermission('ModifyMetadata'))
    throw new SoapFault(
      'INSUFFICIENT_ACCESS',
      'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
    );
  return access;
}

/** `POST /services/Soap/m/66.0`, with or without the id of the org behind it. Faults are 500, as SOAP 1.1 has them. */
export function mountSoap(ctx: SimContext, org: SimulatedOrg, metadata: OrgMetadata): void {
  const operations = new MetadataOperations(ctx, metadata);
  const text = express.text({ type: () => true, limit: '80mb' });
  const send = (res: Response, status: number, xml: string): void =>
    void res.status(status).type('text/xml; charset=utf-8').send(xml);
  const handle = (req: Request, res: Response, family: 'm' | 's'): void => {
    try {
      const { operation, body, sessionId } = readEnvelope(String(req.body));
      ctx.calls.call('POST', `/services/Soap/${family} ${operation}`);
      const access = metadataUser(org, sessionId);
      if (family === 's') {
        ctx.calls.refuse(`SOAP ${operation}`);
        throw new SoapFault('UNSUPPORTED_OPERATION', `the simulated org runs no Apex: ${operation} is not supported`);
      }
      send(res, 200, answer(operation, operations.run(operation, body, access, String(req.params['version']))));
    } catch (error) {
      const fault =
        error instanceof SoapFault
          ? error
          : new SoapFault('UNKNOWN_EXCEPTION', error instanceof Error ? error.message : String(error));
      send(res, 500, fault.toXml());
    }
  };
  for (const family of ['m', 's'] as const)
    for (const path of [`/services/Soap/${family}/:version`, `/services/Soap/${family}/:version/:orgId`])
      ctx.app.post(path, text, (req, res) => handle(req, res, family));
}
