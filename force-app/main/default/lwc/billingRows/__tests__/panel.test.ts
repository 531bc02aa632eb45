import { connectionsOf, NOT_ASKED, panelOf, remember } from 'c/billingRows';
import { answer, node } from '../../../../../../test/lwc/answers';

const RECORD = '001000000000001AAA';
const ERRORS = [{ message: 'no' }];

describe('panels of c/billingRows', () => {
  it.each([
    ['loading', {}],
    ['error', { errors: ERRORS }],
    ['noaccess', { data: answer({}) }],
    ['error', { data: answer({}), errors: ERRORS }],
    ['empty', { data: answer({ X__c: [] }) }],
    ['empty', { data: answer({ X__c: [node({ Status__c: 'Removed' })] }) }],
    ['noaccess', { data: answer({ X__c: [node({})] }) }],
    ['ready', { data: answer({ X__c: [node({ Number__c: null })] }) }],
  ])('is %s for %j', (phase, result) => {
    expect(panelOf(remember(NOT_ASKED, result, RECORD), 'X__c').phase).toBe(phase);
  });

  it('keeps what is known of a record when asking again fails, with the error', () => {
    const known = remember(NOT_ASKED, { data: answer({ X__c: [node({ Number__c: 'A' })] }) }, RECORD);
    const panel = panelOf(remember(known, { errors: ERRORS }, RECORD), 'X__c');
    expect(panel.phase).toBe('ready');
    expect(panel.errors).toEqual(ERRORS);
  });

  it('never shows what is known of another record', () => {
    const known = remember(NOT_ASKED, { data: answer({ X__c: [node({ Number__c: 'A' })] }) }, RECORD);
    const panel = panelOf(remember(known, { errors: ERRORS }, '001000000000002AAA'), 'X__c');
    expect(panel.phase).toBe('error');
    expect(panel.rows).toEqual([]);
  });

  it('takes the connections that rows come from, with Salesforce, and all while there are no rows', () => {
    const connections = ['Stripe', 'Zuora', 'Salesforce'].map((Source__c) => node({ Source__c }));
    const [stripe, zuora, salesforce] = connections;
    const of = (...rows: unknown[]) =>
      connectionsOf(
        panelOf(
          remember(NOT_ASKED, { data: answer({ X__c: rows as [], Billing_Connection__c: connections }) }, RECORD),
          'X__c',
        ),
      );
    expect(of(node({ Source__c: 'Zuora' }))).toEqual([zuora, salesforce]);
    expect(of()).toEqual([stripe, zuora, salesforce]);
  });
});
