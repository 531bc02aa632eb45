import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { ConfigFault } from './configError.ts';

/** `fields.Account[0].target` */
function wayTo(path: readonly PropertyKey[]): string {
  const way = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return way.replace(/^\./, '');
}

/**
 * @param path of a JSON file
 * @param variable the setting that names the file
 * @param example how its content would do
 * @returns what it says, and every fault of it; null where it is wrong
 */
export function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  { variable, example }: Pick<ConfigFault, 'variable' | 'example'>,
): { content: T | null; faults: ConfigFault[] } {
  const refuse = (problem: string) => ({ content: null, faults: [{ variable, problem, example }] });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return refuse('The file cannot be read.');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('The file is not valid JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { content: parsed.data, faults: [] };
  const faults = parsed.error.issues.map(({ path: way, message }) => ({
    variable: `${variable} ${wayTo(way)}`.trim(),
    problem: message.endsWith('.') ? message : `${message}.`,
    example,
  }));
  return { content: null, faults };
}
