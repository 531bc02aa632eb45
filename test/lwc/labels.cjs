/* Gives the bundles under test the words of the labels file itself, so that tests read what people read. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { XMLParser } = require('fast-xml-parser');

const file = join(__dirname, '../../force-app/main/default/labels/CustomLabels.labels-meta.xml');
const { CustomLabels } = new XMLParser({ parseTagValue: false }).parse(readFileSync(file, 'utf8'));

for (const { fullName, value } of CustomLabels.labels) {
  jest.mock(`@salesforce/label/c.${fullName}`, () => ({ default: value }), { virtual: true });
}
