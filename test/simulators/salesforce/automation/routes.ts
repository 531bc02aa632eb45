import express, { type Request, type Response } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { UserAccess } from '../org/access.ts';
import { isSameOrigin, sidOf } from '../page/session.ts';
import { jsonBody, openSession, refuse } from '../uiapi/session.ts';
import type { Automation } from './automation.ts';
import { FlowFault } from './flow/fault.ts';
import type { InterviewView } from './flow/interview.ts';

const LIGHTNING = 'com/salesforce/platform/lightning';
const DATA = '/services/data/:version';

type Call = { access: UserAccess; version: string; req: Request; res: Response; body: Record<string, unknown> };

/**
 * What the browser's `lightning-flow`, REST clients and set-up scripts call: interviews of screen flows, invocable
 * actions (REST API Developer Guide, "Invocable Actions"), and credentials (Connect REST API, "Named Credentials").
 */
export function mountAutomation(ctx: SimContext, org: SimulatedOrg, automation: Automation): void {
  const { app, clock } = ctx;
  const route = (method: 'get' | 'post' | 'put' | 'delete', path: string, handle: (call: Call) => unknown): void => {
    app[method](`${DATA}${path}`, express.text({ type: () => true, limit: '5mb' }), (req, res, next) => {
      ctx.calls.call(method.toUpperCase(), path);
      const session = openSession(org, clock, req, res, 41);
      if (!session) return;
      const body = method === 'post' || method === 'put' ? jsonBody(req, res) : {};
      if (!body) return;
      const access = org.accessOf(session.access.userId);
      const call = { access, version: String(req.params['version']).slice(1), req, res, body };
      Promise.resolve(handle(call)).catch(next);
    });
  };
  mountActions(route, automation);
  mountCredentials(route, automation);
  mountInterviews(ctx, org, automation);
}

type Route = (method: 'get' | 'post' | 'put' | 'delete', path: string, handle: (call: Call) => unknown) => void;

function mountActions(route: Route, automation: Automation): void {
  route('get', '/actions/custom/flow', ({ res, version }) => {
    const active = [...automation.flows.values()].filter(
      ({ status, processType }) => status === 'Active' && processType === 'AutoLaunchedFlow',
    );
    const url = (name: string): string => `/services/data/v${version}/actions/custom/flow/${name}`;
    res.json({ actions: active.map(({ name, label }) => ({ label, name, type: 'FLOW', url: url(name) })) });
  });
  route('post', '/actions/custom/flow/:name', async ({ access, version, req, res, body }) => {
    const name = String(req.params['name']);
    const inputs = body['inputs'];
    if (automation.flows.get(name)?.processType !== 'AutoLaunchedFlow')
      return refuse(res, 404, 'NOT_FOUND', 'The requested resource does not exist');
    if (!Array.isArray(inputs)) return refuse(res, 400, 'INVALID_INPUT', 'inputs must be an array');
    const results = [];
    for (const input of inputs as Record<string, unknown>[])
      results.push(await invoke(automation, name, input, access.userId, `com/salesforce/api/rest/${version}`));
    res.status(results.every(({ isSuccess }) => isSuccess) ? 200 : 400).json(results);
  });
}

async function invoke(
  automation: Automation,
  flow: string,
  input: Record<string, unknown>,
  userId: string,
  origin: string,
): Promise<{ actionName: string; errors: unknown[] | null; isSuccess: boolean; outputValues: unknown }> {
  const failed = (message: string) => ({
    actionName: flow,
    errors: [{ statusCode: 'CANNOT_EXECUTE_FLOW_TRIGGER', message, fields: [] }],
    isSuccess: false,
    outputValues: null,
  });
  try {
    const interview = automation.interview(flow, userId, origin);
    const view = await interview.start(Object.entries(input).map(([name, value]) => ({ name, value })));
    automation.end(interview.id);
    if (view.status === 'ERROR') return failed(view.error ?? '');
    const outputs = view.outputVariables.map(({ name, value }) => [name, value]);
    const outputValues = { ...Object.fromEntries(outputs), Flow__InterviewStatus: 'Finished' };
    return { actionName: flow, errors: null, isSuccess: true, outputValues };
  } catch (error) {
    if (error instanceof FlowFault) return failed(error.message);
    throw error;
  }
}

/** Only those who may set up credentials in Setup. */
const managesCredentials = (access: UserAccess): boolean =>
  access.hasPermission('ManageNamedCredentials') || access.hasPermission('CustomizeApplication') || access.isAdmin;

function mountCredentials(route: Route, automation: Automation): void {
  const admin = (handle: (call: Call) => unknown) => (call: Call) =>
    managesCredentials(call.access)
      ? handle(call)
      : refuse(call.res, 403, 'INSUFFICIENT_ACCESS', 'You do not have access to this resource.');
  const missing = (res: Response): void => refuse(res, 404, 'NOT_FOUND', 'The requested resource does not exist');
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');

  const principalOf = (source: Record<string, unknown>): { credential: string; principal: string } | null => {
    const [credential, principal] = [text(source['externalCredential']), text(source['principalName'])];
    const known = automation.externalCredentials.get(credential)?.principals.includes(principal);
    return known && source['principalType'] === 'NamedPrincipal' ? { credential, principal } : null;
  };
  const status = (credential: string, principal: string) => ({
    authenticationProtocol: 'OAuth',
    authenticationProtocolVariant: 'ClientCredentialsClientSecret',
    authenticationStatus: automation.vault.has(credential, principal) ? 'Configured' : 'NotConfigured',
    credentials: automation.vault.has(credential, principal)
      ? { clientId: { encrypted: false }, clientSecret: { encrypted: true } }
      : {},
    externalCredential: credential,
    principalName: principal,
    principalType: 'NamedPrincipal',
  });

  const path = '/named-credentials/credential';
  route(
    'get',
    path,
    admin(({ req, res }) => {
      const found = principalOf(req.query);
      return found ? res.json(status(found.credential, found.principal)) : missing(res);
    }),
  );
  for (const method of ['post', 'put'] as const)
    route(
      method,
      path,
      admin(({ body, res }) => {
        const found = principalOf(body);
        if (!found) return missing(res);
        const { credential, principal } = found;
        const given = (body['credentials'] ?? {}) as Record<string, { value?: unknown } | undefined>;
        const [clientId, clientSecret] = [given['clientId']?.value, given['clientSecret']?.value];
        if (typeof clientId !== 'string' || typeof clientSecret !== 'string')
          return refuse(
            res,
            400,
            'INVALID_INPUT',
            'credentials must hold clientId and clientSecret, each with a value',
          );
        if ((method === 'post') === automation.vault.has(credential, principal))
          return refuse(
            res,
            400,
            'INVALID_INPUT',
            method === 'post' ? 'The credential is there already: use PUT' : 'There is no credential yet: use POST',
          );
        automation.vault.set(credential, principal, { clientId, clientSecret });
        return res.status(method === 'post' ? 201 : 200).json(status(credential, principal));
      }),
    );
  route(
    'delete',
    path,
    admin(({ req, res }) => {
      const found = principalOf(req.query);
      return found && automation.vault.remove(found.credential, found.principal) ? res.status(204).end() : missing(res);
    }),
  );

  const named = '/named-credentials/named-credential-setup/:name';
  const namedBody = (name: string) => {
    const { label, url, externalCredential } = automation.namedCredentials.get(name)!;
    return {
      calloutUrl: url,
      developerName: name,
      externalCredentials: [{ developerName: externalCredential }],
      generateAuthorizationHeader: true,
      masterLabel: label,
      type: 'SecuredEndpoint',
    };
  };
  route(
    'get',
    named,
    admin(({ req, res }) => {
      const name = String(req.params['name']);
      return automation.namedCredentials.has(name) ? res.json(namedBody(name)) : missing(res);
    }),
  );
  route(
    'put',
    named,
    admin(({ req, res, body }) => {
      const known = automation.namedCredentials.get(String(req.params['name']));
      if (!known) return missing(res);
      if (!URL.canParse(text(body['calloutUrl']))) return refuse(res, 400, 'INVALID_INPUT', 'calloutUrl must be a URL');
      automation.namedCredentials.set(known.name, { ...known, url: text(body['calloutUrl']) });
      return res.json(namedBody(known.name));
    }),
  );

  const external = '/named-credentials/external-credentials/:name';
  const externalBody = (name: string) => {
    const { label, tokenUrl, principals } = automation.externalCredentials.get(name)!;
    return {
      authenticationProtocol: 'OAuth',
      authenticationProtocolVariant: 'ClientCredentialsClientSecret',
      developerName: name,
      masterLabel: label,
      parameters: [{ parameterName: 'AuthProviderUrl', parameterType: 'AuthProviderUrl', parameterValue: tokenUrl }],
      principals: principals.map((principalName) => ({ principalName, principalType: 'NamedPrincipal' })),
    };
  };
  route(
    'get',
    external,
    admin(({ req, res }) => {
      const name = String(req.params['name']);
      return automation.externalCredentials.has(name) ? res.json(externalBody(name)) : missing(res);
    }),
  );
  route(
    'put',
    external,
    admin(({ req, res, body }) => {
      const known = automation.externalCredentials.get(String(req.params['name']));
      if (!known) return missing(res);
      const list = Array.isArray(body['parameters']) ? (body['parameters'] as Record<string, unknown>[]) : [];
      const tokenUrl = text(list.find((one) => one['parameterType'] === 'AuthProviderUrl')?.['parameterValue']);
      if (!URL.canParse(tokenUrl)) return refuse(res, 400, 'INVALID_INPUT', 'AuthProviderUrl must be a URL');
      automation.externalCredentials.set(known.name, { ...known, tokenUrl });
      return res.json(externalBody(known.name));
    }),
  );
}

/** Interviews of the user of the page; its session cookie counts on its own pages only. */
function mountInterviews({ app }: SimContext, org: SimulatedOrg, automation: Automation): void {
  const viewer = (req: Request): string | null => {
    const sid = sidOf(req);
    return sid !== undefined && isSameOrigin(req) ? org.userOfToken(sid) : null;
  };
  const answer = async (req: Request, res: Response, act: (userId: string) => Promise<InterviewView | null>) => {
    const userId = viewer(req);
    if (userId === null) return void res.status(401).json({ message: 'Session expired or invalid' });
    try {
      const view = await act(userId);
      if (!view) return void res.status(404).json({ message: 'This interview is over.' });
      if (view.status !== 'STARTED') automation.end(view.interview);
      res.json(view);
    } catch (error) {
      if (!(error instanceof FlowFault)) throw error;
      res.status(400).json({ message: error.message });
    }
  };
  app.post('/lightning/interviews', express.json(), (req, res, next) => {
    const { flow, inputs } = req.body as { flow?: unknown; inputs?: { name: string; value: unknown }[] };
    answer(req, res, (userId) =>
      automation.interview(String(flow), userId, LIGHTNING).start(Array.isArray(inputs) ? inputs : []),
    ).catch(next);
  });
  app.post('/lightning/interviews/:id', express.json(), (req, res, next) => {
    const { action, values } = req.body as { action?: unknown; values?: Record<string, unknown> };
    answer(req, res, async (userId) => {
      const interview = automation.running(String(req.params['id']), userId);
      if (action !== 'NEXT' && action !== 'BACK' && action !== 'FINISH')
        throw new FlowFault('action must be NEXT, BACK or FINISH');
      return interview ? interview.navigate(action, values ?? {}) : null;
    }).catch(next);
  });
}
