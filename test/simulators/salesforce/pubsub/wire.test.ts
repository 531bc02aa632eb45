import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import avsc from 'avsc';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../main.ts';
import { USERS } from '../org/seed.ts';
import type { Person } from '../testing.ts';
import { saver, select, startPubSubOrg, switchTo } from './testing.ts';

type Message = Record<string, unknown>;
type Event = { event: { id: string; schemaId: string; payload: Buffer }; replayId: Buffer };
type Response = { events: Event[]; latestReplayId: Buffer; rpcId: string; pendingNumRequested: number };
type Stream = grpc.ClientDuplexStream<Message, Response>;
type Unary = (
  request: Message,
  metadata: grpc.Metadata,
  callback: (error: grpc.ServiceError | null, answer: Message) => void,
) => void;
type Stub = grpc.Client &
  Record<'GetTopic' | 'GetSchema' | 'Publish', Unary> & {
    Subscribe(metadata: grpc.Metadata): Stream;
    ManagedSubscribe(metadata: grpc.Metadata): Stream;
    PublishStream(metadata: grpc.Metadata): Stream;
  };

/** The definition that Salesforce publishes, as the independent client brings it. */
const PUBLISHED = createRequire(import.meta.url)
  .resolve('salesforce-pubsub-api-client')
  .replace(/dist.*/, 'pubsub_api.proto');
const ACCOUNTS = '/data/AccountChangeEvent';
const LONG = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => Buffer.from(BigInt64Array.of(value).buffer),
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => Number(a - b),
});

describe('the Pub/Sub API on the wire', () => {
  let sim: RunningSalesforce;
  let stub: Stub;

  beforeEach(async () => {
    sim = await startPubSubOrg();
    select(sim, 'ChangeEvents', [{ selectedEntity: 'AccountChangeEvent' }]);
    const service = loadSync(PUBLISHED, { defaults: true, enums: String })['eventbus.v1.PubSub'];
    const Client = grpc.makeGenericClientConstructor(service as grpc.ServiceDefinition, 'PubSub');
    const credentials = grpc.credentials.createSsl(Buffer.from(sim.certificate!.cert));
    stub = new Client(sim.pubsub!, credentials) as unknown as Stub;
  });

  afterEach(async () => {
    stub.close();
    await sim.close();
  });

  function headers(changed: Record<string, string | null> = {}, person: Person = 'admin'): grpc.Metadata {
    const good = { accesstoken: sim.tokenFor(USERS[person]), instanceurl: sim.url, tenantid: sim.orgId };
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries({ ...good, ...changed })) if (value !== null) metadata.set(name, value);
    return metadata;
  }

  const call = (
    method: 'GetTopic' | 'GetSchema' | 'Publish',
    request: Message,
    metadata = headers(),
  ): Promise<Message> =>
    new Promise((resolve, reject) =>
      stub[method](request, metadata, (error, answer) => (error ? reject(error) : resolve(answer))),
    );

  /** A stream after its first request. */
  function subscribe(request: Message, metadata = headers()) {
    const stream = stub.Subscribe(metadata);
    const responses: Response[] = [];
    const state: { error?: grpc.ServiceError; ended: boolean; wake(): void } = { ended: false, wake() {} };
    stream.on('data', (response: Response) => {
      responses.push(response);
      state.wake();
    });
    stream.on('error', (error: grpc.ServiceError) => {
      state.error = error;
      state.wake();
    });
    stream.on('end', () => {
      state.ended = true;
      state.wake();
    });
    stream.write(request);
    const wait = (): Promise<void> => new Promise((resolve) => (state.wake = resolve));
    return {
      stream,
      async next(): Promise<Response> {
        while (responses.length === 0) await wait();
        return responses.shift()!;
      },
      async error(): Promise<grpc.ServiceError> {
        while (!state.error) await wait();
        return state.error;
      },
    };
  }

  const codeOf = (error: grpc.ServiceError): unknown =>
    String(error.metadata.get('error-code')[0]).replace('sfdc.platform.eventbus.grpc.', '');

  async function schemaOf(topic: string): Promise<{ id: string; json: string; type: avsc.Type }> {
    const { schemaId } = await call('GetTopic', { topicName: topic });
    const { schemaJson } = await call('GetSchema', { schemaId });
    const json = String(schemaJson);
    return {
      id: String(schemaId),
      json,
      type: avsc.Type.forSchema(JSON.parse(json) as avsc.Schema, { wrapUnions: false, registry: { long: LONG } }),
    };
  }

  it('trusts nobody without all three headers, with a token of another time, or for another org', async () => {
    const wrong: Record<string, string | null>[] = [
      { accesstoken: null },
      { instanceurl: null },
      { tenantid: null },
      { accesstoken: '00D5g0000000001!none' },
      { instanceurl: 'https://elsewhere.my.salesforce.com' },
      { instanceurl: 'nonsense' },
      { tenantid: '00D000000000000AAA' },
    ];
    for (const changed of wrong) {
      const error = (await call('GetTopic', { topicName: ACCOUNTS }, headers(changed)).catch(
        (caught: unknown) => caught,
      )) as grpc.ServiceError;
      expect([changed, error.code, codeOf(error)]).toEqual([
        changed,
        grpc.status.UNAUTHENTICATED,
        'service.auth.error',
      ]);
      expect(error.details).toContain(`rpcId: ${String(error.metadata.get('rpc-id')[0])}`);
    }
    const short = await call('GetTopic', { topicName: ACCOUNTS }, headers({ tenantid: sim.orgId.slice(0, 15) }));
    expect(short).toMatchObject({ topicName: ACCOUNTS, canSubscribe: true, canPublish: false });
  });

  it('gives the schema of a topic: the header first, then every field as a union with null', async () => {
    const { id, json } = await schemaOf(ACCOUNTS);
    const schema = JSON.parse(json) as { name: string; namespace: string; fields: { name: string; type: unknown }[] };
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(schema).toMatchObject({ name: 'AccountChangeEvent', namespace: 'com.sforce.eventbus' });
    const names = schema.fields.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['ChangeEventHeader', 'Name']);
    expect(names).toEqual(expect.arrayContaining(['BillingAddress', 'ShippingAddress', 'LastModifiedDate']));
    expect(names.filter((name) => /^(Id|IsDeleted|SystemModstamp|BillingCity)$/.test(name))).toEqual([]);
    const types = Object.fromEntries(schema.fields.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      AnnualRevenue: ['null', 'double'],
      NumberOfEmployees: ['null', 'int'],
      LastModifiedDate: ['null', 'long'],
      ShippingAddress: ['null', 'Address'],
    });
    expect(types['Name']).toEqual(['null', 'string', expect.objectContaining({ name: 'Switchable_PersonName' })]);
  });

  it('leaves formulas out and keeps custom fields last', async () => {
    select(sim, 'ChangeEvents', [{ selectedEntity: 'Billing_Invoice__ChangeEvent' }]);
    const { json } = await schemaOf('/data/Billing_Invoice__ChangeEvent');
    const names = (JSON.parse(json) as { fields: { name: string }[] }).fields.map(({ name }) => name);
    const formulas = [...sim.org.object('Billing_Invoice__c')!.fields.values()].filter(({ formula }) => formula);
    expect(names.filter((name) => formulas.some((field) => field.name === name))).toEqual([]);
    expect(names.findIndex((name) => name.endsWith('__c'))).toBeGreaterThan(names.indexOf('LastModifiedById'));
  });

  it('encodes changed and nulled fields as bitmaps over the order of the schema', async () => {
    const { type, json, id } = await schemaOf(ACCOUNTS);
    const rep = saver(sim, 'rep');
    const [account] = rep.insert('Account', { Name: 'Acme', Phone: '1', BillingCity: 'Bern', ShippingCity: 'Basel' });
    const { replayId } = (await subscribe({ topicName: ACCOUNTS, replayPreset: 'EARLIEST', numRequested: 1 }).next())
      .events[0]!;
    rep.update('Account', {
      Id: account!,
      Phone: null,
      BillingCity: 'Thun',
      BillingStreet: 'Quai 1',
      ShippingCity: null,
    });
    const resumed = subscribe({ topicName: ACCOUNTS, replayPreset: 'CUSTOM', replayId, numRequested: 1 });
    const { event } = (await resumed.next()).events[0]!;
    expect(event.schemaId).toBe(id);
    const message = type.fromBuffer(event.payload) as { ChangeEventHeader: Record<string, unknown> } & Message;
    const names = (JSON.parse(json) as { fields: { name: string }[] }).fields.map(({ name }) => name);
    const at = (name: string): number => names.indexOf(name);
    const top = (1n << BigInt(at('Phone'))) | (1n << BigInt(at('LastModifiedDate')));
    const digits = top.toString(16).toUpperCase();
    expect(message.ChangeEventHeader['changedFields']).toEqual([
      `0x${digits.length % 2 ? '0' : ''}${digits}`,
      `${at('BillingAddress')}-0x03`,
      `${at('ShippingAddress')}-0x02`,
    ]);
    expect((message.ChangeEventHeader['nulledFields'] as string[])[1]).toBe(`${at('ShippingAddress')}-0x02`);
    expect(message.ChangeEventHeader['diffFields']).toEqual([]);
    expect(message['LastModifiedDate']).toBeTypeOf('bigint');
    expect(message.ChangeEventHeader['commitNumber']).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  });

  it('gives replay ids of ten bytes that are not contiguous, and takes them back, cut to eight too', async () => {
    const rep = saver(sim, 'rep');
    for (let at = 0; at < 20; at++) rep.insert('Account', { Name: `Account ${at}` });
    const all = subscribe({ topicName: ACCOUNTS, replayPreset: 'EARLIEST', numRequested: 100 });
    const ids = (await all.next()).events.map(({ replayId }) => replayId);
    const numbers = ids.map((id) => id.readBigUInt64BE());
    expect(ids.every((id) => id.length === 10)).toBe(true);
    expect(numbers).toEqual([...numbers].sort((a, b) => Number(a - b)));
    expect(numbers[19]! - numbers[0]!).toBeGreaterThan(19n);
    for (const replayId of [ids[17]!, ids[17]!.subarray(0, 8)]) {
      const rest = await subscribe({ topicName: ACCOUNTS, replayPreset: 'CUSTOM', replayId, numRequested: 9 }).next();
      expect(rest.events.map((one) => one.replayId)).toEqual(ids.slice(18));
      expect(rest).toMatchObject({ latestReplayId: ids[19], pendingNumRequested: 7 });
    }
  });

  it('refuses requests that are not in order', async () => {
    const first = { topicName: ACCOUNTS, numRequested: 1 };
    const cases: [Message, string][] = [
      [{ numRequested: 1 }, 'subscription.topic.name.missing'],
      [{ ...first, numRequested: 0 }, 'subscription.fetch.requested.events.invalid'],
      [{ ...first, numRequested: 101 }, 'subscription.fetch.requested.events.invalid'],
      [{ ...first, replayPreset: 'CUSTOM' }, 'subscription.fetch.replayid.validation.failed'],
      [{ ...first, replayPreset: 'CUSTOM', replayId: Buffer.from([1, 2]) }, 'subscription.fetch.replayid.corrupted'],
      [{ ...first, replayPreset: 'CUSTOM', replayId: Buffer.alloc(10, 7) }, 'subscription.fetch.replayid.corrupted'],
    ];
    for (const [request, expected] of cases) {
      const error = await subscribe(request).error();
      expect([request, error.code, codeOf(error)]).toEqual([request, grpc.status.INVALID_ARGUMENT, expected]);
    }
    const changed = subscribe(first);
    changed.stream.write({ topicName: '/data/ChangeEvents', numRequested: 1 });
    expect((await changed.error()).code).toBe(grpc.status.INVALID_ARGUMENT);
  });

  it('takes topic, preset and replay id from the first request alone', async () => {
    const rep = saver(sim, 'rep');
    rep.insert('Account', { Name: 'A' }, { Name: 'B' });
    const all = subscribe({ topicName: ACCOUNTS, replayPreset: 'EARLIEST', numRequested: 1 });
    const { events } = await all.next();
    all.stream.write({ replayPreset: 'EARLIEST', numRequested: 5 });
    const more = await all.next();
    expect(more.events).toHaveLength(1);
    expect(more.events[0]!.replayId).not.toEqual(events[0]!.replayId);
    expect(more.pendingNumRequested).toBe(4);
  });

  it('keeps every response below the four megabytes that clients take', async () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({ Name: `Account ${at}`, Description: 'x'.repeat(32_000) }));
    for (let round = 0; round < 2; round++) saver(sim, 'rep').insert('Account', ...rows);
    const all = subscribe({ topicName: ACCOUNTS, replayPreset: 'EARLIEST', numRequested: 100 });
    all.stream.write({ numRequested: 100 });
    let count = 0;
    for (let responses = 0; count < 200; responses++) {
      const { events } = await all.next();
      count += events.length;
      expect(responses).toBeLessThan(5);
    }
  });

  it('tells a client that has asked for nothing more only what it has got', async () => {
    await switchTo(sim, 'pubsub', { keepAliveMs: 20 });
    saver(sim, 'rep').insert('Account', { Name: 'A' }, { Name: 'B' });
    const one = subscribe({ topicName: ACCOUNTS, replayPreset: 'EARLIEST', numRequested: 1 });
    const { events } = await one.next();
    const quiet = await one.next();
    expect(quiet).toMatchObject({ events: [], pendingNumRequested: 0, latestReplayId: events[0]!.replayId });
  });

  it('knows no topic in another case, of an object that is not selected, or that never publishes', async () => {
    for (const topicName of [
      '/data/accountchangeevent',
      '/data/CaseChangeEvent',
      '/data/ProfileChangeEvent',
      '/event/X__e',
    ])
      await expect(call('GetTopic', { topicName })).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    await expect(call('GetSchema', { schemaId: 'none' })).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    expect(await call('GetTopic', { topicName: '/data/ChangeEvents' })).toMatchObject({ schemaId: '' });
    await expect(call('GetTopic', { topicName: ACCOUNTS }, headers({}, 'rep'))).rejects.toMatchObject({
      code: grpc.status.PERMISSION_DENIED,
    });
  });

  it('says of what it does not simulate that it does not, and counts it', async () => {
    await expect(call('Publish', { topicName: '/event/X__e' })).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
      details: expect.stringContaining('is not simulated') as string,
    });
    for (const method of ['ManagedSubscribe', 'PublishStream'] as const) {
      const error = await new Promise<grpc.ServiceError>((resolve) => stub[method](headers()).on('error', resolve));
      expect(error.code).toBe(grpc.status.UNIMPLEMENTED);
    }
    const counted = (await (await fetch(`${sim.url}/__sim/unsupported`)).json()) as Record<string, number>;
    expect(counted).toEqual({ 'gRPC Publish': 1, 'gRPC ManagedSubscribe': 1, 'gRPC PublishStream': 1 });
  });

  it('is TLS only, with the certificate of the HTTPS listener', async () => {
    const plain = new grpc.Client(sim.pubsub!, grpc.credentials.createInsecure());
    const ready = (client: grpc.Client, ms: number): Promise<boolean> =>
      new Promise((resolve) => client.waitForReady(Date.now() + ms, (error) => resolve(error === undefined)));
    expect(await ready(stub, 20_000)).toBe(true);
    expect(await ready(plain, 500)).toBe(false);
    plain.close();
  });
});
