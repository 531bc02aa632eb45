import { normalizeId } from '../../org/ids.ts';
import type { SimulatedOrg } from '../../org/org.ts';
import type { Field, SObject } from '../../org/types.ts';
import { readableObject } from '../rows/records.ts';
import { ok, param, type Call } from '../wire/call.ts';
import { invalidInput, notFound } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { describeField } from './fields.ts';
import { recordTypeInfos } from './objects.ts';

const readable = (call: Call, object: SObject): Field[] =>
  [...object.fields.values()].filter((field) => call.access.readsField(object.name, field.name));

function layoutItem(call: Call, object: SObject, field: Field, tabOrder: number): Record<string, unknown> {
  const details = describeField(object, field, call.access);
  return {
    editableForNew: details['createable'],
    editableForUpdate: details['updateable'],
    label: field.label,
    layoutComponents: [{ apiName: null, details, displayLines: 1, tabOrder, type: 'Field', value: field.name }],
    placeholder: false,
    required: field.required,
  };
}

/** One section that shows every field the user may read: the layouts that pages draw are not described here. */
function layout(call: Call, object: SObject): Record<string, unknown> {
  const items = readable(call, object).map((field, at) => layoutItem(call, object, field, at + 1));
  const section = {
    collapsed: false,
    columns: 1,
    heading: `${object.label} Information`,
    layoutRows: items.map((item) => ({ layoutItems: [item], numItems: 1 })),
    layoutSectionId: null,
    parentLayoutId: null,
    rows: items.length,
    tabOrder: 'LeftToRight',
    useCollapsibleSection: false,
    useHeading: true,
  };
  return {
    buttonLayoutSection: { detailButtons: [] },
    detailLayoutSections: [section],
    editLayoutSections: [section],
    feedView: null,
    highlightsPanelLayoutSection: null,
    id: null,
    multirowEditLayoutSections: [],
    offlineLinks: [],
    quickActionList: { quickActionListItems: [] },
    relatedContent: null,
    relatedLists: [],
    saveOptions: [],
  };
}

function compactLayout(call: Call, object: SObject): Record<string, unknown> {
  const name = readable(call, object).find((field) => field.name === object.nameField);
  return {
    actions: [],
    fieldItems: name ? [layoutItem(call, object, name, 1)] : [],
    id: null,
    imageItems: [],
    label: 'System Default',
    name: 'SYSTEM',
    objectType: object.name,
  };
}

/** Layouts, compact layouts and quick actions of objects, as clients of an org without own ones see them. */
export function addLayouts(routes: Routes, org: SimulatedOrg): void {
  const objectOf = (call: Call): SObject => readableObject(org, call.access, param(call, 'object'));
  const recordTypesOf = (call: Call) => recordTypeInfos(org, objectOf(call), call.access, call.version);
  routes.on('GET', '/sobjects/:object/describe/layouts', (call) =>
    ok({
      layouts: [layout(call, objectOf(call))],
      recordTypeMappings: recordTypesOf(call).map(({ urls, ...type }) => ({ ...type, layoutId: null, urls })),
      recordTypeSelectorRequired: [recordTypesOf(call).filter(({ available }) => available).length > 1],
    }),
  );
  routes.on('GET', '/sobjects/:object/describe/layouts/:recordTypeId', (call) => {
    const id = normalizeId(param(call, 'recordTypeId'));
    if (!recordTypesOf(call).some(({ recordTypeId }) => recordTypeId === id)) throw notFound();
    return ok(layout(call, objectOf(call)));
  });
  routes.on('GET', '/sobjects/:object/describe/compactLayouts', (call) =>
    ok({
      compactLayouts: [compactLayout(call, objectOf(call))],
      defaultCompactLayoutId: null,
      recordTypeCompactLayoutMappings: [],
      urls: {
        primary: `/services/data/v${call.version}.0/sobjects/${objectOf(call).name}/describe/compactLayouts/primary`,
      },
    }),
  );
  routes.on('GET', '/sobjects/:object/describe/compactLayouts/primary', (call) =>
    ok(compactLayout(call, objectOf(call))),
  );
  routes.on('GET', '/compactLayouts', (call) => {
    const names = call.query.get('q')?.split(',') ?? [];
    if (names.length === 0) throw invalidInput('q must name objects');
    const objects = names.map((name) => readableObject(org, call.access, name));
    return ok(Object.fromEntries(objects.map((object) => [object.name, compactLayout(call, object)])));
  });
  routes.on('GET', '/sobjects/:object/describe/approvalLayouts', (call) => {
    objectOf(call);
    return ok({ approvalLayouts: [] });
  });
  routes.on('GET', '/quickActions', () => ok([]));
  routes.on('GET', '/sobjects/:object/quickActions', (call) => {
    objectOf(call);
    return ok([]);
  });
}
