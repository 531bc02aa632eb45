import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * Reads the options of a command line. `--help` prints the help; what is not understood is named beside it.
 * @returns the values; does not return for --help or a wrong option
 */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(help: string, options: T) {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(help);
    process.exit(0);
  }
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}
