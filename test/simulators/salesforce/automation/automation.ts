import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { customPermissionsOf } from '../org/customPermissions.ts';
import { readLabels } from '../org/labels.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { CalloutFault } from './credentials/fault.ts';
import {
  readExternalCredential,
  readNamedCredential,
  type ExternalCredential,
  type NamedCredential,
} from './credentials/read.ts';
import { CredentialVault } from './credentials/vault.ts';
import { checkFlow } from './flow/check.ts';
import { FlowFault } from './flow/fault.ts';
import { Interview, type RunAction } from './flow/interview.ts';
import type { Flow, ValueType } from './flow/model.ts';
import { readFlow } from './flow/read.ts';
import type { FlowWorld } from './flow/scope.ts';
import { CALLOUT_TIMEOUT_MS, callOperation } from './services/call.ts';
import type { Operation } from './services/openApi.ts';
import { readRegistration, type ServiceRegistration } from './services/registration.ts';

/** Reads `<folder>/<name><ending>` files by name; none when there is no folder. */
function readAll<T>(
  forceApp: string,
  folder: string,
  ending: string,
  read: (path: string, name: string) => T,
): Map<string, T> {
  const path = join(forceApp, folder);
  const entries = existsSync(path) ? readdirSync(path).sort() : [];
  return new Map(
    entries
      .filter((entry) => entry.endsWith(ending))
      .map((entry) => [entry.slice(0, -ending.length), read(join(path, entry), entry.slice(0, -ending.length))]),
  );
}

const NO_CREDENTIAL = (name: string): CalloutFault =>
  new CalloutFault(
    `We couldn't access the credential(s). You might not have the required permissions, or the external credential "${name}" might not exist.`,
  );

/** What is compiled from the metadata of an org. */
type Compiled = {
  version: number;
  flows: Map<string, Flow>;
  services: Map<string, ServiceRegistration>;
  namedCredentials: Map<string, NamedCredential>;
  externalCredentials: Map<string, ExternalCredential>;
  customPermissions: ReadonlySet<string>;
  labels: ReadonlyMap<string, string>;
};

/** Everything but the flows, which are checked against it. @throws Error that names the file */
function compileServices(forceApp: string, version: number): Compiled {
  const compiled: Compiled = {
    version,
    flows: new Map(),
    services: readAll(
      forceApp,
      'externalServiceRegistrations',
      '.externalServiceRegistration-meta.xml',
      readRegistration,
    ),
    namedCredentials: readAll(forceApp, 'namedCredentials', '.namedCredential-meta.xml', readNamedCredential),
    externalCredentials: readAll(
      forceApp,
      'externalCredentials',
      '.externalCredential-meta.xml',
      readExternalCredential,
    ),
    customPermissions: new Set(customPermissionsOf(forceApp)),
    labels: readLabels(forceApp),
  };
  for (const { name, namedCredential } of compiled.services.values())
    if (!compiled.namedCredentials.has(namedCredential))
      throw new Error(`${forceApp}: the external service ${name} names the unknown credential ${namedCredential}`);
  for (const { name, externalCredential } of compiled.namedCredentials.values())
    if (!compiled.externalCredentials.has(externalCredential))
      throw new Error(`${forceApp}: the named credential ${name} names the unknown ${externalCredential}`);
  return compiled;
}

function worldOf(org: SimulatedOrg, { services, customPermissions, labels }: Compiled): FlowWorld {
  return {
    org,
    types: (name) => [...services.values()].map(({ types }) => types.get(name)).find(Boolean),
    action: (type, name) => {
      const operation = type === 'externalService' ? operationNamed(services, name)?.operation : undefined;
      return operation && signature(operation);
    },
    customPermissions,
    labels,
  };
}

/** @param name `<registration>.<operation>` */
function operationNamed(
  services: ReadonlyMap<string, ServiceRegistration>,
  name: string,
): { service: ServiceRegistration; operation: Operation } | undefined {
  const [serviceName = '', operation = ''] = name.split('.');
  const service = services.get(serviceName);
  const found = service?.operations.get(operation);
  return service && found && { service, operation: found };
}

function compileAutomation(org: SimulatedOrg): Compiled {
  const compiled = compileServices(org.forceApp, org.schemaVersion);
  const world = worldOf(org, compiled);
  compiled.flows = readAll(org.forceApp, 'flows', '.flow-meta.xml', (path, name) => {
    const flow = readFlow(path, name);
    const problems = checkFlow(flow, world);
    if (problems.length > 0) throw new Error(`${path}: ${problems.join('; ')}`);
    return flow;
  });
  return compiled;
}

/** Flows, External Services and credentials of an org, as its metadata in force says, and what admins set beside it. */
export class Automation {
  readonly vault = new CredentialVault();
  readonly #org: SimulatedOrg;
  readonly #calloutTimeoutMs: number;
  #compiled: Compiled;
  readonly #interviews = new Map<string, Interview>();

  /** @throws Error that names the file and everything that is wrong in it */
  constructor(org: SimulatedOrg, calloutTimeoutMs = CALLOUT_TIMEOUT_MS) {
    this.#org = org;
    this.#calloutTimeoutMs = calloutTimeoutMs;
    this.#compiled = compileAutomation(org);
  }

  /** Follows a deploy; interviews that run go on with what they started with. */
  #current(): Compiled {
    if (this.#compiled.version !== this.#org.schemaVersion) this.#compiled = compileAutomation(this.#org);
    return this.#compiled;
  }

  get flows(): ReadonlyMap<string, Flow> {
    return this.#current().flows;
  }

  /** A change here lasts until metadata is deployed. */
  get namedCredentials(): Map<string, NamedCredential> {
    return this.#current().namedCredentials;
  }

  get externalCredentials(): Map<string, ExternalCredential> {
    return this.#current().externalCredentials;
  }

  /** Back to what the metadata says: no secrets, no interviews. */
  reset(): void {
    this.vault.clear();
    this.#interviews.clear();
    this.#compiled = compileAutomation(this.#org);
  }

  /** A callout needs the principal, and Read on User External Credentials, of whoever runs the flow. */
  readonly #runAction: RunAction = async (_type, name, inputs, userId) => {
    const { services, namedCredentials, externalCredentials } = this.#current();
    const found = operationNamed(services, name);
    if (!found) throw new CalloutFault(`There is no action ${name}.`);
    const named = namedCredentials.get(found.service.namedCredential)!;
    const external = externalCredentials.get(named.externalCredential)!;
    const access = this.#org.accessOf(userId);
    const principal = external.principals.find((one) => access.hasPrincipal(`${external.name}-${one}`));
    if (principal === undefined || !access.readsObject('UserExternalCredential')) throw NO_CREDENTIAL(external.name);
    return callOperation(
      found.service,
      found.operation,
      inputs,
      { named, external, principal },
      this.vault,
      this.#calloutTimeoutMs,
    );
  };

  /**
   * An interview that has not started yet.
   * @param origin `changeOrigin` of what it saves
   * @throws FlowFault when there is no such active flow, or the user may not run it
   */
  interview(flowName: string, userId: string, origin: string): Interview {
    const flow = this.flows.get(flowName);
    if (!flow || flow.status !== 'Active') throw new FlowFault(`There is no active flow ${flowName}.`);
    if (!this.#org.accessOf(userId).runsFlow(flowName))
      throw new FlowFault('You do not have permission to run flows. Ask your administrator for help.');
    const interview = new Interview(flow, worldOf(this.#org, this.#current()), this.#runAction, userId, origin);
    this.#interviews.set(interview.id, interview);
    return interview;
  }

  /** Interviews belong to whoever started them. */
  running(id: string, userId: string): Interview | undefined {
    const interview = this.#interviews.get(id);
    return interview?.userId === userId ? interview : undefined;
  }

  end(id: string): void {
    this.#interviews.delete(id);
  }
}

function signature({ parameters, responses }: Operation): {
  inputs: Map<string, { type: ValueType; required: boolean }>;
  outputs: Map<string, ValueType>;
} {
  const inputs = new Map(parameters.map(({ name, type, required }) => [name, { type, required }]));
  const outputs = new Map<string, ValueType>([['responseCode', { data: 'Number', collection: false }]]);
  for (const [code, type] of responses) if (type) outputs.set(code, type);
  return { inputs, outputs };
}
