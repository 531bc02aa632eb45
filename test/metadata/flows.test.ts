import { describe, expect, it } from 'vitest';
import { list, packageFiles, readMetadata, type Xml } from './source.ts';

const flows = packageFiles().filter((path) => path.endsWith('.flow-meta.xml'));
type Text = { where: string; text: string };
const named = (element: Xml, name: string, text: unknown): Text[] =>
  text === undefined ? [] : [{ where: `${String(element['name'])}: ${name}`, text: String(text) }];
/** `list` of a list: `fields` of all `screens`. */
const below = (flow: Xml, parents: string, children: string): Xml[] =>
  list(flow, parents).flatMap((parent) => list(parent, children));

/**
 * What people read and where a label can stand, as a merge field: displayed text, text templates and the text that is
 * assigned (Salesforce Help, "Global Variables Resource"). What is in quotes in a formula has a label beside it.
 */
function mergeable(flow: Xml): Text[] {
  const displayed = below(flow, 'screens', 'fields').filter(({ fieldType }) => fieldType === 'DisplayText');
  const assigned = list(flow, 'assignments').flatMap((element) =>
    list(element, 'assignmentItems').flatMap((item) => named(element, 'text', (item['value'] as Xml)['stringValue'])),
  );
  return [
    ...displayed.flatMap((field) => named(field, 'fieldText', field['fieldText'])),
    ...list(flow, 'textTemplates').flatMap((one) => named(one, 'text', one['text'])),
    ...assigned.filter(({ text }) => !CODE.has(text)),
  ];
}

/** Words of ours and of the API that a flow hands on and shows to nobody. */
const CODE: ReadonlySet<string> = new Set(['Refresh', 'Retry']);

/** What people read and where no label can stand: names of screens, of their buttons, of inputs, of flows and choices. */
function literal(flow: Xml): Text[] {
  const inputs = below(flow, 'screens', 'fields').filter(({ fieldType }) => fieldType !== 'DisplayText');
  return [
    ...named({ name: 'flow' }, 'label', flow['label']),
    ...list(flow, 'screens').flatMap((screen) =>
      ['label', 'nextOrFinishButtonLabel', 'backButtonLabel'].flatMap((name) => named(screen, name, screen[name])),
    ),
    ...inputs.flatMap((field) => named(field, 'fieldText', field['fieldText'])),
    ...list(flow, 'choices').flatMap((choice) => named(choice, 'choiceText', choice['choiceText'])),
  ];
}

const withoutMarkup = (text: string): string =>
  text
    .replaceAll(/&lt;/g, '<')
    .replaceAll(/&gt;/g, '>')
    .replaceAll(/<[^>]*>|\{![^}]*\}/g, ' ')
    .trim();
const hasWords = ({ text }: Text): boolean => /\p{L}/u.test(withoutMarkup(text));

describe.each(flows)('%s', (path) => {
  const flow = readMetadata(path);

  it('takes what people read from labels wherever a flow can', () => {
    expect(mergeable(flow).filter(hasWords)).toEqual([]);
  });

  it('has words, and no merge fields, where a flow takes nothing else', () => {
    expect(literal(flow).filter(({ text }) => text.includes('{!') || text === '')).toEqual([]);
  });
});

describe('words of a flow', () => {
  const screen = (fields: Xml): Xml => ({ screens: { name: 'S', fields: { name: 'F', ...fields } } });

  it('are found where they stand among markup and merge fields', () => {
    const text = '&lt;p&gt;{!$Label.Billing_Title}: left&lt;/p&gt;';
    expect(mergeable(screen({ fieldType: 'DisplayText', fieldText: text })).filter(hasWords)).toHaveLength(1);
    const merged = '&lt;p&gt;{!$Label.Billing_Title}: {!x}&lt;/p&gt;';
    expect(mergeable(screen({ fieldType: 'DisplayText', fieldText: merged })).filter(hasWords)).toEqual([]);
  });

  it('are found in what is assigned, but not in what is handed on', () => {
    const item = (stringValue: string): Xml => ({
      assignments: { name: 'A', assignmentItems: { value: { stringValue } } },
    });
    expect(mergeable(item('Try again.')).filter(hasWords)).toHaveLength(1);
    expect(mergeable(item('Refresh')).filter(hasWords)).toEqual([]);
  });

  it('may stand in the name of an input', () => {
    expect(literal(screen({ fieldType: 'DropdownBox', fieldText: 'Invoice' }))).toEqual([
      { where: 'F: fieldText', text: 'Invoice' },
    ]);
  });
});
