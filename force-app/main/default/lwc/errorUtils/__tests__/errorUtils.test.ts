import { explain } from 'c/errorUtils';

describe('c/errorUtils', () => {
  it.each([
    [[{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }], 'Your session has ended.'],
    [{ body: { message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' } }, 'too many were made'],
    [[{ message: "Field 'X__c' in type 'Y' is undefined" }], 'You may not read something'],
    [[{ message: 'no', extensions: { ErrorType: 'ValidationError' } }], 'You may not read something'],
    [new TypeError('Failed to fetch'), 'Salesforce did not answer.'],
    ['HTTP 503', 'Salesforce did not answer.'],
    [[{ message: 'Division by zero' }], 'could not be loaded'],
    [undefined, 'could not be loaded'],
  ])('explains %j', (errors, words) => {
    const explained = explain(errors);
    expect(explained.message).toContain(words);
    expect(explained.advice).not.toBe('');
  });

  it("keeps the system's own words once, for whoever helps", () => {
    expect(explain([{ message: 'A' }, { message: 'A' }, { body: [{ message: 'B' }] }]).details).toBe('A; B');
    expect(explain(null).details).toBe('');
  });
});
