import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SimClock } from '../../kit/clock.ts';
import { startSim, type RunningSim } from '../../kit/sim.ts';
import { mountGraphql } from '../graphql/index.ts';
import { createOrg, type SimulatedOrg } from '../org/org.ts';
import { USERS } from '../org/seed.ts';
import type { FieldValue } from '../org/types.ts';
import { mountUiApi } from '../uiapi/index.ts';
import { Views } from '../views/views.ts';
import { pageRoutes } from './index.ts';
import { sessionMiddleware } from './session.ts';
import { PARTS } from '../org/testing/parts.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const FORCE_APP = join(ROOT, 'force-app/main/default');

/** Shared with the demo, so that the base components are built once. */
export const CACHE = join(ROOT, '.cache/lightning-host');

export type TestPackage = { forceApp: string; write(path: string, text: string): void; remove(): void };

/** A package with the schema of the real one and whatever bundles, labels and pages a test writes. */
export function testPackage(files: Record<string, string> = {}): TestPackage {
  const forceApp = mkdtempSync(join(tmpdir(), 'force-app-'));
  for (const name of PARTS.filter((part) => part !== 'labels'))
    symlinkSync(join(FORCE_APP, name), join(forceApp, name), 'junction');
  // Copied, since a test may write over them.
  cpSync(join(FORCE_APP, 'labels'), join(forceApp, 'labels'), { recursive: true });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(forceApp, path)), { recursive: true });
    writeFileSync(join(forceApp, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { forceApp, write, remove: () => rmSync(forceApp, { recursive: true, force: true }) };
}

/** The files of a bundle that is exposed to record pages. */
export function bundle(name: string, script: string, template: string): Record<string, string> {
  return {
    [`lwc/${name}/${name}.ts`]: script,
    [`lwc/${name}/${name}.html`]: `<template>${template}</template>`,
    [`lwc/${name}/${name}.js-meta.xml`]: `<LightningComponentBundle><apiVersion>66.0</apiVersion><isExposed>true</isExposed><targets><target>lightning__RecordPage</target></targets></LightningComponentBundle>`,
  };
}

/** A record page of Account; items of a region are component names. */
export function accountPage(regions: Record<string, readonly string[]>): Record<string, string> {
  const items = (names: readonly string[]) =>
    names
      .map(
        (name) =>
          `<itemInstances><componentInstance><componentName>${name}</componentName></componentInstance></itemInstances>`,
      )
      .join('');
  const xml = Object.entries(regions)
    .map(
      ([name, names]) => `<flexiPageRegions>${items(names)}<name>${name}</name><type>Region</type></flexiPageRegions>`,
    )
    .join('');
  return {
    'flexipages/Test_Account.flexipage-meta.xml': `<FlexiPage>${xml}<masterLabel>Test Account</masterLabel><sobjectType>Account</sobjectType><template><name>flexipage:recordHomeTemplateDesktop</name></template><type>RecordPage</type></FlexiPage>`,
  };
}

export type TestPages = {
  url: string;
  sim: RunningSim;
  clock: SimClock;
  org: SimulatedOrg;
  /** Creates an Account, owned by the user of the pages unless said otherwise. @returns its id */
  account(values: Record<string, FieldValue>): string;
  close(): Promise<void>;
};

/** An org with pages, GraphQL and UI API, for the sales rep. */
export async function startPages(forceApp: string): Promise<TestPages> {
  const clock = new SimClock();
  const org = createOrg({ clock, forceApp, stateFile: undefined });
  const idOf = (username: string): string => org.userNamed(username)!.Id;
  const mounting: (void | Promise<void>)[] = [];
  const sim = await startSim(
    { clock },
    (ctx) => {
      ctx.app.use(sessionMiddleware(org, clock));
      mounting.push(
        mountGraphql(ctx, org),
        mountUiApi(ctx, org),
        pageRoutes(ctx, org, { forceApp, cacheDir: CACHE, pageUser: USERS.rep, views: new Views(org) }).then(
          (routes) => void ctx.app.use(routes),
        ),
      );
    },
    { reset: () => org.reset(), close: () => org.close() },
  );
  await Promise.all(mounting);
  return {
    url: sim.url,
    sim,
    clock,
    org,
    account(values) {
      const [result] = org.insert('Account', [{ OwnerId: idOf(USERS.rep), ...values }], { userId: idOf(USERS.admin) });
      if (!result?.success) throw new Error(JSON.stringify(result));
      return result.id!;
    },
    close: () => sim.close(),
  };
}
