import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileSchema } from '../../../test/simulators/salesforce/org/schema/compile.ts';
import { NAMED_DEAL } from '../../workflows/ports/deals.ts';
import { objectOrder } from './convert.ts';
import { objectLabel } from './objectLabel.ts';

const schema = compileSchema(join(import.meta.dirname, '../../../force-app/main/default'));
const ofPackage = schema.all().flatMap(({ name }) => (name.endsWith('__c') ? [name] : []));

test.each([...new Set([...objectOrder, ...ofPackage])])('%s is called as in the org', (name) => {
  expect(objectLabel(name)).toBe(schema.object(name === NAMED_DEAL ? 'Opportunity' : name)!.label);
});
