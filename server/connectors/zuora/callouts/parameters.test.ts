import { expect, test } from 'vitest';
import { parametersOf } from './parameters.ts';

function read(body: string | Buffer, contentType?: string) {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  return parametersOf({ headers, query: {}, rawBody: Buffer.from(body) });
}

test.each<[string, string, string | undefined]>([
  ['a form', 'event=OrderProcessed&accountId=a1&none=', 'application/x-www-form-urlencoded; charset=utf-8'],
  ['flat JSON', '{"event":"OrderProcessed","accountId":"a1","none":""}', 'application/json'],
  ['JSON without a type', '{"event":"OrderProcessed","accountId":"a1","none":""}', undefined],
  ['JSON that is called text', '{"event":"OrderProcessed","accountId":"a1","none":null}', 'text/plain'],
  [
    'XML',
    '<?xml version="1.0"?><callout><event>OrderProcessed</event><accountId>a1</accountId><none/></callout>',
    'application/xml',
  ],
  [
    'XML without a type',
    '<c><!-- x --><event>Order<![CDATA[Processed]]></event><accountId>&#97;1</accountId><none></none></c>',
    undefined,
  ],
])('parameters as %s are all read as text', (_, body, type) => {
  expect(read(body, type)).toEqual({ event: 'OrderProcessed', accountId: 'a1', none: '' });
});

test('nested objects and elements are named by their path, and no value is anything but text', () => {
  const values = { 'Account.Id': 'a1', 'Account.AutoPay': 'true', 'Account.BillCycleDay': '5' };
  expect(read('{"Account":{"Id":"a1","AutoPay":true,"BillCycleDay":5}}')).toEqual(values);
  const xml =
    '<Data x="1"><Account y=\'2\'><Id>a1</Id><AutoPay>true</AutoPay><BillCycleDay> 5 </BillCycleDay></Account></Data>';
  expect(read(xml)).toEqual(values);
  expect(read('<d><a>&lt;&amp;&gt;&quot;&apos;&#x20AC;</a></d>')).toEqual({ a: '<&>"\'€' });
});

test('parameters in the address are those of a GET; its body is nothing', () => {
  const request = {
    method: 'GET',
    headers: {},
    query: { accountId: 'a1', event: '' },
    rawBody: Buffer.from('{"accountId":"b"}'),
  };
  expect(parametersOf(request)).toEqual({ accountId: 'a1', event: '' });
});

test.each<[string, string | Buffer, string, string]>([
  ['empty JSON', '', 'application/json', 'body_empty'],
  ['blank', ' \n', 'text/plain', 'body_empty'],
  ['half JSON', '{"a":', 'application/json', 'body_not_json'],
  ['a list', '[1]', 'application/json', 'body_malformed'],
  ['a number', '7', 'application/json', 'body_malformed'],
  ['JSON nested 11 levels deep', '{"a":'.repeat(11) + '1' + '}'.repeat(11), 'application/json', 'body_malformed'],
  ['JSON nested 100,000 levels deep', '['.repeat(100_000), 'application/json', 'body_not_json'],
  ['JSON called XML', '{"a":1}', 'application/xml', 'body_not_xml'],
  ['XML that ends too early', '<c><a>1</a>', 'application/xml', 'body_not_xml'],
  ['XML with crossed elements', '<c><a>1</c></a>', 'application/xml', 'body_not_xml'],
  ['XML with two roots', '<a>1</a><b>2</b>', 'text/xml', 'body_not_xml'],
  [
    'XML with a document type',
    '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><c><a>&x;</a></c>',
    'application/xml',
    'body_not_xml',
  ],
  ['XML with an entity of its own', '<c><a>&x;</a></c>', 'application/xml', 'body_not_xml'],
  ['XML nested 11 levels deep', '<a>'.repeat(11) + '</a>'.repeat(11), 'application/xml', 'body_not_xml'],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'application/json', 'body_not_utf8'],
  ['a form that is no UTF-8', Buffer.from([0x61, 0x3d, 0xff]), 'application/x-www-form-urlencoded', 'body_not_utf8'],
])('a body that is %s is refused', (_, body, type, code) => {
  expect(() => read(body, type)).toThrow(expect.objectContaining({ kind: 'invalid', code }) as Error);
});
