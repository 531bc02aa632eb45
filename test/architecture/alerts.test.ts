import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/alerts.yml'), 'utf8');

type Rule = { alert: string; expr: string; runbook: string };

/** Reads the file as far as it is used here: each rule's name, expression and runbook. */
function rulesOf(yaml: string): Rule[] {
  return yaml
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((block) => ({
      alert: block.split('\n')[0]!.trim(),
      expr: (/^ {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)/m.exec(block) ?? []).slice(1).join(' ').trim(),
      runbook: /^ {10}runbook: (\S+)$/m.exec(block)?.[1] ?? '',
    }));
}

function metricsOfServer(): Set<string> {
  const files = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const sources = files.map((file) => readFileSync(join(root, 'server', file), 'utf8')).join('\n');
  const gauges = readFileSync(join(root, 'server/sync/gauges.ts'), 'utf8');
  return new Set([
    ...[...sources.matchAll(/name: '(billing360_\w+)'/g)].map((match) => match[1]!),
    ...[...gauges.matchAll(/^ {2,4}\[?\s*\[?'([a-z_]+)',/gm)].map((match) => `billing360_${match[1]}`),
  ]);
}

const FUNCTIONS = ['max', 'sum', 'increase', 'delta', 'absent', 'by', 'unless', 'and', 'or'];
const TOKEN = /\s*(?:([a-zA-Z_:][\w:]*)|(\d+(?:\.\d+)?)|(\{[^{}]*\})|(\[\d+[smhd]\])|(==|!=|>=|<=|[-+*/<>])|([(),]))/y;

/** @returns names in an expression; throws where it cannot be read */
function namesIn(expr: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let afterBy = false;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < expr.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expr);
    if (match === null) throw new Error(`Cannot be read from here on: ${expr.slice(at)}`);
    const [, name, , labels, , , bracket] = match;
    if (labels !== undefined && !/^\{(\w+(=|!=|=~|!~)"[^"]*",?)*\}$/.test(labels)) throw new Error(`Labels: ${labels}`);
    if (bracket === '(') depth += 1;
    if (bracket === ')') depth -= 1;
    if (depth < 0) throw new Error('A bracket is closed that was not opened');
    if (name !== undefined && !afterBy) names.push(name);
    if (name === 'by') afterBy = true;
    else if (bracket === ')') afterBy = false;
  }
  if (depth !== 0) throw new Error('A bracket is not closed');
  return names;
}

describe('alert rules', () => {
  const rules = rulesOf(text);
  const known = metricsOfServer();

  it('are there, each once', () => {
    expect(rules.length).toBe(text.match(/alert:/g)!.length);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(10);
  });

  it.each(rules)('$alert asks for metrics that the server has, and names a runbook', ({ expr, runbook }) => {
    const names = namesIn(expr).filter((name) => !FUNCTIONS.includes(name));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(existsSync(join(root, 'docs/runbooks', runbook))).toBe(true);
  });

  it('name codes that docs/errors.md lists', () => {
    const errors = readFileSync(join(root, 'docs/errors.md'), 'utf8');
    const codes = [...text.matchAll(/\{code=~?"([^"]+)"|\{outcome=~"([^"]+)"/g)].flatMap(([, code, outcome]) =>
      (code ?? outcome)!.split('|'),
    );
    expect(codes).toEqual(expect.arrayContaining(['zuora_answer_unreadable', 'token_refused']));
    expect(codes.filter((code) => !errors.includes(`\`${code}\``))).toEqual([]);
  });

  it('would be found wrong', () => {
    expect(() => namesIn('max(billing360_x > 1')).toThrow('A bracket is not closed');
    expect(() => namesIn('sum(increase(x{a=b}[5m]))')).toThrow('Labels');
    expect(() => namesIn('max(x) > §')).toThrow('Cannot be read');
    expect(known.has('billing360_nothing')).toBe(false);
  });
});
