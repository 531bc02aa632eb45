import { Fault } from '../../../domain/fault.ts';

/** Deeper than any template of a callout; beyond it somebody plays with the parser. */
const DEEPEST = 10;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const TOKEN =
  /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

function malformed(): Fault {
  return new Fault({ code: 'body_not_xml', kind: 'invalid', publicText: 'The body is no well-formed XML.' });
}

function textOf(raw: string): string {
  return raw.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));|&/gi,
    (_, decimal?: string, hex?: string, name?: string) => {
      const code = decimal === undefined ? (hex === undefined ? null : parseInt(hex, 16)) : Number(decimal);
      if (code !== null && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
      const named = name === undefined ? undefined : ENTITIES[name];
      // Entities that a document type would define are never looked up: that is how XML reads files and grows without end.
      if (named === undefined) throw malformed();
      return named;
    },
  );
}

/**
 * Reads the small XML that callouts are sent as: elements and text. Attributes are passed over, document types refused.
 *
 * @returns text of the innermost elements by their names below the root, such as `accountId` or `Account.Id`
 * @throws Fault of kind invalid
 */
export function parametersOfXml(source: string): Map<string, string> {
  const found = new Map<string, string>();
  const open: { name: string; text: string; hasElements: boolean }[] = [];
  let ended = false;
  const close = (): void => {
    const path = open.slice(1).map(({ name }) => name);
    const { text, hasElements } = open.pop()!;
    if (!hasElements && path.length > 0) found.set(path.join('.'), text.trim());
    ended = open.length === 0;
  };
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (match === null) throw malformed();
    const [, data, isEnd, name, , isEmpty, text] = match;
    if (name !== undefined) {
      if (isEnd === '/') {
        if (open.at(-1)?.name !== name) throw malformed();
        close();
        continue;
      }
      if (ended || open.length === DEEPEST) throw malformed();
      const parent = open.at(-1);
      if (parent !== undefined) parent.hasElements = true;
      open.push({ name, text: '', hasElements: false });
      if (isEmpty === '/') close();
    } else if (data !== undefined || text !== undefined) {
      const inner = open.at(-1);
      if (inner !== undefined) inner.text += data ?? textOf(text!);
      else if (data !== undefined || text!.trim() !== '') throw malformed();
    }
  }
  if (!ended) throw malformed();
  return found;
}
