import express, { type RequestHandler, type Response } from 'express';
import type { SimContext } from '../../kit/sim.ts';
import { readToolingQuery } from '../metadata/tooling/query.ts';
import type { ToolingRow } from '../metadata/tooling/tables.ts';
import { RequestFault } from '../org/errors.ts';
import type { SimulatedOrg } from '../org/org.ts';
import { faultReply, notFound } from '../rest/wire/faults.ts';
import { send } from '../rest/wire/http.ts';
import { accessOfRequest, versionOf } from '../rest/wire/session.ts';
import type { Channels } from './channels/channels.ts';
import { ChannelFault } from './channels/fault.ts';

const TYPES = ['PlatformEventChannel', 'PlatformEventChannelMember'] as const;
type Type = (typeof TYPES)[number];

type Body = { FullName?: string; Metadata?: Record<string, unknown> };

function rowsOf(channels: Channels, type: Type): ToolingRow[] {
  const { channels: all, members } = channels.list();
  const row = (id: string, fullName: string): ToolingRow => ({
    attributes: { type, url: `/services/data/v66.0/tooling/sobjects/${type}/${id}` },
    Id: id,
    DeveloperName: fullName.replace(/__chn$/, ''),
    FullName: fullName,
    NamespacePrefix: null,
    ManageableState: 'unmanaged',
  });
  if (type === 'PlatformEventChannel')
    return all.map(({ id, fullName, label, channelType }) => ({
      ...row(id, fullName),
      ...{ MasterLabel: label, ChannelType: channelType, Metadata: { channelType, label } },
    }));
  return members.map(({ id, fullName, eventChannel, selectedEntity, filterExpression = null, enrichedFields }) => ({
    ...row(id, fullName),
    ...{ EventChannel: eventChannel, SelectedEntity: selectedEntity, FilterExpression: filterExpression },
    Metadata: {
      ...{ eventChannel, selectedEntity, filterExpression },
      enrichedFields: enrichedFields.map((name) => ({ name })),
    } as unknown as ToolingRow,
  }));
}

const isText = (value: unknown): value is string => typeof value === 'string';

function save(channels: Channels, type: Type, { FullName, Metadata }: Body): string {
  if (!isText(FullName) || typeof Metadata !== 'object')
    throw new RequestFault(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [FullName, Metadata]');
  const known = type === 'PlatformEventChannel' ? ['channelType', 'label'] : MEMBER_ELEMENTS;
  const other = Object.keys(Metadata).find((name) => !known.includes(name));
  if (other !== undefined) throw new RequestFault(400, 'JSON_PARSER_ERROR', `Unrecognized field "${other}"`);
  const text = (name: string): string => {
    const value = Metadata[name];
    if (!isText(value)) throw new RequestFault(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${name}]`);
    return value;
  };
  if (type === 'PlatformEventChannel')
    return channels.saveChannel({ fullName: FullName, label: text('label'), channelType: text('channelType') });
  const enriched = (Metadata['enrichedFields'] ?? []) as { name?: unknown }[];
  const filter = Metadata['filterExpression'] ?? undefined;
  return channels.saveMember({
    fullName: FullName,
    eventChannel: text('eventChannel'),
    selectedEntity: text('selectedEntity'),
    filterExpression: filter === undefined ? undefined : text('filterExpression'),
    enrichedFields: enriched.map(({ name }) => String(name)),
  });
}

const MEMBER_ELEMENTS = ['enrichedFields', 'eventChannel', 'filterExpression', 'selectedEntity'];

/**
 * Channels and members over the Tooling API, which set-up tools use: query, create, read, change, delete. Mount it before
 * the rest of the Tooling API.
 */
export function mountChannelTooling({ app, calls }: SimContext, org: SimulatedOrg, channels: Channels): void {
  const router = express.Router({ mergeParams: true });
  const handle =
    (work: (req: express.Request, res: Response) => void): RequestHandler =>
    (req, res, next) => {
      calls.call(req.method, '/tooling');
      try {
        versionOf(req);
        if (!accessOfRequest(org, req).hasPermission('CustomizeApplication'))
          throw new RequestFault(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights on object id');
        work(req, res);
      } catch (error) {
        const fault = error instanceof ChannelFault ? new RequestFault(400, error.statusCode, error.message) : error;
        const reply = faultReply(fault);
        if (!reply) return next(error);
        send(res, reply);
      }
    };
  const query = handle((req, res) => {
    const { object, run } = readToolingQuery(String(req.query['q']));
    const records = run(
      rowsOf(
        channels,
        TYPES.find((type) => type.toLowerCase() === object.toLowerCase())!,
      ),
    );
    const size = records.length;
    res.json({ size, totalSize: size, done: true, queryLocator: null, entityTypeName: object, records });
  });
  router.get('/query', (req, res, next) => {
    if (/\bfrom\s+PlatformEventChannel(?:Member)?\b/i.test(String(req.query['q']))) query(req, res, next);
    else next();
  });
  for (const type of TYPES) {
    const found = (req: express.Request): ToolingRow & { FullName: string } => {
      const id = String(req.params['id']);
      const row = rowsOf(channels, type).find((one) => String(one['Id']).slice(0, 15) === id.slice(0, 15));
      if (!row) throw notFound('The requested resource does not exist');
      return row as ToolingRow & { FullName: string };
    };
    router.post(
      `/sobjects/${type}`,
      express.json(),
      handle((req, res) => {
        const body = (req.body ?? {}) as Body;
        if (rowsOf(channels, type).some((row) => row['FullName'] === body.FullName))
          throw new RequestFault(
            400,
            'DUPLICATE_DEVELOPER_NAME',
            `This ${type} name is already in use: ${body.FullName}`,
          );
        res.status(201).json({ id: save(channels, type, body), success: true, errors: [], warnings: [], infos: [] });
      }),
    );
    router.get(
      `/sobjects/${type}/:id`,
      handle((req, res) => void res.json(found(req))),
    );
    router.patch(
      `/sobjects/${type}/:id`,
      express.json(),
      handle((req, res) => {
        const { FullName } = found(req);
        save(channels, type, { ...(req.body as Body), FullName });
        res.status(204).end();
      }),
    );
    router.delete(
      `/sobjects/${type}/:id`,
      handle((req, res) => {
        const { FullName } = found(req);
        if (type === 'PlatformEventChannel') channels.removeChannel(FullName);
        else channels.removeMember(FullName);
        res.status(204).end();
      }),
    );
  }
  app.use('/services/data/:version/tooling', router);
}
