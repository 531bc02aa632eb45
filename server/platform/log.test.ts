import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => void lines.push(line) }));
  return lines.join('');
}

describe('the log', () => {
  it('holds no secret, address of a person or card number, wherever they stand', () => {
    const cause = new Error('401 for Authorization: Basic dXNlcjpwYXNz');
    const error = Object.assign(new Error('No customer ann@acme.example with sk_test_abcdef123', { cause }), {
      headers: { authorization: 'Bearer abc.def' },
    });
    const text = logged((log) => {
      log.warn(
        { err: error, body: { card: '4242 4242 4242 4242', list: ['4242424242424242'] } },
        'To bob@acme.example',
      );
      log.info({ request: { headers: { Authorization: 'Bearer xyz', 'stripe-signature': 't=1,v1=ff' } } });
    });
    for (const hidden of ['ann@', 'bob@', 'sk_test_abcdef123', 'dXNlcjpwYXNz', 'abc.def', '4242', 'xyz', 'v1=ff'])
      expect(text).not.toContain(hidden);
    expect(text).toContain('[email]');
  });

  it('holds nothing that lets somebody in or pay: credentials of orgs and addresses of payment pages', () => {
    const text = logged((log) => {
      log.warn(
        { url: 'https://invoice.stripe.com/i/acct_1abc/test_YWNjdF8x?s=em', to: 'Bearer b360t_abc-_1' },
        'b360s_x-1',
      );
      log.info(
        'Go to http://127.0.0.1:4200/i/acct_sim/inkey1 now, and https://pay.stripe.com/invoice/acct_1/invst_1/pdf',
      );
    });
    for (const hidden of ['YWNjdF8x', 'abc-_1', 'b360s_x', 'inkey1', 'invst_1']) expect(text).not.toContain(hidden);
    expect(text).toContain('Go to [payment page] now');
  });

  it('keeps what is needed: keys, numbers, times', () => {
    const line = { key: 'stripe:account:cus_1', count: 3, at: new Date(0), number: 'INV00000001', id: '1234567890123' };
    expect(JSON.parse(logged((log) => log.info(line, 'Done')))).toMatchObject({
      ...line,
      at: '1970-01-01T00:00:00.000Z',
      level: 'info',
      msg: 'Done',
    });
  });

  it('writes one line an entry, whatever is in it', () => {
    expect(
      logged((log) => log.info({ text: 'a\nb\r\nc' }, 'x\ny'))
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });
});
