import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isFreeMail } from './freeMail.ts';
import {
  domainOfEmail,
  isSameDomain,
  isSameName,
  normaliseDomain,
  normaliseEmail,
  normaliseName,
} from './normalise.ts';

const words = fc.array(fc.constantFrom('the', 'and', '&', 'co', 'GmbH', 's', 'A', 'acme', '.', '株式会社', 'é'), {
  maxLength: 6,
});
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  words.map((some) => some.join(' ')),
);

test.each([
  ['Acme, Inc.', 'acme'],
  ['ACME GmbH', 'acme'],
  ['Acme GmbH & Co. KG', 'acme'],
  ['The Acme Company Ltd', 'acme'],
  ['Müller & Söhne AG', 'muller and sohne'],
  ['MULLER AND SOHNE', 'muller and sohne'],
  ['S.A.P. SE', 'sap'],
  ["L'Oréal S.A.", 'loreal'],
  ['Ærø Łódź A/S', 'aero lodz'],
  ['🚀 Rocket 🚀 Labs', 'rocket labs'],
  ['株式会社東芝', '東芝'],
  ['Ａｃｍｅ', 'acme'],
  ['Limited', 'limited'],
  ['Ltd. Co', 'ltd co'],
  ['🚀', ''],
  ['  ', ''],
  [null, ''],
])('the name %s is compared as "%s"', (name, expected) => {
  expect(normaliseName(name)).toBe(expected);
});

test.each([
  [' Ada@Acme.EXAMPLE ', 'ada@acme.example'],
  ["o'brien@acme.example", "o'brien@acme.example"],
  ['ada', null],
  ['ada@acme', null],
  ['ada@acme.example, bob@acme.example', null],
  ['a\\b@acme.example', null],
  [`${'a'.repeat(80)}@acme.example`, null],
  ['\ud800@acme.example', null],
  ['', null],
  [null, null],
])('the address %s is compared as %s', (email, expected) => {
  expect(normaliseEmail(email)).toBe(expected);
});

test.each([
  ['https://www.Acme.example/about?x=1', 'acme.example'],
  ['acme.example', 'acme.example'],
  ['http://müller.example', 'xn--mller-kva.example'],
  ['not a site', null],
  ['localhost', null],
  ['127.0.0.1', null],
  ['', null],
  [null, null],
])('the site %s is of the domain %s', (site, expected) => {
  expect(normaliseDomain(site)).toBe(expected);
});

test.each([
  ['acme.example', 'billing.acme.example', true],
  ['acme.example', 'notacme.example', false],
  ['co.uk', 'acme.co.uk', false],
])('the domains %s and %s are of one company: %s', (one, other, expected) => {
  expect(isSameDomain(one, other)).toBe(expected);
});

test.each([
  ['gmail.com', true],
  ['mail.gmail.com', true],
  ['notgmail.com', false],
  ['acme.example', false],
])('%s is a mail provider for everybody: %s', (domain, expected) => {
  expect(isFreeMail(domain)).toBe(expected);
});

describe('whatever the text', () => {
  it('a name that is compared is compared the same once more, and holds nothing that cannot be sent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = normaliseName(text);
        expect(normaliseName(name)).toBe(name);
        expect(name).toMatch(/^(?:[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)*)?$/u);
        expect(() => encodeURIComponent(name)).not.toThrow();
      }),
    );
  });

  it('two names or domains are the same in both directions', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.domain(), fc.domain(), (one, other, domain, another) => {
        expect(isSameName(one, other)).toBe(isSameName(other, one));
        expect(isSameDomain(domain, another)).toBe(isSameDomain(another, domain));
      }),
    );
  });

  it('an address or domain is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const read of [normaliseEmail(text), normaliseDomain(text), domainOfEmail(`${text}@acme.example`)])
          if (read !== null) expect(() => encodeURIComponent(read)).not.toThrow();
      }),
    );
  });
});
