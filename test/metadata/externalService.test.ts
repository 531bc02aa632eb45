import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REGISTRATION, registrationXml } from '../../scripts/external-service/registration.ts';
import { OPERATIONS } from '../../server/interfaces/http/actions/schemas.ts';
import { list, packageFiles, readMetadata, ROOT, SOURCE, type Xml } from './source.ts';

const registration = readMetadata('externalServiceRegistrations/Billing360.externalServiceRegistration-meta.xml');

it('is what the server says of itself: run node scripts/external-service.ts when it is not', () => {
  expect(readFileSync(REGISTRATION, 'utf8')).toBe(registrationXml());
});

it('is checked by a command', () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/external-service.ts', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stdout).toContain('is up to date');
  expect(status).toBe(0);
});

it('goes by a named credential of the package, and that by an external credential without any secret', () => {
  const named = readMetadata(
    `namedCredentials/${String(registration['namedCredentialReference'])}.namedCredential-meta.xml`,
  );
  const authentication = list(named, 'namedCredentialParameters').find(
    (one) => one['parameterType'] === 'Authentication',
  );
  const path = `externalCredentials/${String(authentication?.['externalCredential'])}.externalCredential-meta.xml`;
  expect(packageFiles()).toContain(path);
  const types = list(readMetadata(path), 'externalCredentialParameters').map((one) => one['parameterType']);
  expect(types).toEqual(['AuthProtocolVariant', 'AuthProviderUrl', 'AuthParameter', 'NamedPrincipal']);
});

it('asks for the scopes of its operations', () => {
  const external = readMetadata('externalCredentials/Billing_360.externalCredential-meta.xml');
  const scope = list(external, 'externalCredentialParameters').find((one) => one['parameterName'] === 'Scope');
  const wanted = new Set(Object.values(OPERATIONS).map((operation) => operation.scope));
  expect(new Set(String(scope?.['parameterValue']).split(' '))).toEqual(wanted);
});

it('is called by the flows with operations that it has', () => {
  const operations = list(registration, 'operations').map((one) => `Billing360.${String(one['name'])}`);
  const flows = packageFiles().filter((path) => path.startsWith('flows/'));
  const called = flows.flatMap((path) => list(readMetadata(path), 'actionCalls')).map((one: Xml) => one['actionName']);
  expect(called.filter((name) => !operations.includes(String(name)))).toEqual([]);
  expect(packageFiles().some((path) => path.startsWith('unpackaged'))).toBe(false);
  expect(
    readFileSync(
      join(ROOT, 'unpackaged/post-install/permissionsets/Billing_Callout_Access.permissionset-meta.xml'),
      'utf8',
    ),
  ).toContain('Billing_360-Billing_360');
});

it('has its flows as quick actions, each of a flow that is active, and pages name no others', () => {
  const actions = packageFiles().filter((path) => path.startsWith('quickActions/'));
  expect(actions.length).toBeGreaterThan(0);
  for (const path of actions) {
    const flow = readMetadata(`flows/${String(readMetadata(path)['flowDefinition'])}.flow-meta.xml`);
    expect
      .soft([flow['status'], flow['processType'], flow['runInMode']], path)
      .toEqual(['Active', 'Flow', 'DefaultMode']);
    expect.soft(String(flow['description'] ?? ''), path).toMatch(/\S.{10,}/);
  }
  const pages = packageFiles().filter((path) => path.startsWith('flexipages/'));
  const named = pages.flatMap((path) => [
    ...readFileSync(join(SOURCE, path), 'utf8').matchAll(/<value>(\w+\.Billing_\w+)<\/value>/g),
  ]);
  expect(named.length).toBeGreaterThan(0);
  const files = named.map(([, name]) => `quickActions/${name}.quickAction-meta.xml`);
  expect(files.filter((path) => !actions.includes(path))).toEqual([]);
});

it('makes no callout after a save: each flow saves nothing before its last callout', () => {
  for (const path of packageFiles().filter((one) => one.startsWith('flows/Billing_'))) {
    const flow = readMetadata(path);
    const after = list(flow, 'recordCreates')
      .flatMap((one) => list(one, 'connector'))
      .map((one) => one['targetReference']);
    const callouts = list(flow, 'actionCalls').map((one) => one['name']);
    expect(
      after.filter((name) => callouts.includes(name)),
      path,
    ).toEqual([]);
    for (const call of list(flow, 'actionCalls')) expect(list(call, 'faultConnector'), path).toHaveLength(1);
  }
});
