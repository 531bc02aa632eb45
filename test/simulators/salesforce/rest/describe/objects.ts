import type { SimulatedOrg } from '../../org/org.ts';
import type { UserAccess } from '../../org/access.ts';
import type { Access, SObject } from '../../org/types.ts';
import type { Recents } from '../rows/recent.ts';
import { conditionFails, validators } from '../rows/conditional.ts';
import { readableObject } from '../rows/records.ts';
import { isSearchable } from '../search/searchable.ts';
import { ok, param, type Call, type Reply } from '../wire/call.ts';
import type { Routes } from '../wire/routes.ts';
import { describeField } from './fields.ts';

const MASTER = '012000000000000AAA';

type RecordTypeInfo = {
  active: boolean;
  available: boolean;
  defaultRecordTypeMapping: boolean;
  developerName: string;
  master: boolean;
  name: string;
  recordTypeId: string;
  urls: { layout: string };
};

const MERGEABLE = ['Account', 'Contact', 'Lead', 'Case'];

function urlsOf(object: SObject, version: number): Record<string, string> {
  const sobject = `/services/data/v${version}.0/sobjects/${object.name}`;
  const below = ['describe', 'quickActions', 'listviews'].map((name) => [name, `${sobject}/${name}`]);
  return {
    sobject,
    ...Object.fromEntries(below),
    rowTemplate: `${sobject}/{ID}`,
    layouts: `${sobject}/describe/layouts`,
    compactLayouts: `${sobject}/describe/compactLayouts`,
    approvalLayouts: `${sobject}/describe/approvalLayouts`,
    defaultValues: `${sobject}/defaultValues?recordTypeId&fields`,
  };
}

/** One entry of `GET /sobjects`, and the head of a describe. */
function describeObject(object: SObject, access: Access, version: number): Record<string, unknown> {
  // Set-up records and shares have no layouts and no triggers.
  const setup = object.apiOnly === true || object.shareOf !== undefined;
  const { create = true, update = true, delete: remove = true } = object.operations ?? {};
  const deletable = remove && access.deletesObject(object.name);
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: create && access.createsObject(object.name),
    custom: object.custom,
    customSetting: false,
    deepCloneable: false,
    deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    idEnabled: true,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: !setup,
    mergeable: deletable && MERGEABLE.includes(object.name),
    mruEnabled: !setup,
    name: object.name,
    queryable: true,
    replicateable: !setup,
    retrieveable: true,
    searchable: isSearchable(object),
    triggerable: !setup,
    undeletable: deletable && !setup,
    updateable: update && access.editsObject(object.name),
    urls: urlsOf(object, version),
  };
}

/** Record types of the object and the master, which is the default where the user may choose no other. */
export function recordTypeInfos(
  org: SimulatedOrg,
  object: SObject,
  access: UserAccess,
  version: number,
): RecordTypeInfo[] {
  const layouts = `/services/data/v${version}.0/sobjects/${object.name}/describe/layouts`;
  const info = (name: string, developerName: string, recordTypeId: string, active: boolean, available: boolean) => ({
    active,
    available,
    defaultRecordTypeMapping: false,
    developerName,
    master: recordTypeId === MASTER,
    name,
    recordTypeId,
    urls: { layout: `${layouts}/${recordTypeId}` },
  });
  const own = org
    .all('RecordType')
    .filter((type) => type['SobjectType'] === object.name)
    .map((type) => {
      const [name, developerName] = [String(type['Name']), String(type['DeveloperName'])];
      const active = type['IsActive'] === true;
      return info(
        name,
        developerName,
        type.Id,
        active,
        active && access.choosesRecordType(`${object.name}.${developerName}`),
      );
    });
  const chosen = own.findIndex(({ available }) => available);
  const master = info('Master', 'Master', MASTER, true, chosen < 0);
  return [...own, master].map((type, at) => ({
    ...type,
    defaultRecordTypeMapping: chosen < 0 ? type === master : at === chosen,
  }));
}

/** Answer of `GET /sobjects/X/describe`: only what the user may read. */
function describe(org: SimulatedOrg, object: SObject, access: UserAccess, version: number): Record<string, unknown> {
  const { urls, ...head } = describeObject(object, access, version);
  const fields = [...object.fields.values()].filter((field) => access.readsField(object.name, field.name));
  const children = org.schema
    .references(object)
    .filter((child) => access.readsObject(child.object.name) && access.readsField(child.object.name, child.field.name));
  return {
    actionOverrides: [],
    ...head,
    childRelationships: children.map(({ object: child, field }) => ({
      cascadeDelete: field.reference?.onDelete === 'cascade',
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: field.reference?.childRelationshipName ?? null,
      restrictedDelete: field.reference?.onDelete === 'restrict',
    })),
    compactLayoutable: head['layoutable'],
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: fields.map((field) => describeField(object, field, access)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: recordTypeInfos(org, object, access, version),
    searchLayoutable: head['layoutable'],
    sobjectDescribeOption: 'FULL',
    supportedScopes: [
      { label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' },
      { label: `My ${object.labelPlural.toLowerCase()}`, name: 'mine' },
    ],
    urls: {
      ...(urls as Record<string, string>),
      uiDetailTemplate: '/{ID}',
      uiEditTemplate: '/{ID}/e',
      uiNewRecord: `/${object.keyPrefix}/e`,
    },
  };
}

/** `GET /sobjects`, the basic information of one object and its describe, which may be asked for conditionally. */
export function addDescribe(routes: Routes, org: SimulatedOrg, recents: Recents): void {
  let since = { schema: org.schema, at: new Date() };
  const lastChange = (): Date => {
    if (since.schema !== org.schema) since = { schema: org.schema, at: new Date() };
    return since.at;
  };
  const unlessUnchanged = (call: Call, answer: () => unknown): Reply =>
    conditionFails(call, null, lastChange()) ?? { ...ok(answer()), headers: validators(null, lastChange()) };
  routes.on('GET', '/sobjects', (call) =>
    unlessUnchanged(call, () => ({
      encoding: 'UTF-8',
      maxBatchSize: 200,
      sobjects: org
        .objects()
        .filter((object) => call.access.readsObject(object.name))
        .map((object) => describeObject(object, call.access, call.version)),
    })),
  );
  routes.on('GET', '/sobjects/:object', (call) => {
    const object = readableObject(org, call.access, param(call, 'object'));
    const objectDescribe = describeObject(object, call.access, call.version);
    return ok({ objectDescribe, recentItems: recents.list(org, call, object) });
  });
  routes.on('GET', '/sobjects/:object/describe', (call) => {
    const object = readableObject(org, call.access, param(call, 'object'));
    return unlessUnchanged(call, () => describe(org, object, call.access, call.version));
  });
}
