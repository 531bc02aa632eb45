import type { Express, Request, Response } from 'express';
import { normalizeId } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { SRecord } from '../../org/types.ts';
import type { CallLog } from '../../../kit/sim.ts';
import { originOf } from '../wire/http.ts';
import { bearerOf } from '../wire/session.ts';

/** Identity addresses are https in every org; the simulated org answers them over http too. */
export const identityUrl = (origin: string, orgId: string, userId: string): string =>
  `${origin.replace(/^http:/, 'https:')}/id/${orgId}/${userId}`;

/** Token of the header or of `oauth_token`, or what is wrong with it. */
function userOf(org: SimulatedOrg, req: Request): SRecord | string {
  const parameter = req.query['oauth_token'];
  const token = bearerOf(req) ?? (typeof parameter === 'string' ? parameter : null);
  if (token === null) return 'Missing_OAuth_Token';
  const userId = org.userOfToken(token);
  return (userId === null ? null : org.get('User', userId)) ?? 'Bad_OAuth_Token';
}

/** API addresses with `{version}` left for the client to fill in. */
function urlsOf(req: Request, user: SRecord, orgId: string): Record<string, string> {
  const origin = originOf(req);
  const rest = `${origin}/services/data/v{version}/`;
  const soap = (api: string): string => `${origin}/services/Soap/${api}/{version}/${orgId.slice(0, 15)}`;
  return {
    enterprise: soap('c'),
    metadata: soap('m'),
    partner: soap('u'),
    rest,
    sobjects: `${rest}sobjects/`,
    search: `${rest}search/`,
    query: `${rest}query/`,
    recent: `${rest}recent/`,
    tooling_soap: soap('T'),
    tooling_rest: `${rest}tooling/`,
    profile: `${origin}/${user.Id}`,
    custom_domain: origin,
  };
}

function photosOf(req: Request): { picture: string; thumbnail: string } {
  const photo = (size: string): string => `${originOf(req)}/profilephoto/005/${size}`;
  return { picture: photo('F'), thumbnail: photo('T') };
}

function common(org: SimulatedOrg, user: SRecord): Record<string, unknown> {
  return {
    user_id: user.Id,
    organization_id: org.orgId,
    email: user['Email'],
    email_verified: true,
    active: user['IsActive'],
    user_type: 'STANDARD',
    language: 'en_US',
    locale: user['LocaleSidKey'],
    utcOffset: 0,
  };
}

function userinfo(req: Request, org: SimulatedOrg, user: SRecord): Record<string, unknown> {
  return {
    sub: identityUrl(originOf(req), org.orgId, user.Id),
    ...common(org, user),
    preferred_username: user['Username'],
    nickname: user['Alias'] ?? user['Username'],
    name: user['Name'],
    zoneinfo: user['TimeZoneSidKey'],
    photos: photosOf(req),
    profile: `${originOf(req)}/${user.Id}`,
    picture: photosOf(req).picture,
    address: {},
    urls: urlsOf(req, user, org.orgId),
    given_name: user['FirstName'],
    family_name: user['LastName'],
    updated_at: user['LastModifiedDate'],
    is_app_installed: true,
  };
}

function identity(req: Request, org: SimulatedOrg, user: SRecord): Record<string, unknown> {
  return {
    id: identityUrl(originOf(req), org.orgId, user.Id),
    asserted_user: true,
    ...common(org, user),
    username: user['Username'],
    nick_name: user['Alias'] ?? user['Username'],
    display_name: user['Name'],
    first_name: user['FirstName'],
    last_name: user['LastName'],
    timezone: user['TimeZoneSidKey'],
    photos: photosOf(req),
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: null,
    addr_zip: null,
    mobile_phone: null,
    mobile_phone_verified: false,
    status: { created_date: null, body: null },
    urls: urlsOf(req, user, org.orgId),
    last_modified_date: user['LastModifiedDate'],
    is_app_installed: true,
  };
}

/** Who is signed in: OpenID userinfo and the identity address (Salesforce Help, "Identity URLs"). */
export function mountIdentity(app: Express, calls: CallLog, org: SimulatedOrg): void {
  const refuse = (res: Response, what: string): void => void res.status(403).type('text').send(what);
  const answerUserinfo = (req: Request, res: Response): void => {
    calls.call(req.method, '/services/oauth2/userinfo');
    const user = userOf(org, req);
    if (typeof user === 'string') return refuse(res, user);
    res.json(userinfo(req, org, user));
  };
  app.get('/services/oauth2/userinfo', answerUserinfo);
  app.post('/services/oauth2/userinfo', answerUserinfo);
  app.get('/id/:orgId/:userId', (req, res) => {
    calls.call('GET', '/id/:orgId/:userId');
    const user = userOf(org, req);
    if (typeof user === 'string') return refuse(res, user);
    if (normalizeId(req.params.orgId) !== org.orgId) return refuse(res, 'Wrong_Org');
    if (normalizeId(req.params.userId) !== user.Id) return refuse(res, 'Bad_Id');
    const { version } = req.query;
    const body = identity(req, org, user);
    if (typeof version !== 'string') return void res.json(body);
    const number = version === 'latest' ? '68.0' : version;
    res.json(JSON.parse(JSON.stringify(body).replaceAll('{version}', number)));
  });
}
