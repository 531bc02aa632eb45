import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest come first, so that no core waits for the last one; without results of an earlier run Vitest
 * goes by size, which says little. The first one builds the Lightning base components, which others then find.
 */
const LONG = [
  'test/simulators/salesforce/page/pages',
  'test/scenarios/loop',
  'test/browser/contextPages',
  'test/browser/panels',
  'test/clients/',
  'test/simulation/',
  'test/scenarios/',
  'test/integration/embedded',
  'test/integration/limits',
  'test/contract/upstreamFaults',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONG.findIndex((start) => moduleId.includes(`/${start}`));
      return index < 0 ? LONG.length : index;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['server/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '.data/**'],
    globalSetup: ['test/support/postgres.global.ts'],
    setupFiles: ['test/support/tidy.setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two cores: browser and Postgres tests starve each other beyond this.
    maxWorkers: 2,
    maxConcurrency: 2,
    // Loading the simulators anew for each file took a quarter of the time of the run.
    isolate: false,
    sequence: { sequencer: LongFirst },
  },
});
