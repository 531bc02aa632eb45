import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSalesforceSim, type RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { accountOf, assertionFor, callsOf, CLIENT_ID, connect, PUBLIC_KEY, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
beforeAll(async () => {
  sim = await startTestOrg();
});
afterAll(() => sim.close());

async function token(body: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${sim.url}/services/oauth2/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const jwt = (claims: Record<string, unknown> = {}, username: string = USERS.integration) =>
  token({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertionFor(sim, username, claims),
  });

describe('tokens by JWT bearer', () => {
  it('are given in the form that clients check for', async () => {
    const { status, body } = await jwt();
    expect(status).toBe(200);
    expect(body['access_token']).toMatch(/^00D\w{12,15}![.\w]+$/);
    expect(body).toMatchObject({ instance_url: sim.url, token_type: 'Bearer', scope: 'api' });
    const userId = sim.org.userNamed(USERS.integration)!.Id;
    expect(body['id']).toBe(`${sim.url.replace('http:', 'https:')}/id/${sim.orgId}/${userId}`);
    expect(body).not.toHaveProperty('refresh_token');
  });

  it('take exp in seconds and, as sf sends it, in milliseconds; aud with and without slash', async () => {
    expect((await jwt({ exp: Date.now() + 60_000, aud: `${sim.url}/` })).status).toBe(200);
    expect((await jwt({ aud: 'https://login.salesforce.com' })).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['an expired assertion', { exp: 1_000_000_000 }, 'invalid_grant', 'expired assertion'],
    ['another audience', { aud: 'https://example.org' }, 'invalid_grant', 'audience is invalid'],
    ['an unknown app', { iss: 'nobody' }, 'invalid_client_id', 'client identifier invalid'],
    ['an unknown user', { sub: 'nobody@example.org' }, 'invalid_grant', "user hasn't approved this consumer"],
  ])('refuse %s', async (_what, claims, error, description) => {
    expect(await jwt(claims)).toEqual({ status: 400, body: { error, error_description: description } });
  });

  it('refuse a key whose certificate was replaced, while sessions that it began live on', async () => {
    const replace = (publicKeyPem: string) =>
      fetch(`${sim.url}/__sim/connected-app`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ clientId: CLIENT_ID, publicKeyPem }),
      });
    const session = (await jwt()).body['access_token']!;
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect((await replace(publicKey.export({ type: 'spki', format: 'pem' }).toString())).status).toBe(200);
    expect((await jwt()).body).toMatchObject({ error: 'invalid_grant', error_description: 'invalid assertion' });
    const read = await fetch(`${sim.url}/services/data/v66.0/limits`, {
      headers: { authorization: `Bearer ${session}` },
    });
    expect(read.status).toBe(200);
    expect((await replace(PUBLIC_KEY)).status).toBe(200);
    expect((await jwt()).status).toBe(200);
    expect((await replace('')).status).toBe(400);
  });

  it('refuse a changed payload, another algorithm and nonsense', async () => {
    const [head, , signature] = assertionFor(sim, USERS.integration).split('.');
    const other = assertionFor(sim, USERS.admin).split('.')[1];
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const assertion of [`${head}.${other}.${signature}`, `${none}.${other}.`, 'nonsense', '']) {
      const answer = await token({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
      expect(answer).toEqual({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'invalid assertion' },
      });
    }
  });

  it('refuse parameters that come twice or as a list, and grant types that are no grant types', async () => {
    const grant = encodeURIComponent('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const good = assertionFor(sim, USERS.integration);
    const errors = [];
    for (const body of [
      `grant_type=${grant}&assertion=${good}&assertion=${good}`,
      `grant_type=${grant}&assertion[]=${good}`,
      `grant_type=${grant}&grant_type=${grant}&assertion=${good}`,
      'grant_type=constructor',
      'grant_type=__proto__',
      '',
    ]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(`${sim.url}/services/oauth2/token`, { method: 'POST', headers, body });
      errors.push([response.status, ((await response.json()) as { error: string }).error]);
    }
    const unknown = [400, 'unsupported_grant_type'];
    expect(errors).toEqual([[400, 'invalid_grant'], [400, 'invalid_grant'], unknown, unknown, unknown, unknown]);
  });

  it('refuse a user who is not active', async () => {
    const { Id } = sim.org.userNamed(USERS.otherRep)!;
    const admin = sim.org.userNamed(USERS.admin)!.Id;
    sim.org.update('User', [{ Id, IsActive: false }], { userId: admin });
    expect((await jwt({}, USERS.otherRep)).body['error']).toBe('inactive_user');
    sim.org.update('User', [{ Id, IsActive: true }], { userId: admin });
  });
});

describe('other grants', () => {
  it('client credentials act as the user of the app, secret in the body or in Basic', async () => {
    const grant = { grant_type: 'client_credentials' };
    const first = await token({ ...grant, client_id: 'secret-app', client_secret: 'open sesame' });
    expect(first.status).toBe(200);
    expect(first.body['id']).toContain(sim.org.userNamed(USERS.integration)!.Id);
    const basic = `Basic ${Buffer.from('secret-app:open sesame').toString('base64')}`;
    expect((await token(grant, { authorization: basic })).status).toBe(200);
    const wrong = await token({ ...grant, client_id: 'secret-app', client_secret: 'shut' });
    expect(wrong.body['error']).toBe('invalid_client');
    const nobody = await token({ ...grant, client_id: 'app-of-nobody', client_secret: 'open sesame' });
    expect(nobody.body['error_description']).toBe('no client credentials user enabled');
  });

  it('the password flow is refused, and there are no refresh tokens', async () => {
    const password = await token({ grant_type: 'password', client_id: CLIENT_ID, username: 'x', password: 'y' });
    expect(password.body).toEqual({ error: 'invalid_grant', error_description: 'authentication failure' });
    const refresh = await token({ grant_type: 'refresh_token', refresh_token: 'x', client_id: CLIENT_ID });
    expect(refresh.body['error_description']).toBe('expired access/refresh token');
  });
});

describe('sessions', () => {
  it('are asked for on every data call', async () => {
    const answer = async (headers: Record<string, string>) => {
      const response = await fetch(`${sim.url}/services/data/v66.0/limits`, { headers });
      return [response.status, ((await response.json()) as { errorCode: string }[])[0]!.errorCode];
    };
    expect(await answer({})).toEqual([401, 'INVALID_AUTH_HEADER']);
    expect(await answer({ authorization: 'Bearer 00Dx!y' })).toEqual([401, 'INVALID_SESSION_ID']);
  });

  it('jsforce logs in again when its session has expired, and repeats the call', async () => {
    const connection = await connect(sim);
    const before = connection.accessToken;
    const response = await fetch(`${sim.url}/__sim/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"expireAll":true}',
    });
    expect(await response.json()).toEqual({ expired: true });
    const accountId = accountOf(sim, 'rep');
    const results = await connection.update('Account', [{ Id: accountId, Billing_Row_Version__c: 1 }]);
    expect(results).toEqual([{ id: accountId, success: true, errors: [] }]);
    expect(connection.accessToken).not.toBe(before);
  });

  it('end when they are revoked', async () => {
    const { body } = await jwt();
    const revoked = await fetch(`${sim.url}/services/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: body['access_token']! }),
    });
    expect(revoked.status).toBe(200);
    const info = await fetch(`${sim.url}/services/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${body['access_token']!}` },
    });
    expect([info.status, await info.text()]).toEqual([403, 'Bad_OAuth_Token']);
  });

  it('tell who is signed in', async () => {
    const authorization = `Bearer ${sim.tokenFor(USERS.rep)}`;
    const userId = sim.org.userNamed(USERS.rep)!.Id;
    const info = await fetch(`${sim.url}/services/oauth2/userinfo`, { headers: { authorization } });
    expect(await info.json()).toMatchObject({
      user_id: userId,
      organization_id: sim.orgId,
      preferred_username: USERS.rep,
    });
    const identity = await fetch(`${sim.url}/id/${sim.orgId}/${userId}`, { headers: { authorization } });
    expect(await identity.json()).toMatchObject({ username: USERS.rep, organization_id: sim.orgId });
  });

  it('need API access, which the integration user has by its permission set alone', async () => {
    const admin = sim.org.userNamed(USERS.admin)!.Id;
    const { Id, ProfileId } = sim.org.userNamed(USERS.integration)!;
    const locale = {
      TimeZoneSidKey: 'UTC',
      LocaleSidKey: 'en_US',
      EmailEncodingKey: 'UTF-8',
      LanguageLocaleKey: 'en_US',
    };
    const name = { Username: 'bare@billing360.example', LastName: 'Bare', Email: 'bare@billing360.example' };
    const person = { ...name, Alias: 'bare', ...locale };
    expect(sim.org.insert('User', [{ ...person, ProfileId }], { userId: admin })[0]!.success).toBe(true);
    const authorization = `Bearer ${sim.tokenFor('bare@billing360.example')}`;
    const response = await fetch(`${sim.url}/services/data/v66.0/limits`, { headers: { authorization } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject([{ errorCode: 'API_DISABLED_FOR_ORG' }]);
    expect(sim.org.accessOf(Id).hasPermission('ApiEnabled')).toBe(true);
    expect(sim.org.accessOf(Id).isAdmin).toBe(false);
  });
});

describe('discovery', () => {
  it('lists the versions without a token, also behind a doubled slash', async () => {
    const response = await fetch(`${sim.url}//services/data`);
    const versions = (await response.json()) as { version: string }[];
    expect(versions.at(0)).toEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' });
    expect(versions.at(-1)).toEqual({ label: "Winter '27", url: '/services/data/v68.0', version: '68.0' });
  });

  it('gives the resources of a version, and 404 for one that no org has', async () => {
    const rep = callsOf(sim, 'rep');
    const root = await rep.call('GET', '/');
    expect(root.body).toMatchObject({ sobjects: '/services/data/v66.0/sobjects', query: '/services/data/v66.0/query' });
    const authorization = `Bearer ${sim.tokenFor(USERS.rep)}`;
    for (const version of ['v69.0', 'v29.0', 'v66.1', 'latest']) {
      const response = await fetch(`${sim.url}/services/data/${version}/limits`, { headers: { authorization } });
      expect([response.status, await response.json()]).toEqual([
        404,
        [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }],
      ]);
    }
  });
});

describe('apps, and what a token may do', () => {
  let other: RunningSalesforce;
  const redirect = 'http://localhost:1717/OauthRedirect';
  const secret = { client_id: 'strict-app', client_secret: 'hush' };
  beforeAll(async () => {
    other = await startSalesforceSim({
      connectedApps: [
        {
          clientId: 'strict-app',
          clientSecret: 'hush',
          runAs: USERS.rep,
          scopes: ['api', 'web'],
          permissionSets: ['Billing_Viewer'],
        },
        {
          clientId: 'closed-app',
          clientSecret: 'hush',
          runAs: USERS.repWithoutBilling,
          permissionSets: ['Billing_Viewer'],
        },
      ],
    });
  });
  afterAll(() => other.close());
  const post = async (path: string, body: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${other.url}/services/oauth2/${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(body),
      redirect: 'manual',
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : null,
    };
  };
  const grant = { grant_type: 'client_credentials' };

  it('an app that admins approve users for lets in no others', async () => {
    expect((await post('token', { ...grant, ...secret })).body).toMatchObject({ scope: 'api web' });
    expect((await post('token', { ...grant, client_id: 'closed-app', client_secret: 'hush' })).body).toEqual({
      error: 'invalid_app_access',
      error_description: 'user is not admin approved to access this app',
    });
  });

  it('introspection tells of tokens to the app that has them, and to no other', async () => {
    const { access_token: token, id } = (await post('token', { ...grant, ...secret })).body;
    const told = (await post('introspect', { token, ...secret })).body;
    expect(told).toMatchObject({
      active: true,
      scope: 'api web',
      client_id: 'strict-app',
      username: USERS.rep,
      sub: id,
      token_type: 'access_token',
    });
    expect(told.exp - told.iat).toBe(7200);
    expect((await post('introspect', { token, client_id: 'closed-app', client_secret: 'hush' })).body).toEqual({
      active: false,
    });
    expect((await post('introspect', { token: 'x', ...secret })).body).toEqual({ active: false });
    expect((await post('introspect', { token, client_id: 'strict-app' })).body).toMatchObject({
      error: 'invalid_client',
    });
  });

  it('tokens end by themselves after the time that the switch gives them', async () => {
    const session = (lifetimeMs: number) =>
      fetch(`${other.url}/__sim/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ lifetimeMs }),
      });
    await session(-1);
    const { access_token: token } = (await post('token', { ...grant, ...secret })).body;
    await session(7_200_000);
    const authorization = `Bearer ${token}`;
    const answer = await fetch(`${other.url}/services/data/v66.0/limits`, { headers: { authorization } });
    expect([answer.status, await answer.json()]).toEqual([
      401,
      [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }],
    ]);
  });

  it('a token opens a browser session by a link', async () => {
    const authorization = `Bearer ${other.tokenFor(USERS.rep)}`;
    const single = await post('singleaccess', { redirect_uri: '/lightning/page/home' }, { authorization });
    const link = new URL(single.body.frontdoor_uri);
    expect([link.origin, link.pathname, link.searchParams.get('retURL')]).toEqual([
      other.url,
      '/secur/frontdoor.jsp',
      '/lightning/page/home',
    ]);
    expect(other.org.userOfToken(link.searchParams.get('sid')!)).toBe(other.org.userNamed(USERS.rep)!.Id);
    expect((await post('singleaccess', {})).status).toBe(401);
  });

  it('the login page serves the sf CLI and refuses what it does not know', async () => {
    const authorize = (parameters: Record<string, string>) =>
      fetch(`${other.url}/services/oauth2/authorize?${new URLSearchParams(parameters)}`, { redirect: 'manual' });
    const cli = {
      client_id: 'PlatformCLI',
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'refresh_token api web',
    };
    expect(await (await authorize({ ...cli, state: '"><b>' })).text()).toContain('value="&#34;&#62;&#60;b&#62;"');
    for (const wrong of [{ client_id: 'nobody' }, { redirect_uri: 'https://evil.example' }])
      expect((await authorize({ ...cli, ...wrong })).status).toBe(400);
    for (const [wrong, error] of [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ scope: 'full' }, 'invalid_scope'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
    ] as const) {
      const back = new URL((await authorize({ ...cli, ...wrong })).headers.get('location')!);
      expect([back.origin, back.searchParams.get('error')]).toEqual(['http://localhost:1717', error]);
    }
    expect((await post('authorize', { ...cli, username: 'nobody@example.org' })).text).toContain('check your username');
    const challenge = createHash('sha256').update('verifier').digest('base64url');
    const logIn = async (): Promise<string> => {
      const answer = await post('authorize', { ...cli, code_challenge: challenge, username: USERS.admin });
      return new URL(answer.headers.get('location')!).searchParams.get('code')!;
    };
    const exchange = async (code_verifier: string, redirect_uri = redirect) => {
      const code = await logIn();
      const grant_type = 'authorization_code';
      return (await post('token', { grant_type, client_id: 'PlatformCLI', code, redirect_uri, code_verifier })).body;
    };
    expect(await exchange('other')).toMatchObject({
      error: 'invalid_grant',
      error_description: 'invalid code verifier',
    });
    expect(await exchange('verifier', 'http://x')).toMatchObject({ error: 'redirect_uri_mismatch' });
    expect(await exchange('verifier')).toMatchObject({
      token_type: 'Bearer',
      refresh_token: expect.stringMatching(/^5Aep/),
    });
  });

  it('the token endpoint takes POST alone and knows its grants', async () => {
    const get = await fetch(`${other.url}/services/oauth2/token`);
    expect(await get.json()).toEqual({ error: 'invalid_request', error_description: 'must use HTTP POST' });
    expect((await post('token', { grant_type: 'magic' })).body).toMatchObject({ error: 'unsupported_grant_type' });
    expect((await post('revoke', { token: 'x' })).body).toMatchObject({ error: 'unsupported_token_type' });
  });

  it('identity is told to its owner alone, with the addresses of a version when one is asked for', async () => {
    const token = other.tokenFor(USERS.rep);
    const user = other.org.userNamed(USERS.rep)!;
    const read = async (path: string) => {
      const response = await fetch(`${other.url}${path}`);
      return { status: response.status, text: await response.text() };
    };
    const own = `/id/${other.orgId}/${user.Id}`;
    const latest = JSON.parse((await read(`${own}?version=latest&oauth_token=${encodeURIComponent(token)}`)).text);
    expect(latest.urls.query).toBe(`${other.url}/services/data/v68.0/query/`);
    expect(await read(own)).toEqual({ status: 403, text: 'Missing_OAuth_Token' });
    expect((await read(`/id/00D000000000002/${user.Id}?oauth_token=${token}`)).text).toBe('Wrong_Org');
    expect((await read(`/id/${other.orgId}/005000000000009AAA?oauth_token=${token}`)).text).toBe('Bad_Id');
  });

  it('SOAP is refused by a fault, login for good and the rest as not simulated', async () => {
    const soap = async (operation: string) => {
      const body = `<soapenv:Envelope><soapenv:Body><urn:${operation}/></soapenv:Body></soapenv:Envelope>`;
      const response = await fetch(`${other.url}/services/Soap/u/66.0`, { method: 'POST', body });
      return [response.status, await response.text()];
    };
    expect(await soap('login')).toEqual([
      500,
      expect.stringContaining('INVALID_OPERATION: SOAP API login() is disabled'),
    ]);
    expect(await soap('query')).toEqual([501, expect.stringContaining('The SOAP call query is not simulated')]);
  });
});
