/** A setting that the server cannot start with. */
export type ConfigFault = {
  /** Name of the environment variable; of a setting in a file, with the way to it (`CONNECTIONS_FILE connections[0].name`). */
  variable: string;
  /** What is wrong with it, in plain words. */
  problem: string;
  /** How it would do, such as `PORT=4000`. */
  example: string;
};

/** Every fault of the settings at once; `message` is meant for the terminal, without a stack. */
export class ConfigError extends Error {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map(({ variable, problem, example }) => `  ${variable}: ${problem} Example: ${example}`);
    const count = faults.length === 1 ? '1 setting is' : `${faults.length} settings are`;
    super(`The server cannot start: ${count} missing or wrong.\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
