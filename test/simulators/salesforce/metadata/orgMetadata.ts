import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimContext } from '../../kit/sim.ts';
import { makeId } from '../org/ids.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { USERS } from '../org/seed.ts';
import { keyOf, type Component, type Components } from './components/component.ts';
import { readSourceFolder, writeSourceFolder } from './components/sourceFolder.ts';
import { readArchive } from './deploy/archive.ts';
import { Attempt, type Failure, type Outcome, type Success } from './deploy/deploy.ts';
import type { DeployOptions } from './deploy/options.ts';
import type { Deployment, DeployMessage } from './deploy/result.ts';
import { FlowVersions } from './flowVersions.ts';
import { publishFlows } from './flowViews.ts';
import { typeNamed } from './types.ts';
import { metadataRoot, writeXml } from './xml/document.ts';

/** Who made and last changed a component. */
type Provenance = { id: string; createdBy: string; createdAt: string; changedBy: string; changedAt: string };

/** The metadata of an org as components, its deploys, and what admins and packages did to it. */
export class OrgMetadata {
  /** Plays a production org: flows arrive inactive, and nothing is kept of a deploy that fails in part. */
  production = false;
  readonly deployments = new Map<string, Deployment>();
  readonly flowVersions = new FlowVersions(
    (prefix) => this.newId(prefix),
    () => this.#now(),
  );
  readonly #ctx: SimContext;
  readonly #org: SimulatedOrg;
  #work: string | null = null;
  #current: { folder: string; components: Components } | null = null;
  #folders = 0;
  #ids = 0;
  readonly #provenance = new Map<string, Provenance>();
  #queue: Promise<void> = Promise.resolve();

  constructor(ctx: SimContext, org: SimulatedOrg) {
    this.#ctx = ctx;
    this.#org = org;
    this.#readFlows();
  }

  get components(): Components {
    const { forceApp } = this.#org;
    if (this.#current?.folder !== forceApp)
      this.#current = { folder: forceApp, components: readSourceFolder(forceApp) };
    return this.#current.components;
  }

  /** With the standard objects of which nothing was ever set, as lists and retrieves see them. */
  get visible(): Components {
    const standard = this.#org.objects().filter((object) => !object.custom && !object.apiOnly);
    const empty = standard.map(({ name }): [string, Component] => [
      keyOf('CustomObject', name),
      {
        type: 'CustomObject',
        fullName: name,
        fileName: `objects/${name}.object`,
        text: writeXml(metadataRoot('CustomObject', [])),
      },
    ]);
    return new Map([...empty, ...this.components]);
  }

  /** Back to the metadata that the org was made with; after the org's own reset. */
  reset(): void {
    this.#current = null;
    this.#provenance.clear();
    this.deployments.clear();
    this.production = false;
    this.flowVersions.reset();
    this.#readFlows();
  }

  close(): void {
    if (this.#work !== null) rmSync(this.#work, { recursive: true });
    this.#work = null;
  }

  newId(keyPrefix: string): string {
    return makeId(keyPrefix, ++this.#ids);
  }

  /** Components that came with the org are the admin's. */
  provenanceOf(component: Component): Provenance {
    const key = keyOf(component.type, component.fullName);
    let known = this.#provenance.get(key);
    if (!known) {
      const [by, at] = [this.#org.userNamed(USERS.admin)?.Id ?? '', this.#now()];
      known = { id: this.newId('0A0'), createdBy: by, createdAt: at, changedBy: by, changedAt: at };
      this.#provenance.set(key, known);
    }
    return known;
  }

  userName(userId: string): string {
    return String(this.#org.get('User', userId)?.['Name'] ?? '');
  }

  /** Takes 15- and 18-character ids. */
  deploymentNamed(id: string): Deployment | undefined {
    return [...this.deployments.values()].find((one) => one.id === id || one.id.slice(0, 15) === id);
  }

  #now(): string {
    return this.#ctx.clock.now().toISOString();
  }

  /** Queues a deploy; they run one after the other. */
  deploy(zip: Uint8Array, options: DeployOptions, userId: string): Deployment {
    const deployment: Deployment = {
      id: this.newId('0Af'),
      userId,
      userName: this.userName(userId),
      options,
      createdAt: this.#now(),
      status: 'Pending',
      successes: [],
      failures: [],
    };
    this.deployments.set(deployment.id, deployment);
    this.#queue = this.#queue.then(() => this.#run(deployment, zip));
    return deployment;
  }

  /** @returns false when it is too late */
  cancel(deployment: Deployment): boolean {
    if (deployment.status !== 'Pending') return false;
    deployment.status = 'Canceled';
    return true;
  }

  /** Waits for every deploy that was asked for. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #run(deployment: Deployment, zip: Uint8Array): Promise<void> {
    if (deployment.status === 'Canceled') return;
    let archive;
    try {
      archive = readArchive(zip, deployment.options.allowMissingFiles);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      const fault = { type: '', fullName: 'package.xml', fileName: 'package.xml', problem };
      deployment.failures = [this.#failureMessage(fault)];
      deployment.status = 'Failed';
      return;
    }
    for (const { unsupported } of archive.faults) if (unsupported) this.#ctx.calls.refuse(unsupported);
    try {
      const outcome = await new Attempt(this.#org, this.components, archive).run();
      this.#finish(deployment, outcome);
    } catch (error) {
      deployment.error = {
        statusCode: 'UNKNOWN_EXCEPTION',
        message: `An unexpected error occurred: ${error instanceof Error ? error.message : String(error)}`,
      };
      deployment.status = 'Failed';
    }
  }

  #finish(deployment: Deployment, { successes, failures, components }: Outcome): void {
    const { options, userId } = deployment;
    if (deployment.status === 'Canceled') return;
    for (const { problem } of failures)
      if (/not supported/.test(problem)) this.#ctx.calls.refuse(`deploy: ${problem.replaceAll(/'[^']*'/g, '…')}`);
    const kept = failures.length === 0 || (!options.rollbackOnError && successes.length > 0);
    if (kept && !options.checkOnly) this.#keep(components, successes, userId);
    const messages = successes.map((success) => this.#successMessage(success));
    const manifest = { type: '', fullName: 'package.xml', fileName: 'package.xml', text: '' };
    const own = this.#successMessage({ component: manifest, created: false, changed: true, deleted: false });
    deployment.successes = [...messages, own];
    deployment.failures = failures.map((failure) => this.#failureMessage(failure));
    deployment.status = failures.length === 0 ? 'Succeeded' : kept ? 'SucceededPartial' : 'Failed';
  }

  /** Puts components in force that were tried before. */
  #keep(components: Components, successes: readonly Success[], userId: string): void {
    const at = this.#now();
    const next = new Map(components);
    for (const { component, created, changed, deleted } of successes) {
      const key = keyOf(component.type, component.fullName);
      if (deleted) this.#provenance.delete(key);
      if (deleted || !changed) continue;
      const known = created ? undefined : this.provenanceOf(component);
      this.#provenance.set(key, {
        ...(known ?? { id: this.newId('0A0'), createdBy: userId, createdAt: at }),
        ...{ changedBy: userId, changedAt: at },
      });
      if (component.type === 'Flow') next.set(key, this.flowVersions.add(component, this.production));
    }
    this.#use(next);
  }

  #use(components: Components): void {
    this.#work ??= mkdtempSync(join(tmpdir(), 'org-metadata-'));
    const folder = join(this.#work, String(++this.#folders));
    writeSourceFolder(folder, components);
    this.#org.useMetadata(folder);
    this.#current = { folder, components };
    this.#followFlows(components);
  }

  /** Everything else is read when it is first asked for, since most orgs never are. */
  #readFlows(): void {
    this.#followFlows(readSourceFolder(this.#org.forceApp, [typeNamed('Flow')!]));
  }

  #followFlows(components: Components): void {
    this.flowVersions.follow(components);
    publishFlows(this.#org, this.flowVersions.all());
  }

  /** Which version of a flow runs, as an admin chooses in Setup; null for none. @throws Error when there is no such version */
  activateFlow(name: string, version: number | null): void {
    const key = keyOf('Flow', name);
    const component = this.components.get(key);
    if (!component) throw new Error(`there is no flow ${name}`);
    this.#use(new Map(this.components).set(key, this.flowVersions.activate(component, version)));
  }

  #successMessage({ component, created, changed, deleted, warning }: Success): DeployMessage {
    const id = this.#provenance.get(keyOf(component.type, component.fullName))?.id;
    return {
      changed,
      componentType: component.type,
      created,
      createdDate: this.#now(),
      deleted,
      fileName: component.fileName,
      fullName: component.fullName,
      ...(id === undefined ? {} : { id }),
      ...(warning === undefined ? {} : { problem: warning, problemType: 'Warning' as const }),
      success: true,
    };
  }

  #failureMessage({ type, fullName, fileName, problem, line, column }: Failure): DeployMessage {
    return {
      changed: false,
      ...(column === undefined ? {} : { columnNumber: column }),
      componentType: type,
      created: false,
      createdDate: this.#now(),
      deleted: false,
      fileName,
      fullName,
      ...(line === undefined ? {} : { lineNumber: line }),
      problem,
      problemType: 'Error',
      success: false,
    };
  }
}
