import type { ConfigFault } from './configError.ts';
import { VARIABLES, type VariableName, type VariableValue } from './variables.ts';

/** Where values come from, and how a person finds one of them. */
export type Settings = {
  get(name: VariableName): string | undefined;
  /** What stands in front of what is wrong with it. */
  nameOf(name: VariableName): string;
  /** How it would be set. */
  example(name: VariableName): string;
};

/** The environment: every setting is a variable. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    get: (name) => env[name],
    nameOf: (name) => name,
    example: (name) => `${name}=${VARIABLES[name].example}`,
  };
}

/** Reads settings one by one and remembers every fault. */
export class Reader {
  readonly faults: ConfigFault[] = [];
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  isSet(name: VariableName): boolean {
    return (this.#settings.get(name) ?? '').trim() !== '';
  }

  fault(name: VariableName, problem: string): undefined {
    this.faults.push({ variable: this.#settings.nameOf(name), problem, example: this.#settings.example(name) });
    return undefined;
  }

  /** @returns undefined when it is not set or wrong; a wrong one is remembered */
  optional<Name extends VariableName>(name: Name): VariableValue<Name> | undefined {
    if (!this.isSet(name)) return undefined;
    const parsed = VARIABLES[name].schema.safeParse((this.#settings.get(name) ?? '').trim());
    if (parsed.success) return parsed.data as VariableValue<Name>;
    return this.fault(name, parsed.error.issues[0]?.message ?? 'It is wrong.');
  }

  /** @returns undefined when it is missing or wrong, which is remembered */
  required<Name extends VariableName>(name: Name, reason = 'It is missing.'): VariableValue<Name> | undefined {
    return this.isSet(name) ? this.optional(name) : this.fault(name, reason);
  }
}

/** True when every value is there; what is missing has been remembered as a fault. */
export function complete<T extends Record<string, unknown>>(
  values: T,
): values is T & { [K in keyof T]-?: NonNullable<T[K]> } {
  return Object.values(values).every((value) => value !== undefined);
}
