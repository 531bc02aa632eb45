import express, { type Request, type RequestHandler, type Response as Reply } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { UserAccess } from '../org/access.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { deployResult, type Deployment } from './deploy/result.ts';
import type { OrgMetadata } from './orgMetadata.ts';
import { SoapFault } from './soap/envelope.ts';
import { optionsOf } from './soap/operations.ts';
import { metadataUser } from './soap/routes.ts';

const STATUS: Readonly<Record<string, number>> = {
  INVALID_SESSION_ID: 401,
  INSUFFICIENT_ACCESS: 403,
  API_DISABLED_FOR_ORG: 403,
};

const deployRequest = (deployment: Deployment, details: boolean): Record<string, unknown> => ({
  id: deployment.id,
  validatedDeployRequestId: null,
  deployOptions: deployment.options,
  deployResult: deployResult(deployment, details),
});

/** Deploys over REST (Metadata API Developer Guide, "Deploying and Retrieving Metadata with REST"). */
export function mountDeployRequests(ctx: SimContext, org: SimulatedOrg, metadata: OrgMetadata): void {
  const path = '/services/data/:version/metadata/deployRequest';
  const body = express.raw({ type: () => true, limit: '80mb' });
  const fault = (res: Reply, status: number, errorCode: string, message: string): void =>
    void res.status(status).json([{ message, errorCode }]);
  const handle =
    (run: (req: Request, res: Reply, access: UserAccess) => void | Promise<void>): RequestHandler =>
    async (req, res, next) => {
      ctx.calls.call(req.method, '/metadata/deployRequest');
      try {
        const token = /^Bearer\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? null;
        await run(req, res, metadataUser(org, token));
      } catch (error) {
        if (error instanceof SoapFault) fault(res, STATUS[error.code] ?? 400, error.code, error.message);
        else next(error);
      }
    };
  const withDeployment = (run: (deployment: Deployment, req: Request, res: Reply) => void): RequestHandler =>
    handle((req, res) => {
      const deployment = metadata.deploymentNamed(String(req.params['id']));
      if (deployment) run(deployment, req, res);
      else fault(res, 404, 'NOT_FOUND', 'The requested resource does not exist');
    });

  ctx.app.post(
    path,
    body,
    handle(async (req, res, access) => {
      const form = await formOf(req);
      if (!form) return fault(res, 415, 'UNSUPPORTED_MEDIA_TYPE', 'A multipart body with json and file is needed');
      const options = optionsOf(form.options, metadata);
      res.status(201).json(deployRequest(metadata.deploy(form.zip, options, access.userId), false));
    }),
  );
  ctx.app.post(
    `${path}/validatedDeployRequestId{/:id}`,
    handle((_req, res) => {
      ctx.calls.refuse('quick deploy');
      fault(res, 501, 'NOT_IMPLEMENTED', 'The simulated org has no quick deploys; deploy the package itself.');
    }),
  );
  ctx.app.get(
    `${path}/:id`,
    withDeployment((deployment, req, res) => {
      res.json(deployRequest(deployment, req.query['includeDetails'] === 'true'));
    }),
  );
  ctx.app.patch(
    `${path}/:id`,
    express.json(),
    withDeployment((deployment, req, res) => {
      const asked = (req.body as { deployResult?: { status?: string } } | undefined)?.deployResult?.status;
      if (asked !== 'Canceling') return fault(res, 400, 'INVALID_INPUT', 'Only the status Canceling can be set');
      if (!metadata.cancel(deployment))
        return fault(res, 400, 'INVALID_ID_FIELD', 'Deployment already completed. Cannot cancel it.');
      return void res.status(202).json(deployRequest(deployment, false));
    }),
  );
}

/** Parts `json` and `file` of a multipart body; null when it is none. */
async function formOf(req: Request): Promise<{ options: Record<string, unknown>; zip: Uint8Array } | null> {
  const type = req.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data') || !Buffer.isBuffer(req.body)) return null;
  try {
    const form = await new Response(new Uint8Array(req.body), { headers: { 'content-type': type } }).formData();
    // The guide calls the part with the options `json`, jsforce `entity_content`.
    const [json, file] = [form.get('json') ?? form.get('entity_content'), form.get('file')];
    if (json === null || !(file instanceof Blob)) return null;
    const text = typeof json === 'string' ? json : await json.text();
    const { deployOptions = {} } = JSON.parse(text) as { deployOptions?: Record<string, unknown> };
    return { options: deployOptions, zip: new Uint8Array(await file.arrayBuffer()) };
  } catch {
    return null;
  }
}
