import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type ElementRule = { of: string; required: boolean; repeats: boolean };

/** Elements of the complex types, and values of the enums, of the Metadata API. */
type TypeTable = {
  types: ReadonlyMap<string, ReadonlyMap<string, ElementRule>>;
  enums: ReadonlyMap<string, ReadonlySet<string>>;
};

function read(): TypeTable {
  const types = new Map<string, Map<string, ElementRule>>();
  const enums = new Map<string, Set<string>>();
  for (const line of readFileSync(join(import.meta.dirname, 'types.txt'), 'utf8').split('\n')) {
    const [, name = '', sign, rest = ''] = /^(\w+)(:| =) ?(.*)$/.exec(line) ?? [];
    if (sign === ' =') enums.set(name, new Set(rest.split('|')));
    if (sign !== ':') continue;
    const rules = rest.split(', ').flatMap((part): [string, ElementRule][] => {
      const [, element, mark, of] = /^(\w+)([!*]?) (\w+)$/.exec(part) ?? [];
      return element && of ? [[element, { of, required: mark === '!', repeats: mark === '*' }]] : [];
    });
    types.set(name, new Map(rules));
  }
  return { types, enums };
}

let table: TypeTable | undefined;
export const typeTable = (): TypeTable => (table ??= read());
