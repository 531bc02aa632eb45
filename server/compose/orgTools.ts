import { createOrgReader } from '../connectors/salesforce/changes/reader.ts';
import { createOrgProjection } from '../connectors/salesforce/convert.ts';
import { shapesWith } from '../connectors/salesforce/mapping/apply.ts';
import { checkMapping, mappingSources, missingFields } from '../connectors/salesforce/mapping/check.ts';
import { billingFieldsOf } from '../connectors/salesforce/mapping/billingFields.ts';
import { describeObjects } from '../connectors/salesforce/mapping/describe.ts';
import { createRowRetention, removedDaysOf } from '../connectors/salesforce/retention.ts';
import { countRows, dataStorage } from '../connectors/salesforce/storage.ts';
import { projectionKeyOf } from '../domain/billingAccount/key.ts';
import { createClock } from '../platform/clock.ts';
import { loadConfig } from '../platform/config/config.ts';
import type { Db } from '../platform/db/database.ts';
import { createLog } from '../platform/log.ts';
import type { Sealer } from '../platform/seal.ts';
import { fieldsReadWith } from '../sync/connections/fields.ts';
import { createOrgAccounts } from '../sync/drift/accounts.ts';
import { createUpstreamGate, type StoppableGate } from '../sync/limits/gate.ts';
import { shareTokens } from '../sync/limits/tokens.ts';
import { createMrrHistory } from '../sync/mirror/levels.ts';
import { createMirrorReader } from '../sync/mirror/reader.ts';
import { createJobBook } from '../sync/orders/jobs.ts';
import { createProvisioningBook } from '../sync/provisioning/book.ts';
import { createOrgRowsReader } from '../sync/outbox/reader.ts';
import { createSecretBook } from '../sync/secrets/book.ts';
import { driftOf } from '../workflows/mirror/compareRow.ts';
import { projectAccount } from '../workflows/mirror/projectAccount.ts';
import { fieldsOfSystem, KINDS_WITH_FIELDS } from '../workflows/ports/billingFields.ts';
import type { OrderDesk } from '../workflows/ports/orders.ts';
import { nameOf } from '../workflows/ports/org.ts';
import type { MappingVerdict } from '../workflows/ports/orgMapping.ts';
import type { OrgTools, RowPreview } from '../workflows/ports/orgTools.ts';
import type { UpstreamLimits } from '../workflows/ports/upstream.ts';
import { connect } from './connections.ts';
import { lookAtBillTos } from './lookAtBillTo.ts';
import { lookAtOrder } from './lookAtOrder.ts';
import { lookAtProvisioning } from './lookAtProvisioning.ts';
import { orgClient } from './orgClient.ts';
import { reportingOf } from './reporting.ts';

/**
 * Puts together what commands ask of the org, by the settings of the servers.
 * @throws ConfigError when they are not there
 */
export async function openOrgTools(
  env: Readonly<Record<string, string | undefined>>,
  db: Db,
  sealer: Sealer,
): Promise<OrgTools> {
  const config = loadConfig(env);
  const log = createLog('silent');
  const clock = await createClock(config.businessClockUrl, () => {});
  const secrets = createSecretBook({ db, sealer, log });
  await secrets.load();
  const gates: StoppableGate[] = [];
  const gateOf = (limits: UpstreamLimits): StoppableGate => {
    const gate = createUpstreamGate(db, limits, {});
    gates.push(gate);
    return gate;
  };
  const shareToken = shareTokens(db, sealer);
  const client = orgClient({ config, clock, secrets, database: { db }, shareToken, gateOf });
  const closing: (() => Promise<void>)[] = [];
  const opened = (name: string) => {
    const settings = config.connections.find(({ connection }) => connection === name)!;
    const billedBy = config.orders === null ? {} : { stripeOrders: config.orders.stripe };
    const deps = {
      clock,
      timeZone: config.timeZone,
      gateOf,
      shareToken,
      jobs: createJobBook(db),
      secrets,
      ...billedBy,
    };
    const connected = connect(settings, deps);
    if (connected.close) closing.push(connected.close);
    return connected;
  };
  const openDesk = (name: string): OrderDesk => opened(name).orders;
  const describe = describeObjects(client);
  let verdict: Promise<MappingVerdict> | undefined;
  const checked = () => (verdict ??= checkMapping(config.mapping, describe));

  async function project(accountId: string): ReturnType<OrgTools['project']> {
    const { fields } = await checked();
    // What a worker does with the key, up to where it would save what came of it.
    const handler = projectAccount({
      mirror: createMirrorReader(db),
      orgRows: createOrgRowsReader(db),
      history: createMrrHistory(db),
      accounts: createOrgAccounts(db),
      provisioning: createProvisioningBook(db, []),
      projection: createOrgProjection(() => fields),
      retain: createRowRetention(config.orgRetention),
      clock,
      timeZone: config.timeZone,
      reporting: reportingOf(config.reporting),
    });
    const { projection } = await handler({
      key: projectionKeyOf(accountId),
      events: [],
      claimedAt: clock.now(),
      attempt: 1,
      pollAt: null,
      pollOnly: false,
      batch: true,
      refetch: [],
    });
    return { rows: projection?.rows ?? [], dropped: projection?.dropped ?? [] };
  }

  async function unreadFields(): Promise<string[]> {
    const wanted = billingFieldsOf(config.mapping);
    const lines = config.connections.map(async ({ connection, system }) => {
      const readWith = await fieldsReadWith(db, connection);
      const own = fieldsOfSystem(wanted, system);
      return KINDS_WITH_FIELDS.flatMap((kind) =>
        own[kind]
          .filter((name) => !readWith[kind].includes(name))
          .map(
            (name) =>
              `${name} of each ${kind} has not been read from ${connection}: servers started with this file read it, and then a dry run shows it.`,
          ),
      );
    });
    return (await Promise.all(lines)).flat();
  }

  return {
    entries: config.mapping.length,
    sources: mappingSources,
    removedDays: removedDaysOf(config.orgRetention),
    async check() {
      const found = await checked();
      return {
        ...found,
        missing: await missingFields(describe, shapesWith(found.fields)),
        unread: await unreadFields(),
      };
    },
    project,
    async preview(accountIds) {
      const shapes = shapesWith((await checked()).fields);
      const reader = createOrgReader(client, () => shapes);
      const [{ rows: held }, accounts] = await Promise.all([
        reader.rowsOf(accountIds),
        Promise.all(accountIds.map((id) => reader.account(id))),
      ]);
      for (const account of accounts)
        if (account !== null && !account.deleted)
          held.set(nameOf({ object: 'Account', key: account.id }), account.held);
      const changes: RowPreview[] = [];
      let count = 0;
      for (const accountId of accountIds) {
        const { rows } = await project(accountId);
        count += rows.length;
        for (const row of rows) {
          const there = held.get(nameOf(row));
          const found = driftOf(
            { row, accountId: row.object === 'Account' ? null : accountId, confirmedVersion: there?.version ?? 0 },
            there,
          );
          if (found !== null)
            changes.push({
              object: row.object,
              key: row.key,
              accountId,
              kind: there === undefined ? 'new' : 'changed',
              fields: found.fields.map(({ name, billing, org }) => ({ name, now: org, then: billing })),
            });
        }
      }
      return { rows: count, changes };
    },
    billTos: lookAtBillTos(config, db, client, (name) => opened(name).billTo),
    order: lookAtOrder(config, db, client, clock, openDesk),
    provisioning: lookAtProvisioning(config, db, client, clock, (name, defaults) => opened(name).accounts(defaults)),
    countRows: () => countRows(client, config.salesforce.apiVersion),
    dataStorage: () => dataStorage(client),
    async close() {
      clock.stop();
      await Promise.all(closing.map((close) => close()));
      await Promise.all(gates.map((gate) => gate.stop()));
    },
  };
}
