import express, { type Request, type Response, type Router } from 'express';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SimContext } from '../../kit/sim.ts';
import { customPermissionsOf } from '../org/customPermissions.ts';
import type { SimulatedOrg } from '../org/org.ts';
import type { SObject, SRecord } from '../org/types.ts';
import { navigationOf } from '../views/navigation/apps.ts';
import type { Views } from '../views/views.ts';
import { buildLightningHost, type BuiltHost } from './build/buildLightningHost.ts';
import { contentOf } from './fields.ts';
import { readRecordPages, standardPage } from './flexiPage.ts';
import { clockScript, escapeHtml, framed, message, scriptJson, themeOf, type Frame, type Navigation } from './html.ts';
import { readLayout, type PageLayout } from './layout.ts';
import { regionsHtml } from './recordHtml.ts';
import { ownPath, setSid, sidOf } from './session.ts';
import { addViewPages } from './views/index.ts';

export type PageOptions = {
  /** Source folder of the package, `force-app/main/default`. */
  forceApp: string;
  /** Where the built browser code is kept between runs, `.cache/lightning-host`. */
  cacheDir: string;
  /** Username of whoever opens a page without a session. */
  pageUser: string;
  views: Views;
  onProgress?: ((message: string) => void) | undefined;
};

const ASSETS = '/lightning/assets';
const YEAR_MS = 365 * 86_400_000;

/**
 * Lightning record pages of the simulated org, with the bundles of `forceApp` in the regions of its FlexiPages.
 * Waits until the browser code is built, so that the first page is as fast as any other.
 * @throws Error that names the file of force-app that is wrong
 */
export async function pageRoutes(ctx: SimContext, org: SimulatedOrg, options: PageOptions): Promise<Router> {
  const pages = readRecordPages(options.forceApp);
  const layouts = new Map(
    org.objects().map((object) => [object.name, readLayout(options.forceApp, object, org.schema)]),
  );
  const routes = express.Router();
  const { onProgress } = options;
  const host = await buildLightningHost({
    forceApp: options.forceApp,
    cacheDir: options.cacheDir,
    ...(onProgress ? { onProgress } : {}),
  });
  const { app, base } = host;
  const asset = (folder: string, file: string) => `${ASSETS}/${folder}/${file}`;

  for (const { folder } of [app, base])
    routes.use(
      asset(folder, ''),
      express.static(join(host.dir, folder), { immutable: true, maxAge: YEAR_MS, index: false }),
    );
  routes.get('/favicon.ico', (_req, res) => void res.status(204).end());

  const logIn = (res: Response, username: string): string | null => {
    const user = org.userNamed(username);
    if (user) setSid(res, org.openSession(user.Id));
    return user?.Id ?? null;
  };
  /** Who looks: the session of the page, else a new one of the usual user; null once the request is answered. */
  const viewer = (req: Request, res: Response): string | null => {
    const as = req.query['as'];
    if (typeof as === 'string') {
      if (!logIn(res, as)) {
        show(req, res, null, 404, 'No such user', `There is no user ${as} in this org.`);
        return null;
      }
      const url = new URL(req.originalUrl, 'http://own.invalid');
      url.searchParams.delete('as');
      res.redirect(url.pathname + url.search);
      return null;
    }
    const sid = sidOf(req);
    const known = sid === undefined ? null : org.userOfToken(sid);
    if (known !== null) return known;
    const usual = logIn(res, options.pageUser);
    if (usual === null)
      show(req, res, null, 500, 'No such user', `There is no user ${options.pageUser} in this org to show pages to.`);
    return usual;
  };
  const userName = (userId: string): string => String(nameOf(org.get('User', userId)) ?? '');
  const navigation = (userId: string): Navigation => {
    const { label, tabs } = navigationOf(options.views.all.apps, org.schema, org.accessOf(userId));
    return { app: label, tabs };
  };
  /** What all pages have around them; nobody is named while nobody is known. */
  const frame = (req: Request, userId: string | null): Pick<Frame, 'userName' | 'theme' | 'styles' | 'navigation'> => {
    const theme = themeOf(req.query['theme']);
    const slds = theme === 'classic' ? 'slds-classic.css' : 'slds.css';
    return {
      theme,
      styles: [asset(base.folder, slds), asset(app.folder, 'host.css')],
      ...(userId === null ? { userName: '' } : { userName: userName(userId), navigation: navigation(userId) }),
    };
  };
  const show = (req: Request, res: Response, userId: string | null, status: number, heading: string, text: string) =>
    void res.status(status).send(framed({ ...frame(req, userId), title: heading, body: message(heading, text) }));

  routes.get('/secur/frontdoor.jsp', (req, res) => {
    const sid = req.query['sid'];
    if (typeof sid !== 'string' || org.userOfToken(sid) === null)
      return show(req, res, null, 401, 'Session expired', 'This link is no longer valid. Ask for a new one.');
    setSid(res, sid);
    return res.redirect(ownPath(req.query['retURL']));
  });

  routes.get(['/', '/lightning', '/lightning/page/home'], (req, res) => {
    const userId = viewer(req, res);
    if (userId === null) return;
    const access = org.accessOf(userId);
    const accounts = access.readsObject('Account')
      ? org.all('Account').filter((account) => access.seesRecord('Account', account))
      : [];
    const rows = accounts
      .sort((a, b) => String(a['Name']).localeCompare(String(b['Name'])))
      .map(({ Id, Name }) => `<li><a href="/lightning/r/Account/${Id}/view">${escapeHtml(String(Name))}</a></li>`);
    const list = rows.length > 0 ? `<ul class="slds-list_dotted">${rows.join('')}</ul>` : '<p>No accounts to show.</p>';
    res.send(
      framed({
        ...frame(req, userId),
        title: 'Accounts',
        body: `<main class="host-page"><article class="slds-card"><div class="slds-card__body slds-card__body_inner"><h1 class="slds-text-heading_medium slds-m-bottom_small">Accounts</h1>${list}</div></article></main>`,
      }),
    );
  });

  addViewPages(routes, org, options.views, {
    viewer,
    show,
    send: (req, res, userId, title, body) => {
      res.set('content-security-policy', contentPolicy(randomBytes(16).toString('base64')));
      res.send(framed({ ...frame(req, userId), title, body }));
    },
  });

  routes.get('/lightning/r/:id/view', (req, res) => {
    const object = org.objects().find(({ keyPrefix }) => keyPrefix !== '' && req.params.id.startsWith(keyPrefix));
    res.redirect(`/lightning/r/${object?.name ?? 'Account'}/${encodeURIComponent(req.params.id)}/view`);
  });

  routes.get('/lightning/r/:object/:id/view', (req, res) => {
    const userId = viewer(req, res);
    if (userId === null) return;
    const object = org.object(req.params.object);
    const record = object && org.get(object.name, req.params.id);
    // The wording of Lightning Experience.
    const problem = "Looks like there's a problem";
    if (!object || !record) return show(req, res, userId, 404, problem, NOT_FOUND);
    const access = org.accessOf(userId);
    if (!access.readsObject(object.name) || !access.seesRecord(object.name, record))
      return show(req, res, userId, 200, problem, NO_ACCESS);
    const page = pages.get(object.name) ?? standardPage(object.name);
    const layout = layouts.get(object.name) ?? null;
    const nonce = randomBytes(16).toString('base64');
    res.set('content-security-policy', contentPolicy(nonce));
    res.set('cache-control', 'no-store');
    res.send(
      framed({
        ...frame(req, userId),
        title: String(nameOf(record) ?? record.Id),
        head: headScripts(ctx, org, options.forceApp, host, userId, { object, record, layout }, nonce),
        body: regionsHtml(options.forceApp, page, layout, (what) => ctx.calls.refuse(what)),
      }),
    );
  });
  return routes;
}

const NOT_FOUND =
  "We couldn't find the record you're trying to access. It may have been deleted by another user, or there may have been a system error. Ask your administrator for help.";
const NO_ACCESS = "You don't have access to this record. Ask your administrator for help or to request access.";

const nameOf = (record: SRecord | null) => record?.['Name'] ?? record?.['Subject'];

/** As strict as Lightning's own: a bundle that calls another host fails here as it would there. */
const contentPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: https:",
    "base-uri 'self'",
    "frame-ancestors 'self'",
  ].join('; ');

function headScripts(
  ctx: SimContext,
  org: SimulatedOrg,
  forceApp: string,
  { app, base }: BuiltHost,
  userId: string,
  { object, record, layout }: { object: SObject; record: SRecord; layout: PageLayout | null },
  nonce: string,
): string {
  const url = (folder: string, file: string) => `${ASSETS}/${folder}/${file}`;
  const imports = Object.fromEntries(Object.entries(base.modules).map(([id, file]) => [id, url(base.folder, file)]));
  const access = org.accessOf(userId);
  const config = {
    apiVersion: org.apiVersion,
    userId,
    lightningWebSecurity: org.lightningWebSecurity,
    customPermissions: customPermissionsOf(forceApp).filter((name) => access.hasCustomPermission(name)),
    timeZone: String(org.get('User', userId)?.['TimeZoneSidKey'] ?? 'UTC'),
    record: { id: record.Id, objectApiName: object.name, objectLabel: object.label },
    ...contentOf(org, access, object, layout),
  };
  const preload = [
    ...base.preload.map((file) => url(base.folder, file)),
    ...app.platform.map((id) => url(base.folder, base.modules[id] ?? '')),
    ...app.preload.map((file) => url(app.folder, file)),
  ];
  return [
    `<script nonce="${nonce}">${clockScript(ctx.clock.offsetMs)}</script>`,
    `<script type="application/json" id="page-config">${scriptJson(config)}</script>`,
    `<script type="importmap" nonce="${nonce}">${scriptJson({ imports })}</script>`,
    ...preload.map((href) => `<link rel="modulepreload" href="${href}">`),
    `<script type="module" src="${url(app.folder, app.modules['main'] ?? '')}"></script>`,
  ].join('\n');
}
