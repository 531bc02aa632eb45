import { build, type Plugin } from 'esbuild';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LWC = fileURLToPath(new URL('../../force-app/main/default/lwc', import.meta.url));

/** Modules of Salesforce: `gql` gives the text of a query; of the others the language of the user alone is looked at. */
const platform: Plugin = {
  name: 'platform',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(lightning\/|@salesforce\/)/ }, ({ path }) => ({ path, namespace: 'platform' }));
    onLoad({ filter: /./, namespace: 'platform' }, () => ({
      contents: 'export default "en-US"; export const gql = (raw, ...parts) => String.raw({ raw }, ...parts);',
    }));
  },
};

/** The GraphQL queries that panels send, as the bundles put them together, by the bundle. */
export async function panelQueries(): Promise<[bundle: string, text: string][]> {
  const files = globSync('*/query.ts', { cwd: LWC }).filter((file) => file !== 'billingRows/query.ts');
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file, at) => `export { QUERY as query${at} } from './${file}';`).join('\n'),
      resolveDir: LWC,
    },
    tsconfig: join(LWC, 'tsconfig.json'),
    plugins: [platform],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = Buffer.from(outputFiles[0]!.contents).toString('base64');
  const made = (await import(`data:text/javascript;base64,${script}`)) as Record<string, string>;
  return files.map((file, at) => [file.split('/')[0]!, made[`query${at}`]!]);
}
